"""Ports: opened together, closed by turns."""

from __future__ import annotations

import socket
from io import StringIO
from typing import Any

from twisted.internet.defer import succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IProtocolFactory, IProtocolNegotiationFactory
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import LogPublisher, globalLogPublisher, textFileLogObserver
from twisted.trial.unittest import SynchronousTestCase, TestCase
from zope.interface.verify import verifyObject

from altlas.gateway.ports import CannotListen, HttpFactory, Ports
from altlas.settings.tree import Listener
from tests.gateway.surroundings import memory_reactor

ADMIN = Listener(name="admin", bind="tcp:9901", serves="admin")
PUBLIC = Listener(name="public", bind="tcp:8080")


class Quiet(Factory):
    """A factory that says nothing."""

    protocol = Protocol
    noisy = False


class PortsTests(SynchronousTestCase):
    """On a reactor in memory."""

    def setUp(self) -> None:
        self.reactor = memory_reactor()
        self.factories = {"admin": Quiet(), "public": Quiet()}

    def test_open(self) -> None:
        """Each listener is bound to its factory, and its address is known afterwards."""
        ports = Ports.of([PUBLIC, ADMIN], self.reactor)
        self.assertEqual(self.reactor.tcpServers, [])
        self.successResultOf(ports.open(self.factories))
        self.assertEqual([server[0] for server in self.reactor.tcpServers], [8080, 9901])
        self.assertEqual({*ports.addresses}, {"public", "admin"})
        self.assertEqual(ports.refused, [])

    def test_close(self) -> None:
        """Ports are closed by what they serve; what is closed already stays closed."""
        ports = Ports.of([PUBLIC, ADMIN], self.reactor)
        self.successResultOf(ports.open(self.factories))
        closed: list[str] = []
        for serves, opened in ports._open.items():
            for port in opened:
                port.stopListening = lambda serves=serves: succeed(closed.append(serves))
        self.successResultOf(ports.close("routes"))
        self.assertEqual(closed, ["routes"])
        self.successResultOf(ports.close("routes"))
        self.successResultOf(ports.close("admin"))
        self.assertEqual(closed, ["routes", "admin"])

    def test_refused(self) -> None:
        """A bind that fails is told with its reason, and the others are tried all the same."""

        def refuse(port: int, *more: Any, **others: Any) -> Any:
            if port == 8080:
                raise CannotListenError("", port, OSError(98, "Address already in use"))
            return listen(port, *more, **others)

        listen, self.reactor.listenTCP = self.reactor.listenTCP, refuse
        ports = Ports.of([PUBLIC, ADMIN], self.reactor)
        failure = self.failureResultOf(ports.open(self.factories), CannotListen)
        self.assertEqual(str(failure.value), "[listener:public] tcp:8080: Address already in use")
        self.assertEqual(failure.value.code, 1)
        self.assertEqual({*ports.addresses}, {"admin"})

    def test_bad_bind(self) -> None:
        """A bind that means nothing is refused before anything is bound."""
        with self.assertRaises(ValueError):
            Ports.of([PUBLIC, Listener(name="x", bind="tpc:1")], self.reactor)
        self.assertEqual(self.reactor.tcpServers, [])


class CannotListenTests(SynchronousTestCase):
    """The error that ends the process."""

    def test_both(self) -> None:
        """twistd must take it for an error of a service, the interpreter for an end."""
        error = CannotListen(["a", "b"])
        self.assertIsInstance(error, Exception)
        self.assertIsInstance(error, SystemExit)
        self.assertEqual((str(error), error.code), ("a; b", 1))


class HttpFactoryTests(SynchronousTestCase):
    """What stands before each factory."""

    def test_interfaces(self) -> None:
        """It is a factory, and one that can be asked what it speaks."""
        factory = HttpFactory(Quiet())
        verifyObject(IProtocolFactory, factory)
        verifyObject(IProtocolNegotiationFactory, factory)
        self.assertEqual(factory.acceptableProtocols(), [b"http/1.1"])

    def test_inside(self) -> None:
        """Protocols are those of the factory inside, which is told of its start and end."""
        inside = Quiet()
        factory = HttpFactory(inside)
        factory.doStart()
        self.assertEqual(inside.numPorts, 1)
        self.assertIsInstance(factory.buildProtocol(None), Protocol)
        factory.doStop()
        self.assertEqual(inside.numPorts, 0)


class LogTests(TestCase):
    """On the system's own sockets."""

    async def test_readable(self) -> None:
        """Of a port that opens there is one line in the log, which says where it is."""
        from twisted.internet import reactor

        said = StringIO()
        observer = textFileLogObserver(said)
        publisher: LogPublisher = globalLogPublisher
        publisher.addObserver(observer)
        self.addCleanup(publisher.removeObserver, observer)
        ports = Ports.of([Listener(name="public", bind="tcp:0:interface=127.0.0.1")], reactor)
        await ports.open({"public": Quiet()})
        address: Any = ports.addresses["public"]
        self.addCleanup(ports.close, "routes")
        socket.create_connection(("127.0.0.1", address.port)).close()
        (line,) = said.getvalue().splitlines()
        self.assertIn(f"Listener public serves routes at 127.0.0.1:{address.port}", line)
