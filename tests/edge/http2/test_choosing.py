"""Which HTTP a client speaks is found out by its first bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.interfaces import IHalfCloseableProtocol, ISSLTransport
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import alsoProvides

from altlas.edge.channel import LAST_MOMENT, Channel
from altlas.edge.handshake import HTTP_1, HTTP_2
from altlas.edge.http2.choosing import Choice, ChoiceFactory, entrances
from altlas.edge.http2.connection import Http2Connection
from altlas.edge.listening import ChannelFactory
from altlas.settings.tree import ListenerHttp2, ListenerTls
from altlas.wire.http2.toll import PREFACE
from tests.edge.connected import PEER, ClientTransport, Connected, fixed, request


class Undecided:
    """One client of which nothing is known yet."""

    def __init__(self, agreed: bytes | None = None, secure: bool = False) -> None:
        self.one = Connected(routes=[fixed()])
        self.one.leave()
        self.transport = ClientTransport(self.one.clock)
        if secure:
            alsoProvides(self.transport, ISSLTransport)
            self.transport.negotiatedProtocol = agreed  # type: ignore[attr-defined]
        self.choice = Choice(self.one.listening)
        self.transport.channel = self.choice  # type: ignore[assignment]
        self.transport.protocol = self.choice  # type: ignore[attr-defined]
        self.choice.makeConnection(self.transport)  # type: ignore[no-untyped-call]

    def send(self, data: bytes) -> None:
        """Bytes from the client, to whoever takes them now."""
        self.transport.protocol.dataReceived(data)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> type[object]:
        """What takes the client's bytes now."""
        return type(self.transport.protocol)  # type: ignore[attr-defined]


class ChoiceTests(SynchronousTestCase):
    """What is chosen, and when."""

    @given(st.integers(1, len(PREFACE)))
    def test_preface(self, split: int) -> None:
        """The preface, however it is cut, begins HTTP/2; nothing of it is lost."""
        one = Undecided()
        one.send(PREFACE[:split])
        one.send(PREFACE[split:])
        self.assertEqual(one.chosen, Http2Connection)
        self.assertEqual(one.transport.value()[3:4], b"\x04")
        self.assertEqual(one.one.listening.channels, {one.transport.protocol})  # type: ignore[attr-defined]

    @given(st.integers(1, 20))
    def test_other_bytes(self, split: int) -> None:
        """Everything else begins HTTP/1.1, as soon as it is clear."""
        one = Undecided()
        data = request("GET", "/fixed")
        one.send(data[:split])
        self.assertEqual(one.chosen, Channel)
        one.send(data[split:])
        self.assertTrue(one.transport.value().startswith(b"HTTP/1.1 200 "))

    def test_nearly(self) -> None:
        """What begins like the preface and goes on otherwise is told what it did wrong."""
        one = Undecided()
        one.send(PREFACE[:10])
        self.assertEqual(one.chosen, Choice)
        one.send(b"X\r\n\r\n")
        self.assertEqual(one.chosen, Channel)
        self.assertTrue(one.transport.value().startswith(b"HTTP/1.1 "))

    def test_agreed(self) -> None:
        """Over TLS it is as was agreed, whatever the bytes are; who agreed on nothing has 1.1."""
        for agreed, chosen in ((b"h2", Http2Connection), (b"http/1.1", Channel), (None, Channel)):
            one = Undecided(agreed, secure=True)
            one.send(PREFACE)
            self.assertEqual(one.chosen, chosen)

    def test_silence(self) -> None:
        """Who says nothing is let go after the time for a head."""
        one = Undecided()
        one.send(PREFACE[:5])
        one.one.clock.advance(15)
        one.one.clock.advance(0)
        self.assertFalse(one.transport.connected)

    def test_room(self) -> None:
        """Who says nothing makes room where that is wanted, who has begun does not."""
        one, other = Undecided(), Undecided()
        self.assertTrue(one.transport.connected)
        other.send(PREFACE[:5])
        for each in one, other:
            each.one.clock.advance(2)
            each.one.listening.capacity.relieve()
            each.one.clock.advance(0)
        self.assertEqual((one.transport.connected, other.transport.connected), (False, True))

    def test_drain(self) -> None:
        """On a drain there is a moment left to begin; nothing stays behind."""
        one = Undecided()
        done: list[bool] = []
        one.one.listening.drain(lambda: done.append(True))
        one.one.clock.advance(LAST_MOMENT)
        one.one.clock.advance(0)
        self.assertEqual((done, one.one.timers), ([True], 0))

    def test_half_closed(self) -> None:
        """The choice takes no half-closed connections: there is nobody to be answered yet."""
        self.assertFalse(IHalfCloseableProtocol.providedBy(Undecided().choice))


class EntranceTests(SynchronousTestCase):
    """Where there is a choice."""

    def entrance(self, bind: str, **keys: bool) -> object:
        """The factory of a listener with these keys."""
        one = Connected(listener={"bind": bind, "http2": ListenerHttp2(**keys)})  # type: ignore[arg-type]
        return entrances(one.listening)[HTTP_1]

    def test_plain(self) -> None:
        """Without TLS HTTP/2 is spoken only where it was asked for."""
        self.assertIsInstance(self.entrance("tcp:0"), ChannelFactory)
        self.assertIsInstance(self.entrance("tcp:0", cleartext=True), ChoiceFactory)

    def test_tls(self) -> None:
        """Twisted's TLS offers it, unless it is switched off."""
        factory = self.entrance("ssl:0")
        assert isinstance(factory, ChoiceFactory)
        self.assertEqual(factory.acceptableProtocols(), [b"h2", b"http/1.1"])
        self.assertIsInstance(self.entrance("ssl:0", enabled=False), ChannelFactory)
        factory = self.entrance("ssl:0", enabled=False, cleartext=True)
        assert isinstance(factory, ChoiceFactory)
        self.assertEqual(factory.acceptableProtocols(), [b"http/1.1"])

    def test_own_tls(self) -> None:
        """Behind our own TLS there is no choice left: each has a factory of its own."""
        settings = {
            "tls": ListenerTls(certificate=("c.pem",)),
            "http2": ListenerHttp2(cleartext=True),
        }
        made = entrances(Connected(listener=settings).listening)
        for name, kind in ((HTTP_1, Channel), (HTTP_2, Http2Connection)):
            self.assertIsInstance(made[name].buildProtocol(PEER), kind)
