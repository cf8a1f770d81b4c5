"""Connections to where contracts are asked for."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import EventLoggingObserver, MemoryReactorClock
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import URI

from altlas.gateway.contracts.endpoints import CONNECT, Endpoints


class EndpointTests(SynchronousTestCase):
    """Where they lead, and what is said of them."""

    def connected(self, address: bytes) -> Any:
        """What the reactor was asked for; the log of it is in `said`."""
        observer = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)
        self.said = observer
        reactor = MemoryReactorClock()
        endpoint = Endpoints(reactor).endpointForURI(URI.fromBytes(address))
        endpoint.connect(Factory.forProtocol(Protocol)).addErrback(lambda _: None)
        return reactor.tcpClients[0]

    def test_where(self) -> None:
        """A connection goes to host and port of the address, and may take so long."""
        for address, port in (
            (b"http://127.0.0.1:9001/a", 9001),
            (b"http://127.0.0.1/a", 80),
            (b"https://127.0.0.1/a", 443),
        ):
            self.assertEqual(
                (*self.connected(address)[:2], self.connected(address)[3]),
                ("127.0.0.1", port, CONNECT),
            )

    def test_quiet(self) -> None:
        """The log says nothing of a connection's beginning and end."""
        for address in (b"http://127.0.0.1:9001/a", b"https://127.0.0.1/a"):
            factory = self.connected(address)[2]
            factory.doStart()
            factory.doStop()
            self.assertEqual([event["log_format"] for event in self.said], [])
