"""Files in PEM (RFC 7468): certificates, and a private key."""

from __future__ import annotations

import re
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

#: what a server may prove itself with
PrivateKey = (
    dsa.DSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed448.Ed448PrivateKey
    | ed25519.Ed25519PrivateKey
    | rsa.RSAPrivateKey
)

_CERTIFICATE = re.compile(
    rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.+?-----END [A-Z0-9 ]*CERTIFICATE-----",
    re.DOTALL,
)
_KEY = re.compile(
    rb"-----BEGIN ((?:[A-Z]+ )*)PRIVATE KEY-----.+?-----END (?:[A-Z]+ )*PRIVATE KEY-----", re.DOTALL
)
#: longer than any file of certificates that is meant to be one (a system's bundle has 0.3 MB)
_MOST_BYTES = 16 * 1024 * 1024


class BadPem(ValueError):
    """A file is not what it should be; the message says why."""


def contents(path: Path) -> bytes:
    """The bytes of a file. Raises `BadPem` in the system's words where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise BadPem(getattr(error, "strerror", None) or str(error)) from None
    if len(data) > _MOST_BYTES:
        raise BadPem("it is too long for a file of certificates")
    return data


def certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates in their order. Raises `BadPem` if one is none, or there is none."""
    found = []
    for number, block in enumerate(_CERTIFICATE.findall(data), 1):
        try:
            found.append(x509.load_pem_x509_certificate(block))
        except ValueError:
            raise BadPem(f"what stands as certificate number {number} in it is none") from None
    if not found:
        raise BadPem("there are no certificates, as PEM, in it")
    return tuple(found)


def private_key(data: bytes) -> PrivateKey:
    """The first private key. Raises `BadPem` if there is none, or none that can be used."""
    block = _KEY.search(data)
    if block is None:
        raise BadPem("there is no private key, as PEM, in it")
    try:
        found = load_pem_private_key(block[0], None)
    except TypeError:
        raise BadPem("its private key is locked by a passphrase; write it without one") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadPem("what stands as private key in it is none") from None
    if not isinstance(found, PrivateKey):
        raise BadPem("its private key is of a kind that is not for certificates")
    return found
