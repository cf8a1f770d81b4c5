"""Promises of connections that a balancer hands on, on transports in memory."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import EventLoggingObserver, StringTransport
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.preamble import PreambleFactory
from altlas.settings.tree import Listener, ProxyProtocol
from altlas.timers import Timers

BALANCER = IPv4Address("TCP", "10.0.0.1", 4711)
LOCAL = IPv4Address("TCP", "10.0.0.9", 8080)
HEADER = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"


class Within(Protocol):
    """The protocol of a client that was introduced."""

    def __init__(self) -> None:
        self.received = b""
        self.seen: Any = None

    def connectionMade(self) -> None:
        transport: Any = self.transport
        self.seen = transport.getPeer(), transport.getHost()

    def dataReceived(self, data: bytes) -> None:
        self.received += data


class Transport(StringTransport):
    """A transport that tells its protocol of what is aborted."""

    protocol: Any = None
    aborted = False

    def abortConnection(self) -> None:
        self.aborted = True
        self.protocol.connectionLost()


class PreambleTests(SynchronousTestCase):
    """Who is believed, and what."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.built: list[Within] = []
        networks = (ip_network("10.0.0.0/8"),)
        listener = Listener(
            name="public",
            bind="tcp:0",
            proxy_protocol="on",
            proxy_protocol_=ProxyProtocol(from_=networks),
        )
        inside = Factory()
        inside.buildProtocol = self.build  # type: ignore[assignment]
        self.factory = PreambleFactory(listener, inside, Timers(self.clock))

    def build(self, address: Any) -> Within:
        """The protocol for that address."""
        self.address = address
        self.built.append(Within())
        return self.built[-1]

    def connect(self, peer: Any = BALANCER) -> Transport:
        """A connection of a balancer."""
        transport = Transport(LOCAL, peer)
        transport.protocol = self.factory.buildProtocol(peer)
        transport.protocol.makeConnection(transport)
        return transport

    def send(self, transport: Transport, data: bytes) -> None:
        """Bytes of the balancer."""
        transport.protocol.dataReceived(data)

    def test_handed_on(self) -> None:
        """The client that is named stands for the peer, and what follows is the client's."""
        transport = self.connect()
        for byte in HEADER:
            self.assertEqual(self.built, [])
            self.send(transport, bytes([byte]))
        (within,) = self.built
        client = IPv4Address("TCP", "192.0.2.1", 56324)
        self.assertEqual(within.seen, (client, IPv4Address("TCP", "198.51.100.2", 443)))
        self.assertEqual(self.address, client)
        self.send(transport, b"GET")
        self.assertEqual(within.received, b"GET")
        self.clock.advance(100)
        self.assertFalse(transport.aborted)

    def test_in_one_piece(self) -> None:
        """What comes in one piece with the header is not lost."""
        transport = self.connect()
        self.send(transport, b"PROXY TCP6 2001:db8::1 ::1 1 2\r\nGET / HT")
        self.assertEqual(self.built[0].received, b"GET / HT")
        self.assertEqual(self.built[0].seen[0], IPv6Address("TCP", "2001:db8::1", 1))

    def test_of_its_own(self) -> None:
        """A connection of the balancer's own has the addresses that it has."""
        self.send(self.connect(), b"PROXY UNKNOWN\r\n")
        self.assertEqual(self.built[0].seen, (BALANCER, LOCAL))

    def test_unix(self) -> None:
        """Who may open a UNIX socket is believed, and so is the word of a UNIX socket."""
        transport = self.connect(UNIXAddress(None))
        self.send(transport, HEADER)
        self.assertEqual(self.built[0].seen[0].host, "192.0.2.1")
        sockets = b"/a".ljust(108, b"\0") + b"/b".ljust(108, b"\0")
        header = b"\r\n\r\n\x00\r\nQUIT\n\x21\x31\x00\xd8" + sockets
        self.send(self.connect(), header)
        self.assertEqual(self.built[1].seen, (UNIXAddress("/a"), UNIXAddress("/b")))

    def test_strangers(self) -> None:
        """A stranger gets no protocol, so its connection is closed before a byte is read."""
        for host in ("192.0.2.7", "11.0.0.1"):
            self.assertIsNone(self.factory.buildProtocol(IPv4Address("TCP", host, 1)))
        self.assertIsNone(self.factory.buildProtocol(IPv6Address("TCP", "::1", 1)))
        mapped = self.factory.buildProtocol(IPv6Address("TCP", "::ffff:10.0.0.1", 1))
        self.assertIsNotNone(mapped)

    def test_without_a_header(self) -> None:
        """What is no header ends the connection without a word; the log is told once a minute."""
        told = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)
        for _ in range(3):
            transport = self.connect()
            self.send(transport, b"GET / HTTP/1.1\r\n")
            self.assertEqual((transport.aborted, transport.value()), (True, b""))
        self.assertEqual(self.built, [])
        self.assertEqual(len([event for event in told if "refused" in event["log_format"]]), 1)

    def test_late(self) -> None:
        """A header that takes longer than `timeout.headers` is not waited for."""
        transport = self.connect()
        self.send(transport, HEADER[:-1])
        self.clock.advance(15.1)
        self.assertTrue(transport.aborted)

    def test_leaves(self) -> None:
        """A balancer that only looked leaves nothing behind; the others can be cut."""
        transport = self.connect()
        transport.protocol.connectionLost()
        self.assertFalse(self.factory.waits)
        other = self.connect()
        self.assertTrue(self.factory.waits)
        self.factory.cut()
        self.assertTrue(other.aborted)
        self.assertFalse(self.factory.waits)
