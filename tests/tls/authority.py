"""Certificates made for tests: by authorities of their own, or by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_COMMON_NAME = NameOID.COMMON_NAME
_USES = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


@frozen(eq=False)
class Issued:
    """A certificate, its key, and those that lead to its authority (that one not among them)."""

    certificate: x509.Certificate
    key: Any
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        """The certificate and its chain."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.chain))

    def key_pem(self, passphrase: bytes | None = None) -> bytes:
        """The key, locked if there is a passphrase."""
        lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        return bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))

    def written(self, folder: Path, name: str) -> tuple[str, str]:
        """The paths of ``NAME.pem`` and ``NAME.key`` in the folder, after they were written."""
        paths = folder / f"{name}.pem", folder / f"{name}.key"
        for path, data in zip(paths, (self.pem, self.key_pem()), strict=True):
            path.write_bytes(data)
            path.chmod(0o600)
        return str(paths[0]), str(paths[1])

    def together(self, folder: Path, name: str) -> str:
        """The path of ``NAME.pem`` with certificate, chain and key in it."""
        path = folder / f"{name}.pem"
        path.write_bytes(self.pem + self.key_pem())
        path.chmod(0o600)
        return str(path)


def subject(*parts: tuple[Any, str]) -> x509.Name:
    """A subject of these parts, such as ``(NameOID.COMMON_NAME, "a client")``."""
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


@frozen(eq=False)
class Authority:
    """One that signs; below another one where that is given."""

    issued: Issued

    @classmethod
    def made(cls, name: str = "an authority", above: Authority | None = None) -> Authority:
        """A new one."""
        return cls(_issued(subject((_COMMON_NAME, name)), above, ca=True))

    @property
    def pem(self) -> bytes:
        """Its certificate."""
        return self.issued.certificate.public_bytes(Encoding.PEM)

    def written(self, folder: Path, name: str = "authority") -> str:
        """The path of ``NAME.pem`` with its certificate."""
        path = folder / f"{name}.pem"
        path.write_bytes(self.pem)
        return str(path)

    def issue(self, *names: str, **more: Any) -> Issued:
        """A certificate for these names and addresses; see `issue`."""
        return issue(*names, by=self, **more)


def issue(
    *names: str,
    by: Authority | None = None,
    of: x509.Name | None = None,
    begins: float = -1.0,
    ends: float = 30.0,
    key: Any = None,
) -> Issued:
    """A certificate, by itself where there is no authority; `begins` and `ends` are days from now.

    The subject is the first name unless it is given as `of`.
    """
    named = of or subject((_COMMON_NAME, names[0] if names else "somebody"))
    return _issued(named, by, names, (begins, ends), key)


def weak_key() -> rsa.RSAPrivateKey:
    """A key that OpenSSL does not take any more."""
    return rsa.generate_private_key(65537, 1024)


def _issued(
    named: x509.Name,
    by: Authority | None,
    names: Iterable[str] = (),
    days: tuple[float, float] = (-1.0, 30.0),
    key: Any = None,
    ca: bool = False,
) -> Issued:
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC).replace(microsecond=0)
    above = by.issued if by else None
    begins, ends = (now + timedelta(days=day) for day in days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(above.certificate.subject if above else named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_key_usage(ca), critical=True)
    )
    if above:
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key())
        builder = builder.add_extension(signer, critical=False)
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([*map(_general, names)]), critical=False
        )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(_USES), critical=False)
    made = builder.sign(above.key if above else key, hashes.SHA256())
    return Issued(made, key, _leading(by))


def _key_usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _leading(by: Authority | None) -> tuple[x509.Certificate, ...]:
    """From the signer up to the root, which is not among them."""
    if by is None or by.issued.certificate.subject == by.issued.certificate.issuer:
        return ()
    return (by.issued.certificate, *by.issued.chain)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
