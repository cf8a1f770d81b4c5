"""TLS to an instance: whom to believe, and under which name."""

from __future__ import annotations

import re
from pathlib import Path

from attrs import frozen
from OpenSSL import SSL
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import (
    Certificate,
    CertificateOptions,
    optionsForClientTLS,
    trustRootFromCertificates,
)
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
#: Offered by ALPN (RFC 7301), so that another protocol's server refuses to be taken for HTTP.
_PROTOCOLS = [b"http/1.1"]


@frozen
class TLSSettings:
    """How the certificate of an instance is judged."""

    #: whether it is judged at all
    verify: bool = True
    #: PEM file of the authorities to believe; those of the system if None
    ca: Path | None = None
    #: the name that the certificate must be for; the host of the address if None
    name: str | None = None

    def __call__(self, host: str) -> IOpenSSLClientConnectionCreator:
        """Return what makes TLS connections to `host`.

        It is costly (the authorities are loaded) and meant to be kept. Raises
        `OSError` or `ValueError` for a file that cannot be used.
        """
        name = self.name or host
        if not self.verify:
            return _Unverified(name)
        trust = None if self.ca is None else trustRootFromCertificates(_authorities(self.ca))
        return optionsForClientTLS(name, trustRoot=trust, acceptableProtocols=_PROTOCOLS)


def _authorities(path: Path) -> list[Certificate]:
    found = [Certificate.loadPEM(block) for block in _PEM.findall(path.read_bytes())]
    if not found:
        raise ValueError(f"no certificate in {path}")
    return found


@implementer(IOpenSSLClientConnectionCreator)
class _Unverified:
    """TLS with whoever answers: encrypted, but to nobody in particular."""

    def __init__(self, name: str) -> None:
        self._context = CertificateOptions(verify=False).getContext()
        # An address is not sent as a server's name (RFC 6066, 3).
        address = isIPAddress(name) or isIPv6Address(name)
        self._name = None if address else name.encode("idna")

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Return the state of one new connection."""
        connection = SSL.Connection(self._context, None)
        connection.set_alpn_protos(_PROTOCOLS)
        if self._name is not None:
            connection.set_tlsext_host_name(self._name)
        return connection
