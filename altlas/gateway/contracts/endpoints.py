"""Connections to where contracts are asked for."""

from __future__ import annotations

from typing import Any

from attrs import define, frozen
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.web.client import URI, BrowserLikePolicyForHTTPS
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

#: seconds that a connection may take; the whole is bounded by ``timeout``
CONNECT = 10.0


@implementer(IAgentEndpointFactory)
@frozen(eq=False)
class Endpoints:
    """Leads to hosts, over TLS where the address says so, as a browser would trust it."""

    _reactor: Any

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """See `IAgentEndpointFactory`."""
        plain = HostnameEndpoint(self._reactor, uri.host.decode("ascii"), uri.port, CONNECT)
        if uri.scheme == b"http":
            return Quiet(plain)
        creator = BrowserLikePolicyForHTTPS().creatorForNetloc(uri.host, uri.port)
        return Quiet(wrapClientTLS(creator, plain))


@implementer(IStreamClientEndpoint)
@define(eq=False)
class Quiet:
    """An endpoint like another, of whose connections the log says nothing."""

    _endpoint: Any

    def connect(self, protocolFactory: Any) -> Deferred[Any]:
        """See `IStreamClientEndpoint`."""
        protocolFactory.noisy = False
        connected: Deferred[Any] = self._endpoint.connect(protocolFactory)
        return connected
