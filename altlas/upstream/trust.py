"""Whether an instance is who it should be, asked within its handshake."""

from __future__ import annotations

from attrs import define, field
from cryptography import x509
from OpenSSL import SSL, crypto
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import (
    verify_certificate_hostname,
    verify_certificate_ip_address,
)
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure

from altlas.tls.names import names
from altlas.tls.pins import fingerprint

log = Logger()

#: OpenSSL's reasons by their numbers: ``ERR_CERT_HAS_EXPIRED`` is ``cert has expired``
_REASONS = {
    number: name.removeprefix("ERR_").replace("_", " ").lower()
    for name, number in vars(SSL.X509VerificationCodes).items()
    if name.startswith("ERR_")
}


class Untrusted(Exception):
    """An instance is not who it should be; the message says why."""


@define(eq=False)
class Judge:
    """OpenSSL's questions about one instance's certificates, from its authority's down to its own.

    With `verify` the authority must be known, and its own certificate be for `name`. Of `pins`,
    if there are any, one must be the SHA-256 of a key among them; without `verify` that of its own
    key, since it has proved to have no other.
    """

    _name: str
    _verify: bool
    _pins: frozenset[bytes]
    _connection: TLSMemoryBIOProtocol | None
    _keys: set[bytes] = field(factory=set, init=False)

    def __call__(
        self, _: SSL.Connection, asked: crypto.X509, error: int, depth: int, good: int
    ) -> bool:
        """Answer one question."""
        try:
            reason = self._reason(asked.to_cryptography(), error, depth, bool(good))
        except Exception as problem:  # a certificate that no library can read, say
            log.failure("A certificate could not be judged")
            reason = f"its certificate could not be judged: {problem}"
        if reason:
            self._refuse(reason)
        return not reason

    def _reason(self, certificate: x509.Certificate, error: int, depth: int, good: bool) -> str:
        if self._verify and not good:
            return f"its certificate is not believed: {_REASONS.get(error, f'error {error}')}"
        if depth and not self._verify:
            return ""
        self._keys.add(fingerprint(certificate))
        if depth:
            return ""
        if self._verify and not _is_for(certificate, self._name):
            said = ", ".join(names(certificate)) or "nobody"
            return f"its certificate is for {said}, not for {self._name}"
        if self._pins and not self._pins & self._keys:
            return "its key is none of those that are pinned"
        return ""

    def _refuse(self, reason: str) -> None:
        # Once; and no reference to the connection shall stay.
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.failVerification(Failure(Untrusted(reason)))


def _is_for(certificate: x509.Certificate, name: str) -> bool:
    try:
        if isIPAddress(name) or isIPv6Address(name):
            verify_certificate_ip_address(certificate, name)
        else:
            verify_certificate_hostname(certificate, name)
    except (VerificationError, CertificateError):
        return False
    return True
