"""Connections: heads in order, the client's pace, and every way to close."""

from __future__ import annotations

from twisted.internet.interfaces import IHalfCloseableProtocol, ISSLTransport
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer
from zope.interface.verify import verifyObject

from altlas.edge.channel import LAST_MOMENT, Channel
from altlas.edge.farewell import FLUSH_SECONDS, LINGER_MOST, LINGER_SECONDS
from altlas.settings.tree import ListenerLimits, ListenerTimeouts
from altlas.testing import Answer
from tests.edge.connected import ClientTransport, Connected, fixed, post, request

#: what waits at most behind a request, in bytes
PIPELINED = ListenerLimits().pipelined
CLOSE = request("GET", "/fixed", "Connection: close")
FIXED = request("GET", "/fixed")


class HeadTests(SynchronousTestCase):
    """One head after another."""

    def test_in_order(self) -> None:
        """A second request waits, unparsed, until the first is answered."""
        one = Connected(routes=[fixed()])
        one.send(request() + b"rubbish that is never looked at\r\n\r\n")
        self.assertEqual((len(one.scene.script.asked), one.said), (1, b""))
        one.answer(Answer(body=b"first"))
        self.assertEqual(one.statuses, [200, 400])

    def test_many_at_once(self) -> None:
        """Requests in one piece are answered in one go, without recursion."""
        one = Connected(routes=[fixed()])
        one.send(FIXED * 700)
        self.assertEqual(one.statuses, [200] * 700)
        self.assertEqual(len(one.records), 700)

    def test_head_in_time(self) -> None:
        """A whole head must come within the limit, however it trickles; then it is a 408."""
        one = Connected(listener={"timeout": ListenerTimeouts(headers=2.0)})
        for byte in request()[:15]:
            one.send(bytes([byte]))
            one.clock.advance(0.12)
        one.clock.advance(1)
        self.assertEqual(one.statuses, [408])
        self.assertTrue(one.transport.half_closed)
        self.assertEqual([each.flag for each in one.records], ["SI"])

    def test_nothing_comes(self) -> None:
        """A client that never says anything is told nothing."""
        one = Connected()
        one.clock.advance(15)
        self.assertEqual((one.said, one.records), (b"", []))
        self.assertTrue(one.transport.half_closed)

    def test_keep_alive(self) -> None:
        """Between requests the idle limit counts, from the first byte of a head that of heads."""
        one = Connected(routes=[fixed()])
        one.send(FIXED)
        one.clock.advance(74)
        one.send(b"G")
        one.clock.advance(14)
        one.send(FIXED[1:])
        one.clock.advance(74)
        self.assertEqual((one.statuses, one.transport.half_closed), ([200, 200], False))
        one.clock.advance(1)
        self.assertTrue(one.transport.half_closed)
        self.assertEqual(one.statuses, [200, 200])

    def test_same_limits(self) -> None:
        """That holds as well where both limits are of one length."""
        times = ListenerTimeouts(headers=5.0, keep_alive=5.0)
        one = Connected(routes=[fixed()], listener={"timeout": times})
        one.send(FIXED)
        one.clock.advance(4)
        one.send(b"G")
        one.clock.advance(4)
        self.assertEqual(one.statuses, [200])
        one.clock.advance(1)
        self.assertEqual(one.statuses, [200, 408])

    def test_not_idle(self) -> None:
        """An exchange may take longer than a silence; the silence begins after it."""
        one = Connected()
        one.send(request())
        one.clock.advance(100)
        one.answer(Answer())
        one.clock.advance(74)
        self.assertEqual((one.statuses, one.transport.half_closed), ([200], False))
        one.clock.advance(1)
        self.assertTrue(one.transport.half_closed)

    def test_pipeline_is_bounded(self) -> None:
        """A client that sends ahead more than a little is not read from until it is its turn."""
        one = Connected(routes=[fixed()])
        one.send(request())
        for _ in range(PIPELINED // len(FIXED) + 1):
            one.send(FIXED)
        self.assertFalse(one.transport.reading)
        one.answer(Answer())
        self.assertTrue(one.transport.reading)
        self.assertEqual(one.statuses.count(200), len(one.records))
        self.assertGreater(len(one.records), 500)


class PaceTests(SynchronousTestCase):
    """A client that does not take what it asked for."""

    def test_no_more_exchanges(self) -> None:
        """While what is written waits, no further exchange begins, and little is read."""
        one = Connected(routes=[fixed()])
        one.send(FIXED)
        one.fill()
        one.send(FIXED * 3)
        self.assertEqual(len(one.records), 1)
        one.send(b"x" * PIPELINED)
        self.assertFalse(one.transport.reading)
        one.drain()
        self.assertTrue(one.transport.reading)
        self.assertEqual(one.statuses, [200, 200, 200, 200, 414])

    def test_filled_by_an_answer(self) -> None:
        """An answer that fills the transport is the last one until that was taken."""
        one = Connected(routes=[fixed(body=b"x" * 100)])
        write = one.transport.write

        def filling(data: bytes) -> None:
            write(data)
            one.fill()

        one.transport.write = filling  # type: ignore[method-assign]
        one.send(FIXED * 3)
        for number in (1, 2, 3):
            self.assertEqual(len(one.records), number)
            one.drain()
        self.assertEqual(len(one.records), 3)

    def test_paces_the_instance(self) -> None:
        """The body under way is paused with the client, and goes on with it."""
        one = Connected()
        one.send(request())
        flow = one.answer().flow
        one.fill()
        self.assertTrue(flow.paused)
        one.drain()
        self.assertFalse(flow.paused)

    def test_takes_nothing_for_ever(self) -> None:
        """A client that does not even take the last answer is closed, then cut."""
        one = Connected(routes=[fixed()])
        one.send(FIXED)
        one.fill()
        one.clock.advance(75)
        self.assertTrue(one.transport.half_closed)
        one.clock.advance(LINGER_SECONDS)
        self.assertEqual((one.transport.disconnecting, one.transport.aborted), (True, False))


class ClosingTests(SynchronousTestCase):
    """The end of a connection."""

    def lingering(self) -> Connected:
        """A connection whose last answer is out."""
        one = Connected(routes=[fixed()])
        one.send(CLOSE)
        return one

    def test_half_closes(self) -> None:
        """After the last answer our half is closed, and nothing more is served."""
        one = self.lingering()
        self.assertTrue(one.transport.half_closed)
        self.assertIsNone(one.transport.producer)
        one.send(FIXED)
        self.assertEqual(len(one.records), 1)
        self.assertFalse(one.transport.disconnecting)

    def test_closes_after_silence(self) -> None:
        """Then the whole is closed, without a reset."""
        one = self.lingering()
        one.clock.advance(LINGER_SECONDS)
        one.clock.advance(0)
        self.assertEqual((one.channel.lost, one.transport.aborted), (True, False))
        self.assertEqual((one.timers, one.listening.channels), (0, set()))

    def test_waits_for_who_sends(self) -> None:
        """Who still sends may not have read its answer: it is waited for, but not for ever."""
        one = self.lingering()
        for _ in range(int(LINGER_MOST)):
            self.assertFalse(one.transport.disconnecting)
            one.clock.advance(1)
            one.send(b"more")
        one.clock.advance(LINGER_SECONDS)
        self.assertTrue(one.transport.disconnecting)

    def test_cuts_who_does_not_take(self) -> None:
        """What was written may be fetched for a while after the close; then comes the reset."""
        one = self.lingering()
        one.transport.loseConnection = lambda: None  # type: ignore[method-assign]
        one.clock.advance(LINGER_SECONDS)
        one.send(b"late")  # as TLS may still hand over
        one.clock.advance(FLUSH_SECONDS - 1)
        self.assertFalse(one.transport.aborted)
        one.clock.advance(1)
        self.assertTrue(one.transport.aborted)

    def test_no_half_close(self) -> None:
        """A transport that cannot close one half is closed."""
        one = Connected(routes=[fixed()])
        self.patch(ClientTransport, "loseWriteConnection", property(_missing))
        one.send(CLOSE)
        self.assertTrue(one.transport.disconnecting)

    def test_abort_is_final(self) -> None:
        """What still arrives after a cut is nobody's."""
        one = Connected()
        one.send(post(10, b"01"))
        one.channel.abort()
        one.send(b"234")
        self.assertEqual(one.exchange.body.received, 2)
        one.clock.advance(0)
        self.assertEqual((one.channel.lost, one.timers), (True, 0))

    def test_left(self) -> None:
        """A connection that is gone leaves no timer, whenever it goes."""
        for sent in (b"", b"GET", request(), post(10, b"0"), FIXED, CLOSE, b"\x00"):
            one = Connected(routes=[fixed()])
            one.send(sent)
            one.leave()
            self.assertEqual((one.timers, one.listening.in_flight), (0, 0), sent)
            self.assertEqual(one.leases, (0, 0, 0))


class HalfClosedTests(SynchronousTestCase):
    """The client closes its sending half."""

    def test_interface(self) -> None:
        """The transport can tell."""
        self.assertTrue(verifyObject(IHalfCloseableProtocol, Connected().channel))

    def test_answered(self) -> None:
        """What it was answered goes out before the connection closes, and no timer stays."""
        one = Connected(routes=[fixed()])
        one.send(FIXED)
        one.channel.readConnectionLost()
        self.assertIn(b"200 OK", one.said)
        self.assertTrue(one.transport.disconnecting)
        self.assertFalse(one.transport.aborted)
        one.clock.advance(0)
        self.assertEqual((one.channel.lost, one.timers), (True, 0))

    def test_while_lingering(self) -> None:
        """Who ends its half after the last answer, and does not take that, is cut after a while."""
        one = Connected(routes=[fixed()])
        one.send(CLOSE)
        one.transport.loseConnection = lambda: None  # type: ignore[method-assign]
        one.channel.readConnectionLost()
        one.clock.advance(FLUSH_SECONDS)
        self.assertTrue(one.transport.aborted)

    def test_unanswered(self) -> None:
        """Who waits for an answer is taken to be gone, and the backend is told so."""
        one = Connected()
        one.send(request())
        one.channel.readConnectionLost()
        self.assertTrue(one.asked.cancelled)
        self.assertEqual([each.flag for each in one.records], ["DC"])
        one.clock.advance(0)
        self.assertEqual((one.channel.lost, one.leases), (True, (0, 0, 0)))

    def test_after_the_last_answer(self) -> None:
        """After our own half is closed there is nothing more to wait for."""
        one = Connected(routes=[fixed()])
        one.send(CLOSE)
        one.channel.readConnectionLost()
        one.clock.advance(0)
        self.assertEqual((one.channel.lost, one.timers), (True, 0))


class DrainTests(SynchronousTestCase):
    """The listener goes down."""

    def test_idle(self) -> None:
        """Who is idle is closed, who is in an exchange or a head is served first."""
        one = Connected(routes=[fixed()])
        _, idle = one.connect()
        begun, began = one.connect()
        begun.dataReceived(FIXED[:10])
        one.send(request())
        one.listening.drain(lambda: None)
        self.assertFalse(idle.half_closed)
        one.clock.advance(LAST_MOMENT)
        closed = [each.half_closed for each in (idle, began, one.transport)]
        self.assertEqual(closed, [True, False, False])
        begun.dataReceived(FIXED[10:])
        one.answer(Answer())
        for transport in (began, one.transport):
            self.assertIn(b"\r\nConnection: close\r\n", transport.value())
            self.assertTrue(transport.half_closed)

    def test_last_moment(self) -> None:
        """A request that was on its way when the drain began is answered, and then it is over."""
        one = Connected(routes=[fixed()])
        one.listening.drain(lambda: None)
        one.clock.advance(LAST_MOMENT / 2)
        one.send(FIXED)
        self.assertIn(b"\r\nConnection: close\r\n", one.said)
        self.assertTrue(one.transport.half_closed)

    def test_tls(self) -> None:
        """Who never answers TLS' good-bye is not waited for: what TLS runs on is closed."""
        one = Connected(routes=[fixed()])
        channel, transport = secured(one)
        one.listening.drain(lambda: None)
        one.clock.advance(LAST_MOMENT)
        self.assertEqual((transport.goodbyes, transport.transport.disconnecting), (1, False))
        one.clock.advance(LINGER_SECONDS)
        self.assertTrue(transport.transport.disconnecting)
        self.assertFalse(transport.aborted)
        one.clock.advance(0)
        self.assertTrue(channel.lost)

    def test_tls_after_an_answer(self) -> None:
        """The same holds after a last answer; who still sends then is waited for."""
        one = Connected(routes=[fixed()])
        channel, transport = secured(one)
        channel.dataReceived(CLOSE)
        one.clock.advance(LINGER_SECONDS - 0.5)
        channel.dataReceived(b"more")
        one.clock.advance(LINGER_SECONDS - 0.5)
        self.assertFalse(transport.transport.disconnecting)
        one.clock.advance(0.5)
        self.assertTrue(transport.transport.disconnecting)

    def test_cut(self) -> None:
        """What is still under way is cut, and said to be so."""
        one = Connected()
        one.send(request())
        one.channel.cut()
        self.assertTrue(one.transport.aborted)
        self.assertTrue(one.asked.cancelled)
        self.assertEqual([(each.flag, each.status) for each in one.records], [("SD", 503)])
        one.clock.advance(0)
        self.assertEqual((len(one.records), one.leases), (1, (0, 0, 0)))


def _missing(transport: ClientTransport) -> None:
    raise AttributeError("loseWriteConnection")


@implementer(ISSLTransport)
class SecuredTransport(ClientTransport):
    """A connection with TLS, whose client answers no good-bye."""

    goodbyes = 0
    transport: ClientTransport

    def loseConnection(self) -> None:
        """Say good-bye, and wait for the client's."""
        self.goodbyes += 1

    def getPeerCertificate(self) -> None:
        """The client has none."""


def secured(one: Connected) -> tuple[Channel, SecuredTransport]:
    """A client of that listener with TLS, over a connection that knows the channel too."""
    channel, transport = Channel(one.listening), SecuredTransport(one.clock)
    below = transport.transport = ClientTransport(one.clock)
    below.channel = transport.channel = channel
    channel.makeConnection(transport)  # type: ignore[arg-type]
    return channel, transport
