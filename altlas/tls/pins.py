"""Public keys that are known beforehand."""

from __future__ import annotations

from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def fingerprint(certificate: x509.Certificate) -> bytes:
    """The SHA-256 of a certificate's public key (its SubjectPublicKeyInfo, as RFC 7469 has it)."""
    key = certificate.public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
