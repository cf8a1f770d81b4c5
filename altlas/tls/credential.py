"""A certificate with its private key: what one side of a connection proves itself with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from altlas.tls.defects import Defect, Unusable
from altlas.tls.pem import BadPem, PrivateKey, certificates, contents, private_key

Certificate = x509.Certificate
T = TypeVar("T")


@frozen(eq=False)
class Credential:
    """What was read from `file`, and perhaps from another for the key.

    The `chain` begins with the certificate itself; the rest leads to its authority.
    """

    file: str
    chain: tuple[Certificate, ...]
    key: PrivateKey

    @property
    def certificate(self) -> Certificate:
        """The certificate itself."""
        return self.chain[0]


def credential(certificate: str, key: str | None) -> Credential:
    """Read a certificate, and its key from the file `key`, or from the same file.

    Raises `Unusable` with all that is wrong. Whether they are in time is not asked.
    """
    reader = _Reader([])
    chain = reader.read("certificate", certificate, certificates)
    found: PrivateKey | None = None
    if key is not None:
        found = reader.read("key", key, private_key)
    elif chain:
        found = reader.read("certificate", certificate, private_key)
    if not chain or not found:
        raise Unusable(reader.defects)
    if not belongs(found, chain[0]):
        raise Unusable([_stranger(found, chain, certificate, key)])
    return Credential(certificate, chain, found)


def authorities(file: str, key: str) -> tuple[Certificate, ...]:
    """The certificates in a file that is the value of `key`. Raises `Unusable`."""
    reader = _Reader([])
    found = reader.read(key, file, certificates)
    if not found:
        raise Unusable(reader.defects)
    return found


def belongs(key: PrivateKey, certificate: Certificate) -> bool:
    """Whether the private key is that of the certificate."""
    return _spki(key.public_key()) == _spki(certificate.public_key())


def _spki(key: object) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))  # type: ignore[attr-defined]


def _stranger(
    found: PrivateKey, chain: Iterable[Certificate], certificate: str, key: str | None
) -> Defect:
    reason = "the private key is not that of the certificate"
    if any(belongs(found, other) for other in chain):
        reason = "the certificate of the private key must stand first in its file"
    return Defect("certificate" if key is None else "key", reason, key or certificate)


@frozen
class _Reader:
    """Reads files, and notes why where that cannot be."""

    defects: list[Defect]

    def read(self, key: str, file: str, what: Callable[[bytes], T]) -> T | None:
        try:
            return what(contents(Path(file)))
        except BadPem as error:
            self.defects.append(Defect(key, str(error), file))
            return None
