"""The gateway as a service of Twisted, on a reactor in memory."""

from __future__ import annotations

import signal
from typing import Any

from twisted.application.service import IService
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from altlas.gateway.catalog import catalog
from altlas.gateway.ports import CannotListen
from altlas.gateway.service import GatewayService
from tests.gateway.surroundings import INI, memory_reactor, service_of

CLIENT = IPv4Address("TCP", "192.0.2.7", 4321)


class Transport(StringTransport):
    """A client's connection whose end comes when it is asked for."""

    def loseWriteConnection(self) -> None:
        self.loseConnection()

    def loseConnection(self) -> None:
        super().loseConnection()
        self.protocol.connectionLost()

    def abortConnection(self) -> None:
        self.aborted = True
        self.protocol.connectionLost()

    aborted = False
    protocol: Any = None


class ServiceTests(SynchronousTestCase):
    """From the start to the end."""

    def setUp(self) -> None:
        self.reactor = memory_reactor()

    def service(self, text: str = INI) -> GatewayService:
        """A gateway, not started."""
        return service_of(self, self.reactor, text)

    def started(self, text: str = INI) -> GatewayService:
        """A gateway that listens."""
        service = self.service(text)
        service.startService()
        self.addCleanup(lambda: service.running and service.stopService())
        return service

    def client(self) -> Transport:
        """A client of the first listener."""
        protocol = self.reactor.tcpServers[0][1].buildProtocol(CLIENT)
        transport = Transport(peerAddress=CLIENT)
        transport.protocol = protocol
        protocol.makeConnection(transport)
        return transport

    def test_service(self) -> None:
        """It is a service that twistd can run."""
        verifyObject(IService, self.service())

    def test_start(self) -> None:
        """Starting binds every listener, with a word when all are there."""
        service = self.service()
        self.assertNoResult(service.listening)
        service.startService()
        self.addCleanup(service.stopService)
        self.assertEqual([server[0] for server in self.reactor.tcpServers], [8080, 9901])
        self.successResultOf(service.listening)
        self.assertEqual({*service.addresses}, {"public", "admin"})

    def test_privileged(self) -> None:
        """With privileges it binds, once; probes and signals wait for the start itself."""
        before = signal.getsignal(signal.SIGHUP)
        service = self.service(INI.replace("probe.enabled = no", ""))
        service.privilegedStartService()
        self.assertEqual(len(self.reactor.tcpServers), 2)
        self.assertEqual(self.reactor.tcpClients, [])
        self.assertEqual(signal.getsignal(signal.SIGHUP), before)
        service.startService()
        self.addCleanup(service.stopService)
        self.assertEqual(len(self.reactor.tcpServers), 2)
        self.assertEqual(len(self.reactor.tcpClients), 2)

    def test_cannot_listen(self) -> None:
        """A listener that is refused makes the start fail, with the reason."""

        def refuse(port: int, *_: Any, **__: Any) -> None:
            raise CannotListenError("", port, OSError(13, "Permission denied"))

        self.reactor.listenTCP = refuse
        service = self.service()
        with self.assertRaises(CannotListen) as raised:
            service.privilegedStartService()
        for name, bind in (("public", "tcp:8080"), ("admin", "tcp:9901:interface=127.0.0.1")):
            self.assertIn(f"[listener:{name}] {bind}: Permission denied", str(raised.exception))
        self.assertNoResult(service.listening)

    def test_refused_later(self) -> None:
        """An endpoint that is refused only later is told by `listening`."""
        service = self.service()
        late: Deferred[Any] = Deferred()
        service._ports = type(service._ports)(
            tuple((one, _Late(late)) for one in service.settings.listeners[:1])
        )
        service.startService()
        self.addCleanup(service.stopService)
        self.assertFalse(service.view.ready()[0])
        late.errback(OSError(98, "Address already in use"))
        self.failureResultOf(service.listening, CannotListen)

    def test_serves(self) -> None:
        """A client that connects is served by the routes, and counted by the metrics."""
        service = self.started()
        client = self.client()
        client.protocol.dataReceived(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"200 OK", client.value())
        self.assertTrue(client.value().endswith(b"\r\n\r\nhello"))
        self.assertIn(b'route="hello"', service.metrics.render())

    def test_stop(self) -> None:
        """Stopping without traffic is over at once and gives the signals back."""
        before = signal.getsignal(signal.SIGHUP), signal.getsignal(signal.SIGTERM)
        service = self.service()
        service.startService()
        self.successResultOf(service.stopService())
        self.assertEqual(
            (signal.getsignal(signal.SIGHUP), signal.getsignal(signal.SIGTERM)), before
        )
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_stop_with_traffic(self) -> None:
        """An exchange under way holds the end up until it is cut; an idle connection does not."""
        service = self.started(f"[gateway]\ndrain.timeout = 3s\n{INI}")
        idle, busy = self.client(), self.client()
        busy.protocol.dataReceived(b"GET /words/ HTTP/1.1\r\nHost: x\r\n\r\n")
        stopped = service.stopService()
        self.reactor.advance(0.5)
        self.assertTrue(idle.disconnecting)
        self.assertNoResult(stopped)
        self.assertEqual(service.view.ready(), (False, "going down"))
        self.reactor.advance(2.5)
        self.assertTrue(busy.aborted)
        self.reactor.advance(6.0)
        self.successResultOf(stopped)

    def test_contracts(self) -> None:
        """The gateway is not ready until its contracts were asked for, for ten seconds at most."""
        more = "[contract:a]\nurl = http://127.0.0.1:9/openapi.json\n[backend:b]\n"
        more += "instances = http://127.0.0.1:9\nprobe.enabled = no\ncontract = a\n"
        service = self.started(f"{INI}{more}[route:b]\npath = /b/\nbackend = b\n")
        self.assertEqual(service.view.ready(), (False, "not asked for yet: contract a"))
        self.reactor.advance(10.0)
        self.assertEqual(service.view.ready(), (True, "ready"))
        self.assertIsNone(service.contracts.kept["a"].contract)
        self.successResultOf(service.stopService())

    def test_renewed(self) -> None:
        """HUP has certificates and contracts read again."""
        asked = []
        service = self.service()
        self.patch(type(service.contracts), "renew", lambda each: asked.append(each))
        self.patch(type(service.certificates), "renew", lambda each: asked.append(each))
        service.startService()
        signal.raise_signal(signal.SIGHUP)
        self.reactor.advance(0)
        self.assertEqual(asked, [service.certificates, service.contracts])
        self.successResultOf(service.stopService())

    def test_hurry(self) -> None:
        """A second TERM does not wait for the exchanges."""
        service = self.started()
        busy = self.client()
        busy.protocol.dataReceived(b"GET /words/ HTTP/1.1\r\nHost: x\r\n\r\n")
        stopped = service.stopService()
        signal.raise_signal(signal.SIGTERM)
        self.reactor.advance(0.0)
        self.reactor.advance(6.0)
        self.assertTrue(busy.aborted)
        self.successResultOf(stopped)


class _Late:
    """An endpoint whose answer takes its time."""

    def __init__(self, answer: Deferred[Any]) -> None:
        self._answer = answer

    def listen(self, factory: Any) -> Deferred[Any]:
        """Wait."""
        return self._answer


class CatalogTests(SynchronousTestCase):
    """What there is to choose from."""

    def test_kinds(self) -> None:
        """Every balancer of the package is in the catalog."""
        self.assertEqual({*catalog().names("balancer")}, {"round-robin", "least-requests"})
