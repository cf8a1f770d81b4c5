"""Connections of HTTP/2: what a client may do, what it may not, and every way to close."""

from __future__ import annotations

from h2.connection import ConnectionState
from h2.errors import ErrorCodes
from h2.settings import SettingCodes
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    SettingsFrame,
)
from twisted.internet.interfaces import IPushProducer, ISSLTransport
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import alsoProvides, directlyProvides
from zope.interface.verify import verifyObject

from altlas.edge.channel import LAST_MOMENT
from altlas.edge.farewell import FLUSH_SECONDS, LINGER_SECONDS
from altlas.settings.tree import ListenerHttp2, ListenerLimits, ListenerTimeouts
from altlas.testing import NEVER, Answer
from altlas.wire.http2.toll import RESETS, STEERING
from tests.edge.connected import ClientTransport, fixed
from tests.edge.http2.spoken import Client, Spoken


class ServingTests(SynchronousTestCase):
    """Exchanges as ever."""

    def test_answer(self) -> None:
        """A request goes to the backend as HTTP/1.1, its answer comes back on its stream."""
        one = Spoken(Answer(fields=((b"X-Of-Backend", b"1"),), body=b"hello"))
        answer = one.ask((b"x-a", b"b"), path=b"/a?b", authority=b"H.test")
        self.assertEqual((answer.status, answer.body, answer.ended), (200, b"hello", True))
        self.assertEqual(answer.value(b"x-of-backend"), b"1")
        self.assertEqual(answer.value(b"via"), b"1.1 altlas")
        self.assertEqual(answer.value(b"x-request-id"), one.records[0].request_id.encode())
        self.assertIsNotNone(answer.value(b"date"))
        self.assertIsNone(answer.value(b"connection"))
        asked = one.one.asked.request
        self.assertEqual((asked.method, asked.target), (b"GET", b"/a?b"))
        self.assertEqual(asked.headers.getRawHeaders(b"host"), [b"H.test"])

    def test_record(self) -> None:
        """It is logged and counted as every other, with what was spoken."""
        one = Spoken(Answer(body=b"hello"))
        one.ask(path=b"/a", method=b"GET")
        record = one.records[0]
        said = record.minor, record.status, record.target, record.bytes_out, record.route
        self.assertEqual(said, (2, 200, b"/a", 5, "demo"))
        self.assertEqual((one.listening.in_flight, one.listening.served), (0, 1))

    def test_own_answers(self) -> None:
        """What the gateway answers by itself is the same too, problems and HEAD included."""
        one = Spoken(routes=[fixed()])
        answer = one.ask(path=b"/fixed")
        self.assertEqual((answer.status, answer.body), (200, b"hello"))
        answer = one.ask(path=b"/fixed", method=b"HEAD")
        self.assertEqual((answer.body, answer.ended), (b"", True))
        answer = one.ask(path=b"/%00")
        self.assertEqual(answer.value(b"content-type"), b"application/problem+json")
        self.assertEqual((answer.status, answer.ended), (400, True))

    def test_parallel(self) -> None:
        """Streams are served side by side, and answered in whatever order."""
        one = Spoken()
        numbers = [one.client.ask(path=b"/%d" % at) for at in range(20)]
        one.carry()
        script = one.one.scene.script
        for at in reversed(range(20)):
            script.asked[at].answer(Answer(body=script.asked[at].request.target))
            one.carry()
        bodies = [one.client.answers[number].body for number in numbers]
        self.assertEqual(bodies, [b"/%d" % at for at in range(20)])

    def test_bad_request(self) -> None:
        """A request that is malformed is one bad request: other streams go on."""
        one = Spoken()
        good = one.client.ask()
        answer = one.ask((b"Upper", b"x"))
        self.assertEqual((answer.status, answer.ended), (400, True))
        self.assertEqual((one.records[0].flag, one.records[0].minor), ("DPE", 2))
        one.one.asked.answer(Answer(body=b"still"))
        one.carry()
        self.assertEqual(one.client.answers[good].body, b"still")

    def test_connect(self) -> None:
        """CONNECT is not implemented."""
        self.assertEqual(Spoken().ask(method=b"CONNECT").status, 501)

    def test_large_fields(self) -> None:
        """Fields beyond the limit are a 431; far beyond they end the connection."""
        one = Spoken(listener={"limit": ListenerLimits(headers=2000, request_line=1000)})
        self.assertEqual(one.ask((b"x", b"y" * 2000)).status, 431)
        self.assertEqual(one.ask(path=b"/" + b"y" * 1000).status, 414)
        one.ask((b"x", b"y" * 9000), (b"z", b"y" * 9000))
        self.assertEqual(one.client.goodbye, ErrorCodes.ENHANCE_YOUR_CALM)

    def test_producer(self) -> None:
        """To its transport the connection is the producer of all answers."""
        verifyObject(IPushProducer, Spoken().connection)


class AbuseTests(SynchronousTestCase):
    """What costs more than it brings ends the connection, and says why."""

    def ended(self, one: Spoken, code: ErrorCodes = ErrorCodes.ENHANCE_YOUR_CALM) -> None:
        """The gateway has said good-bye for that reason, and closes."""
        self.assertEqual(one.client.goodbye, code)
        self.assertTrue(one.transport.half_closed)
        self.assertEqual((one.listening.in_flight, sum(one.one.leases)), (0, 0))

    def test_rapid_reset(self) -> None:
        """Requests that are taken back at once: not begun, and bounded (CVE-2023-44487)."""
        one = Spoken()
        for _ in range(int(RESETS) + 1):
            number = one.client.ask()
            one.client.h2.reset_stream(number)
        one.carry()
        self.ended(one)
        self.assertEqual(one.asked, 0)

    def test_slow_reset(self) -> None:
        """Nor does it help to take them back a little later."""
        one = Spoken(*[NEVER] * 300)
        asked = 0
        while one.client.goodbye is None:
            number = one.client.ask()
            one.carry()
            one.client.h2.reset_stream(number)
            one.carry()
            asked += 1
        self.ended(one)
        self.assertLessEqual(asked, RESETS + 1)
        self.assertEqual({record.flag for record in one.records[:-1]}, {"DC"})

    def test_provoked_resets(self) -> None:
        """Resets that the client makes us send count as its own (CVE-2025-8671)."""
        client = Client()
        for _ in range(int(RESETS) + 2):  # before it heard how many are allowed
            client.ask()
        one = Spoken(client=client, listener={"http2": ListenerHttp2(streams=1)})
        self.ended(one)
        self.assertEqual(one.asked, 1)

    def flood(self, frame: Frame, count: int) -> Spoken:
        """A client that sends so many of one frame."""
        one = Spoken()
        one.ask()
        data = frame.serialize() * count
        for at in range(0, len(data), 16000):
            one.connection.dataReceived(data[at : at + 16000])
        one.carry()
        return one

    def test_floods(self) -> None:
        """PING and SETTINGS without end are ended; the exchange under way with them."""
        for frame in (PingFrame(0, b"12345678"), SettingsFrame(0)):
            one = self.flood(frame, int(STEERING) + 100)
            self.ended(one)
            self.assertIn("carry nothing", one.records[0].reason)

    def test_few(self) -> None:
        """A few of them are what the protocol is for."""
        one = self.flood(PingFrame(0, b"12345678"), 100)
        self.assertIsNone(one.client.goodbye)

    def test_empty_data(self) -> None:
        """DATA frames without data are a flood like others."""
        one = Spoken()
        number = one.client.ask(method=b"POST", body=b"")
        one.carry()
        one.connection.dataReceived(DataFrame(number).serialize() * (int(STEERING) + 100))
        one.carry()
        self.ended(one)

    def test_continuations(self) -> None:
        """So are heads in too many pieces, or too long ones (VU#421644)."""
        for size in (0, 9000):
            one = Spoken()
            pieces = HeadersFrame(1, b"\x82").serialize()
            pieces += ContinuationFrame(1, bytes(size)).serialize() * 100
            one.connection.dataReceived(pieces)
            one.carry()
            self.assertIsNotNone(one.client.goodbye)
            self.assertEqual((one.asked, one.records), (0, []))

    def test_bomb(self) -> None:
        """A small block of fields that unpacks into a large one is not unpacked."""
        one = Spoken()
        one.ask(*[(b"x", b"y" * 3000)] * 40)
        self.ended(one)
        self.assertEqual((one.asked, one.records), (0, []))

    def test_late_block(self) -> None:
        """A head that has begun must be whole in time."""
        one = Spoken(listener={"timeout": ListenerTimeouts(headers=2.0)})
        one.ask()
        one.connection.dataReceived(HeadersFrame(3, b"\x82").serialize())
        one.advance(1.9)
        self.assertIsNone(one.client.goodbye)
        one.advance(0.2)
        self.ended(one)

    def test_late_frame(self) -> None:
        """So must one in a single frame, of which a byte comes now and then."""
        one = Spoken(listener={"timeout": ListenerTimeouts(headers=2.0)})
        one.ask()
        whole = HeadersFrame(3, b"\x82\x84", flags=["END_HEADERS", "END_STREAM"]).serialize()
        one.connection.dataReceived(whole[:-1])
        one.advance(1.9)
        self.assertIsNone(one.client.goodbye)
        one.advance(0.2)
        self.ended(one)

    def test_rubbish(self) -> None:
        """What is no HTTP/2 is told so."""
        one = Spoken()
        one.connection.dataReceived(b"\x00\x00\x04\x00\x00\x00\x00\x00\x00....")
        one.carry()
        self.ended(one, ErrorCodes.PROTOCOL_ERROR)

    def test_no_preface(self) -> None:
        """So is who does not even begin with it."""
        client = Client()
        client.h2.clear_outbound_data_buffer()
        one = Spoken(client=client)
        one.connection.dataReceived(b"GET / HTTP/1.1\r\nHost: h.test\r\n\r\n")
        one.carry()
        self.ended(one, ErrorCodes.PROTOCOL_ERROR)

    def test_greedy_table(self) -> None:
        """However much our compression may remember for the client, it keeps its bound."""
        one = Spoken(routes=[fixed()])
        one.client.h2.update_settings({SettingCodes.HEADER_TABLE_SIZE: 1 << 24})
        self.assertEqual(one.ask(path=b"/fixed").status, 200)
        self.assertEqual(one.connection.sending.frames._h2.encoder.header_table_size, 4096)
        self.assertEqual(one.ask(path=b"/fixed").status, 200)

    def test_too_many_streams(self) -> None:
        """A stream too many is refused, which says that it was not served; the others go on."""
        client = Client()
        *answers, refused = [client.answers[client.ask()] for _ in range(3)]
        one = Spoken(client=client, listener={"http2": ListenerHttp2(streams=2)})
        self.assertEqual(refused.reset, ErrorCodes.REFUSED_STREAM)
        for asked in one.one.scene.script.asked:
            asked.answer(Answer())
        one.carry()
        self.assertEqual([answer.status for answer in answers], [200, 200])
        one.ask()
        self.assertEqual(one.asked, 3)


class Mute(Client):
    """Connects, and says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.h2.clear_outbound_data_buffer()

    def receive(self, data: bytes) -> None:
        """Nor answers anything."""


class EndTests(SynchronousTestCase):
    """How a connection ends."""

    def test_silence(self) -> None:
        """Who asks nothing is let go: soon at first, after the keep-alive time later."""
        one = Spoken(routes=[fixed()])
        one.advance(15)
        self.assertEqual(one.client.goodbye, ErrorCodes.NO_ERROR)
        one = Spoken(routes=[fixed()])
        one.ask(path=b"/fixed")
        one.advance(74)
        one.connection.dataReceived(PingFrame(0, b"12345678").serialize())
        self.assertIsNone(one.client.goodbye)
        one.advance(1)
        self.assertEqual(one.client.goodbye, ErrorCodes.NO_ERROR)
        one.advance(LINGER_SECONDS)
        self.assertFalse(one.transport.connected)
        self.assertEqual(one.one.timers, 0)

    def test_over_tls(self) -> None:
        """TLS is ended by its own good-bye: nothing below it is closed before."""
        one = Spoken(routes=[fixed()])
        alsoProvides(one.transport, ISSLTransport)
        one.advance(15)
        self.assertEqual(one.client.goodbye, ErrorCodes.NO_ERROR)
        self.assertTrue(one.transport.disconnecting)
        self.assertFalse(one.transport.half_closed)
        one.advance(0)
        self.assertEqual((one.listening.channels, one.one.timers), (set(), 0))

    def test_first_byte(self) -> None:
        """Who says nothing has the time for a first byte, whatever there is for heads."""
        one = Spoken(client=Mute(), listener={"timeout": ListenerTimeouts(first_byte=3)})
        one.advance(2)
        self.assertFalse(one.transport.half_closed)
        one.advance(1)
        self.assertTrue(one.transport.half_closed)

    def test_room(self) -> None:
        """At the limit of connections idle ones make room, as those of HTTP/1.1 do."""
        one = Spoken(routes=[fixed()], listener={"limit": ListenerLimits(connections=2)})
        busy = one.ask()
        one.advance(2)
        one.one.connect()
        one.carry()
        self.assertEqual((busy.status, one.client.goodbye), (0, None))
        one.one.asked.answer(Answer())
        one.advance(2)
        one.one.connect()
        one.carry()
        self.assertEqual((busy.status, one.client.goodbye), (200, ErrorCodes.NO_ERROR))
        self.assertTrue(one.transport.half_closed)

    def test_no_silence(self) -> None:
        """While a stream is open there is no silence."""
        one = Spoken()
        answer = one.ask()
        one.advance(100)
        one.one.asked.answer(Answer())
        one.carry()
        self.assertEqual((answer.status, one.client.goodbye), (200, None))

    def test_drain(self) -> None:
        """On a drain what is under way is served, and what was on its way; then it closes."""
        one = Spoken()
        first = one.ask()
        done: list[bool] = []
        one.listening.drain(lambda: done.append(True))
        one.carry()
        assert one.client.terminated is not None
        self.assertEqual(one.client.terminated.last_stream_id, 2**31 - 1)
        second = one.ask()
        one.advance(LAST_MOMENT)
        self.assertEqual(one.client.terminated.last_stream_id, 3)
        for asked in one.one.scene.script.asked:
            asked.answer(Answer(body=b"x"))
        one.carry()
        self.assertEqual((first.status, second.status), (200, 200))
        one.advance(LINGER_SECONDS)
        one.advance(0)
        self.assertEqual((done, one.one.timers), ([True], 0))

    def test_drain_of_an_idle_one(self) -> None:
        """A connection without streams closes after a moment."""
        one = Spoken(routes=[fixed()])
        one.ask(path=b"/fixed")
        one.listening.drain(lambda: None)
        one.advance(LAST_MOMENT)
        self.assertTrue(one.transport.half_closed)

    def test_enough_asked(self) -> None:
        """With the last request that a connection may bring comes the good-bye."""
        one = Spoken(
            routes=[fixed()], listener={"limit": ListenerLimits(requests_per_connection=2)}
        )
        one.ask(path=b"/fixed")
        self.assertIsNone(one.client.terminated)
        self.assertEqual(one.ask(path=b"/fixed").status, 200)
        self.assertEqual(one.client.goodbye, ErrorCodes.NO_ERROR)
        one.advance(LAST_MOMENT)
        self.assertTrue(one.transport.half_closed)

    def test_announced(self) -> None:
        """When the gateway is about to go down, the next answer brings the good-bye."""
        one = Spoken(routes=[fixed()])
        one.listening.announce()
        one.ask(path=b"/fixed")
        self.assertEqual(one.client.goodbye, ErrorCodes.NO_ERROR)

    def test_cut(self) -> None:
        """When the time to go down is over, everything is cut."""
        one = Spoken()
        one.ask()
        one.listening.cut()
        one.advance(0)
        self.assertTrue(one.transport.aborted)
        self.assertEqual([record.flag for record in one.records], ["SD"])
        self.assertEqual((sum(one.one.leases), one.one.timers), (0, 0))

    def test_client_says_goodbye(self) -> None:
        """After a client's good-bye its streams are served yet, then it closes."""
        one = Spoken()
        answer = one.ask()
        one.client.h2.close_connection()
        one.connection.dataReceived(one.client.h2.data_to_send())
        one.client.h2.state_machine.state = ConnectionState.CLIENT_OPEN
        self.assertFalse(one.transport.half_closed)
        one.one.asked.answer(Answer(body=b"bye"))
        one.carry()
        self.assertEqual((answer.status, answer.body), (200, b"bye"))
        self.assertTrue(one.transport.half_closed)

    def test_goodbye_and_more(self) -> None:
        """So it is where the client goes on, in the same breath, with the streams that it has."""
        one = Spoken()
        answer = one.ask((b"content-length", b"4"), body=b"", method=b"POST")
        goodbye = GoAwayFrame(last_stream_id=0).serialize()
        rest = DataFrame(1, b"body", flags=["END_STREAM"]).serialize()
        one.connection.dataReceived(PingFrame(0, b"12345678").serialize() + goodbye + rest)
        self.assertIn(PingFrame(0, b"12345678", flags=["ACK"]).serialize(), one.transport.value())
        one.one.asked.answer(Answer(body=b"bye"))
        one.carry()
        self.assertEqual((answer.status, answer.body), (200, b"bye"))
        self.assertTrue(one.transport.half_closed)

    def test_tls(self) -> None:
        """Over TLS it ends with the good-bye of TLS, and no half of it is closed below that."""
        one = Spoken()
        directlyProvides(one.transport, ISSLTransport)
        below = ClientTransport(one.clock)
        one.transport.transport = below  # type: ignore[attr-defined]
        one.transport.loseConnection = lambda: asked.append(True)  # type: ignore[method-assign]
        asked: list[bool] = []
        one.advance(15)
        self.assertEqual((asked, one.transport.half_closed), ([True], False))
        # It is not answered.
        below.loseConnection = lambda: asked.append(False)  # type: ignore[method-assign]
        one.advance(LINGER_SECONDS)
        self.assertEqual(asked, [True, False])
        one.advance(FLUSH_SECONDS)
        self.assertTrue(one.transport.aborted)

    def test_vacates(self) -> None:
        """Where others need the room, a connection on which nothing is open goes."""
        one = Spoken()
        answer = one.ask()
        self.assertFalse(one.connection.vacate())
        one.one.asked.answer(Answer())
        one.carry()
        self.assertEqual(answer.status, 200)
        self.assertTrue(one.connection.vacate())
        self.assertFalse(one.connection.vacate())
        one.carry()
        self.assertEqual(one.client.goodbye, ErrorCodes.NO_ERROR)

    def test_crowd(self) -> None:
        """So at its limit a listener closes the connections that are idle longest."""
        limits = ListenerLimits(connections=1)
        one = Spoken(routes=[fixed()], listener={"limit": limits})
        one.ask(path=b"/fixed")
        one.advance(2)
        one.listening.capacity.relieve()
        one.carry()
        self.assertEqual(one.client.goodbye, ErrorCodes.NO_ERROR)

    def test_client_gone(self) -> None:
        """A client that goes takes all its exchanges with it."""
        one = Spoken()
        for _ in range(3):
            one.ask()
        one.transport.lost(ConnectionError())
        self.assertEqual([record.flag for record in one.records], ["DC"] * 3)
        self.assertEqual((sum(one.one.leases), one.one.timers), (0, 0))
        self.assertEqual(one.listening.channels, set())

    def test_last_words(self) -> None:
        """Who does not fetch the last words is cut after a while."""
        one = Spoken()
        one.transport.loseConnection = lambda: None  # type: ignore[method-assign]
        one.advance(15)
        one.advance(LINGER_SECONDS)
        one.advance(FLUSH_SECONDS)
        self.assertTrue(one.transport.aborted)
