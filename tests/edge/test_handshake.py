"""From the first byte of TLS to the first byte of HTTP."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IOpenSSLContextFactory, ISSLTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from altlas.edge.handshake import HTTP_1, LAST_MOMENT, Handshake, Handshakes
from altlas.settings.tls import ListenerTls
from altlas.timers import Timers
from altlas.tls.identity import ClientIdentity
from altlas.tls.server import ServerTLS
from altlas.wire.peer import Peer
from tests.tls.authority import Authority, Issued
from tests.tls.shaking import client


class Heard(Protocol):
    """Keeps what comes."""

    data = b""

    def dataReceived(self, data: bytes) -> None:
        self.data += data


class Spoken(Heard):
    """What comes after the handshake."""

    closes = made = closed = 0

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.closed += 1

    def connectionMade(self) -> None:
        self.made += 1
        self.peer = Peer("192.0.2.1", 1, "https", 443, False)
        self.secure = ISSLTransport.providedBy(self.transport)

    def close_if_idle(self) -> None:
        """Count."""
        self.closes += 1


@implementer(IOpenSSLContextFactory)
class Creator:
    """Makes client connections with a context."""

    def __init__(self, context: SSL.Context) -> None:
        self._context = context

    def getContext(self) -> SSL.Context:
        """The context."""
        return self._context


class Guests:
    """Who is there."""

    def __init__(self) -> None:
        self.there: list[Any] = []
        #: how many were there at the most, and whether there was ever nobody after the first
        self.most = 0

    def joined(self, guest: Any) -> None:
        """One more."""
        self.there.append(guest)
        self.most = max(self.most, len(self.there))

    def left(self, guest: Any) -> None:
        """One less."""
        self.there.remove(guest)


class HandshakeTests(SynchronousTestCase):
    """One listener, one client."""

    def setUp(self) -> None:
        folder = Path(self.mktemp())
        folder.mkdir()
        self.authority, self.clients = Authority.made(), Authority.made("clients")
        certificate, key = self.authority.issue("a.test").written(folder, "a")
        self.settings = ListenerTls(
            certificate=(certificate,),
            key=(key,),
            client_ca=self.clients.written(folder, "clients"),
            client_verify="optional",
        )
        self.clock, self.guests, self.now = Clock(), Guests(), time.time()
        self.spoken: list[Spoken] = []
        server = ServerTLS.of(self.settings, [HTTP_1], self.now)
        factory = Factory.forProtocol(self.speak)
        self.handshakes = Handshakes(
            server,
            Timers(self.clock),
            lambda: self.now,
            self.guests,
            {HTTP_1: factory},
            ClientIdentity.of(self.settings),
        )
        self.factory = self.handshakes.factory()

    def speak(self) -> Spoken:
        """The protocol after a handshake."""
        self.spoken.append(Spoken())
        return self.spoken[-1]

    def connect(self, context: SSL.Context | None = None, shows: Issued | None = None) -> IOPump:
        """A client that has connected, and said nothing."""
        context = context or client(believes=self.authority, shows=shows)
        inner = Factory.forProtocol(Heard)
        creator: Any = Creator(context)
        theirs = TLSMemoryBIOFactory(creator, True, inner, self.clock).buildProtocol(None)
        ours = self.factory.buildProtocol(None)
        sides = FakeTransport(ours, True), FakeTransport(theirs, False)
        ours.makeConnection(sides[0])
        theirs.makeConnection(sides[1])
        return IOPump(theirs, ours, sides[1], sides[0], False)

    def shaken(self, **more: Any) -> IOPump:
        """A client that has shaken hands, or tried."""
        pump = self.connect(**more)
        pump.flush()
        return pump

    @property
    def waiting(self) -> int:
        """How many timers are set."""
        queues = self.handshakes.timers._queues.values()
        return sum(len(queue.waiting) for queue in queues)

    def transport_of(self, spoken: Spoken) -> Any:
        """What it writes to."""
        return spoken.transport

    @property
    def counts(self) -> dict[str, int]:
        """What became of the handshakes, as far as something did."""
        return {what: count for what, count in self.handshakes.counts.items() if count}

    def test_complete(self) -> None:
        """HTTP begins when both sides agree, on a transport that is TLS, and hears what comes."""
        pump = self.connect()
        self.assertEqual(self.spoken, [])
        pump.client.wrappedProtocol.transport.write(b"at once")
        self.clock.advance(0)
        pump.flush()
        (spoken,) = self.spoken
        self.assertEqual((spoken.made, spoken.secure, spoken.data), (1, True, b"at once"))
        self.assertEqual(self.counts, {"complete": 1})
        self.transport_of(spoken).write(b"answer")
        pump.flush()
        self.assertEqual(pump.client.wrappedProtocol.data, b"answer")

    def test_time(self) -> None:
        """No timer is left after it; what comes then has all the time that HTTP gives it."""
        pump = self.shaken()
        self.assertEqual(self.waiting, 0)
        self.clock.advance(1000)
        pump.flush()
        self.assertEqual(self.spoken[0].closed, 0)

    def test_late(self) -> None:
        """Who does not agree in time is cut off."""
        pump = self.connect()
        self.clock.advance(9.9)
        self.assertFalse(pump.serverIO.disconnecting)
        self.clock.advance(0.2)
        self.assertTrue(pump.serverIO.disconnecting)
        self.lose(pump)
        self.assertEqual((self.counts, self.spoken, self.guests.there), ({"late": 1}, [], []))

    def lose(self, pump: IOPump) -> None:
        """The connection is gone."""
        if not pump.serverIO.disconnected:
            pump.server.connectionLost(Failure(ConnectionDone()))

    def test_left(self) -> None:
        """Who leaves before is counted, and no more said of it."""
        pump = self.connect()
        self.lose(pump)
        self.assertEqual((self.counts, self.handshakes.last), ({"left": 1}, ""))
        self.assertEqual(self.waiting, 0)

    def test_failed(self) -> None:
        """Who does not agree is counted, with OpenSSL's reason."""
        pump = self.shaken(context=client(believes=Authority.made("another")))
        self.lose(pump)
        self.assertEqual(self.counts, {"failed": 1})
        self.assertIn("unknown ca", self.handshakes.last)

    def test_guests(self) -> None:
        """A connection is counted from its first moment to its last, never forgotten between."""
        pump = self.connect()
        (guest,) = self.guests.there
        self.assertIsInstance(guest, Handshake)
        pump.flush()
        self.assertEqual(self.guests.there, [])  # the channel counts itself
        self.assertEqual(self.spoken[0].made, 1)

    def test_identity(self) -> None:
        """What is known of a client by its certificate becomes a claim about it."""
        self.shaken(shows=self.clients.issue("runner"))
        claims = dict(self.spoken[0].peer.claims)
        self.assertEqual(claims[b"X-Client-Cert-Subject"], b"CN=runner")
        self.shaken()
        self.assertNotIn(b"X-Client-Cert-Subject", dict(self.spoken[1].peer.claims))
        self.assertEqual([one.peer.certified for one in self.spoken[:2]], [True, False])

    def test_not_welcome(self) -> None:
        """A certificate that ended after it was verified is refused."""
        self.now += 31 * 86400
        pump = self.shaken(shows=self.clients.issue("runner"))
        self.lose(pump)
        self.assertEqual((self.counts, self.spoken), ({"failed": 1}, []))
        self.assertIn("it ended on", self.handshakes.last)

    def test_unreadable(self) -> None:
        """A certificate that OpenSSL takes, and nobody can read, is refused."""

        def unreadable(*_: Any) -> None:
            raise ValueError("odd")

        self.patch(ClientIdentity, "fields", unreadable)
        pump = self.shaken(shows=self.clients.issue("runner"))
        self.lose(pump)
        self.assertEqual((self.counts, self.spoken), ({"failed": 1}, []))
        self.assertIn("cannot be read: odd", self.handshakes.last)

    def test_factories(self) -> None:
        """What makes the protocols is started and stopped with the listener."""
        told: list[str] = []
        factory = self.handshakes.factories[HTTP_1]
        factory.startFactory = lambda: told.append("started")  # type: ignore[attr-defined]
        factory.stopFactory = lambda: told.append("stopped")  # type: ignore[attr-defined]
        self.factory.doStart()
        self.factory.doStop()
        self.assertEqual(told, ["started", "stopped"])

    def test_not_wanted(self) -> None:
        """Where no protocol is to be had the connection ends."""
        self.handshakes.factories = {HTTP_1: _Nobody()}  # type: ignore[dict-item]
        pump = self.shaken()
        self.assertTrue(pump.serverIO.disconnecting)

    def test_drain(self) -> None:
        """Who shakes hands as the gateway goes down may go on for a moment, then for a request."""
        quick, slow = self.connect(), self.connect()
        for guest in list(self.guests.there):
            guest.close_if_idle()
        quick.flush()
        self.assertEqual(self.spoken[0].closes, 1)
        self.clock.advance(LAST_MOMENT)
        self.lose(slow)
        self.assertEqual((self.counts, self.guests.there), ({"complete": 1, "late": 1}, []))

    def test_cut(self) -> None:
        """All that are under way can be cut off."""
        pump = self.connect()
        self.handshakes.cut()
        self.lose(pump)
        self.assertEqual((self.counts, self.guests.there), ({}, []))


class _Nobody(Factory):
    """Wants no connections."""

    def buildProtocol(self, addr: Any) -> Protocol | None:
        return None
