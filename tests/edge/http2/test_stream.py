"""Streams: bodies, both windows, and every way in which one ends."""

from __future__ import annotations

import random
from typing import Any

from h2.errors import ErrorCodes
from h2.settings import SettingCodes
from hyperframe.frame import DataFrame, HeadersFrame, RstStreamFrame, WindowUpdateFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.http2.stream import STALL_SECONDS
from altlas.errors import UpstreamReset
from altlas.settings.tree import ListenerHttp2, RouteLimits, Timeouts
from altlas.testing import Answer
from altlas.upstream.response import DONE
from tests.edge.connected import fixed
from tests.edge.http2.spoken import Answered, Client, Spoken

BODY = random.Random(1).randbytes(300_000)
TRAILERS = (b"x-sum", b"1"), (b"authorization", b"no")


def narrow(window: int = 1000, acknowledges: bool = False) -> Client:
    """A client with a small window for each stream."""
    client = Client(acknowledges)
    client.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: window})
    return client


def more(one: Spoken, answer: Answered, size: int) -> None:
    """The client takes so much more of its first stream."""
    one.client.h2.increment_flow_control_window(size, 1)
    one.carry()


class AnswerTests(SynchronousTestCase):
    """What comes back."""

    def test_pieces(self) -> None:
        """A body passes as it comes, and ends with its stream; no coding, no length."""
        one = Spoken(Answer(body=b"first ", open=True))
        answer = one.ask()
        self.assertEqual((answer.status, answer.body, answer.ended), (200, b"first ", False))
        assert one.one.asked.response is not None
        one.one.asked.response.received(b"last")
        one.one.asked.response.ended(DONE)
        one.carry()
        self.assertEqual((answer.body, answer.ended), (b"first last", True))
        self.assertIsNone(answer.value(b"transfer-encoding"))
        self.assertIsNone(answer.value(b"content-length"))

    def test_head_at_once(self) -> None:
        """A head does not wait for its body."""
        one = Spoken(Answer(open=True))
        self.assertEqual(one.ask().status, 200)

    def test_trailers(self) -> None:
        """Trailers pass, but for those that come too late."""
        one = Spoken(Answer(body=b"x", trailers=TRAILERS, open=True))
        answer = one.ask()
        assert one.one.asked.response is not None
        one.one.asked.response.ended(DONE)
        one.carry()
        self.assertEqual((answer.body, answer.trailers, answer.ended), (b"x", [TRAILERS[0]], True))

    def test_informational(self) -> None:
        """1xx heads pass, but for a 101, which HTTP/2 does not know."""
        answer = Spoken(Answer(informational=(103, 101, 102), body=b"x")).ask()
        self.assertEqual((answer.informational, answer.status), ([103, 102], 200))

    def test_no_body(self) -> None:
        """Answers without a body end with their head."""
        for status, method in ((204, b"GET"), (304, b"GET"), (200, b"HEAD")):
            answer = Spoken(Answer(status)).ask(method=method)
            self.assertEqual((answer.status, answer.body, answer.ended), (status, b"", True))

    def test_nothing_came(self) -> None:
        """An instance that breaks off before its answer began gives a whole 502."""
        one = Spoken(Answer(broken=UpstreamReset()))
        answer = one.ask()
        self.assertEqual((answer.status, answer.ended, answer.reset), (502, True, None))

    def test_broken_off(self) -> None:
        """An answer that breaks off is reset, after what came of it."""
        one = Spoken(Answer(body=b"half", open=True))
        answer = one.ask()
        assert one.one.asked.response is not None
        one.one.asked.response.ended(Failure(UpstreamReset()))
        one.carry()
        self.assertEqual((answer.body, answer.ended), (b"half", False))
        self.assertEqual(answer.reset, ErrorCodes.INTERNAL_ERROR)
        self.assertEqual(one.ask(path=b"/%00").status, 400)

    def test_bad_field(self) -> None:
        """A field that cannot be written makes a 500, not half an answer."""
        answer = Spoken(Answer(fields=((b"x", b"a\nb"),), body=b"x")).ask()
        self.assertEqual((answer.status, answer.ended), (500, True))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)


class PaceTests(SynchronousTestCase):
    """The slower side paces the faster."""

    def test_window(self) -> None:
        """What the client's window does not admit waits, and the instance is paused meanwhile."""
        one = Spoken(Answer(body=BODY[:3000], open=True), client=narrow())
        answer = one.ask()
        self.assertEqual(len(answer.body), 1000)
        self.assertTrue(one.one.asked.flow.paused)
        more(one, answer, 1500)
        self.assertEqual(len(answer.body), 2500)
        self.assertTrue(one.one.asked.flow.paused)
        more(one, answer, 500)
        self.assertEqual(answer.body, BODY[:3000])
        self.assertFalse(one.one.asked.flow.paused)

    def test_no_window(self) -> None:
        """With no window at all heads pass, and bodies that are here whole are kept for a while."""
        one = Spoken(routes=[fixed()], client=narrow(0))
        answer = one.ask(path=b"/fixed")
        self.assertEqual((answer.status, answer.body, len(one.records)), (200, b"", 1))
        one.advance(STALL_SECONDS - 1)
        self.assertIsNone(answer.reset)
        one.advance(1)
        self.assertEqual(answer.reset, ErrorCodes.CANCEL)
        self.assertEqual(len(one.connection._streams), 0)

    def test_stalled_relay(self) -> None:
        """A client that takes nothing of a longer answer is not waited for for ever."""
        one = Spoken(
            Answer(body=BODY[:3000], open=True),
            client=narrow(),
            settings={"timeout": Timeouts(idle=5.0)},
        )
        answer = one.ask()
        one.advance(5)
        self.assertEqual((answer.reset, one.records[0].flag), (ErrorCodes.CANCEL, "SI"))
        self.assertTrue(one.one.asked.flow.aborted)

    def test_others_go_on(self) -> None:
        """A stream without a window does not hold up others."""
        one = Spoken(routes=[fixed(body=b"x" * 1500)], client=narrow())
        first = one.ask(path=b"/fixed")
        one.client.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 2000})
        one.client.h2.increment_flow_control_window(0x7FFF)
        second = one.ask(path=b"/fixed")
        self.assertEqual((len(first.body), len(second.body)), (1500, 1500))

    def test_turns(self) -> None:
        """Streams that wait for the connection's window get it in turns, a frame each."""
        one = Spoken(routes=[fixed(body=bytes(100_000))], client=Client(acknowledges=False))
        first, second = one.ask(path=b"/fixed"), one.ask(path=b"/fixed")
        self.assertEqual((len(first.body), len(second.body)), (65535, 0))
        for number in (1, 3):
            one.client.h2.increment_flow_control_window(100_000, number)
        one.client.h2.increment_flow_control_window(32768)
        one.carry()
        self.assertEqual((len(first.body), len(second.body)), (65535 + 16384, 16384))

    def test_full_transport(self) -> None:
        """While the connection takes nothing, nothing is written and nothing is read."""
        one = Spoken(Answer(body=b"a", open=True), routes=[fixed()])
        answer = one.ask()
        one.connection.pauseProducing()
        self.assertTrue(one.one.asked.flow.paused)
        self.assertFalse(one.transport.reading)
        other = one.ask(path=b"/fixed")
        self.assertEqual((other.status, answer.body), (0, b"a"))
        one.connection.resumeProducing()
        one.carry()
        self.assertFalse(one.one.asked.flow.paused)
        self.assertTrue(one.transport.reading)
        self.assertEqual((other.status, other.ended), (200, True))

    def test_upload(self) -> None:
        """A body passes as it comes, with its length, or in chunks where that is not known."""
        for said in ((), ((b"content-length", b"6"),)):
            one = Spoken()
            number = one.client.ask(*said, body=b"abc", method=b"PUT")
            one.carry()
            self.assertEqual(one.one.asked.body, b"abc")
            one.client.h2.send_data(number, b"def", end_stream=True)
            one.carry()
            one.one.asked.answer(Answer(201))
            one.carry()
            self.assertEqual((one.one.asked.body, one.records[0].bytes_in), (b"abcdef", 6))
            self.assertEqual(one.client.answers[number].status, 201)
            self.assertIsNone(one.client.answers[number].reset)

    def test_upload_trailers(self) -> None:
        """Trailers pass after a body of unknown length."""
        one = Spoken()
        number = one.client.ask(body=b"abc", method=b"PUT")
        one.client.h2.send_headers(number, list(TRAILERS), end_stream=True)
        one.carry()
        body: Any = one.one.asked.request.body
        self.assertEqual((one.one.asked.body, body.trailers), (b"abc", [TRAILERS[0]]))

    def test_bad_trailers(self) -> None:
        """Trailers that are malformed spoil their request."""
        for bad in ((b"Upper", b"x"), (b":path", b"/"), (b"connection", b"close"), (b"x", b"a\nb")):
            one = Spoken()
            number = one.client.ask(body=b"abc", method=b"PUT")
            one.client.h2.send_headers(number, [bad], end_stream=True)
            one.carry()
            self.assertEqual(one.client.answers[number].status, 400)
            self.assertTrue(one.one.asked.cancelled)

    def test_unwanted_body(self) -> None:
        """What the instance does not take is not acknowledged: the client's window runs out."""
        one = Spoken(listener={"http2": ListenerHttp2(window=2000)})
        number = one.client.ask(body=b"", method=b"PUT")
        one.carry()
        body: Any = one.one.asked.request.body
        body.pauseProducing()
        while room := one.client.h2.local_flow_control_window(number):
            one.client.h2.send_data(number, bytes(room))
            one.carry()
        self.assertLess(len(one.one.asked.body), 2000)
        body.resumeProducing()
        one.carry()
        self.assertEqual(len(one.one.asked.body), 2000)
        self.assertEqual(one.client.h2.local_flow_control_window(number), 2000)

    def test_taken_back_in_one_breath(self) -> None:
        """So does one that the client takes back before what it sent of its body was looked at."""
        one = Spoken(listener={"http2": ListenerHttp2(window=8000)})
        before = one.client.h2.outbound_flow_control_window
        for _ in range(20):
            number = one.client.ask(body=b"", method=b"POST")
            one.carry()
            one.client.h2.send_data(number, bytes(8000))
            one.client.h2.reset_stream(number)
            one.carry()
        self.assertGreater(one.client.h2.outbound_flow_control_window, before // 2)

    def test_crowded_out(self) -> None:
        """Who cannot send, since others have all of the connection's window, owes us nothing."""
        one = Spoken(listener={"http2": ListenerHttp2(window=8000)})
        while (room := one.client.h2.outbound_flow_control_window) > 0:
            number = one.client.ask(body=b"", method=b"PUT")
            one.carry()
            body: Any = one.one.asked.request.body
            body.pauseProducing()
            one.client.h2.send_data(number, bytes(min(room, 8000)))
            one.carry()
        number = one.client.ask(body=b"", method=b"PUT")
        one.carry()
        exchange = one.connection._streams[number].exchange
        assert exchange is not None
        self.assertFalse(exchange.is_owed())
        for _ in range(3):
            one.advance(5)
        self.assertEqual(one.records, [])
        body.resumeProducing()
        one.carry()
        self.assertTrue(exchange.is_owed())
        for _ in range(3):
            one.advance(5)
        # That one's other half is owed as well.
        self.assertEqual([record.status for record in one.records], [408, 408])

    def test_window_of_all(self) -> None:
        """A stream that was ended gives back what it took of the connection's window."""
        one = Spoken(listener={"http2": ListenerHttp2(window=8000)})
        for _ in range(40):
            number = one.client.ask(body=bytes(8000), method=b"PUT")
            one.carry()
            body: Any = one.one.asked.request.body
            body.pauseProducing()
            one.client.h2.reset_stream(number)
            one.carry()
        self.assertIsNone(one.client.goodbye)
        self.assertGreater(one.client.h2.outbound_flow_control_window, 8 * 8000)

    def test_too_long(self) -> None:
        """A body that is too long is refused, and the rest of it not wanted."""
        one = Spoken(route={"limit": RouteLimits(body=10)})
        number = one.client.ask(body=bytes(20), method=b"PUT")
        one.carry()
        answer = one.client.answers[number]
        self.assertEqual((answer.status, answer.ended, answer.reset), (413, True, 0))

    def test_early_answer(self) -> None:
        """An answer before the body's end is whole; the client is told to stop (RFC 9113, 8.1)."""
        one = Spoken(routes=[fixed()])
        number = one.client.ask(body=b"abc", method=b"PUT", path=b"/fixed")
        one.carry()
        answer = one.client.answers[number]
        self.assertEqual((answer.body, answer.ended, answer.reset), (b"hello", True, 0))
        self.assertEqual(one.ask(path=b"/fixed").status, 200)

    def test_expectation(self) -> None:
        """A 100 passes, and with it the body."""
        one = Spoken()
        number = one.client.ask((b"expect", b"100-continue"), body=b"", method=b"PUT")
        one.carry()
        asked = one.one.asked
        assert asked.request.informational is not None
        asked.answer(Answer(informational=(100,)))
        one.carry()
        self.assertEqual(one.client.answers[number].informational, [100])

    def test_taken_back(self) -> None:
        """A request that is taken back is given up, and others go on."""
        one = Spoken()
        number = one.client.ask()
        one.carry()
        one.client.h2.reset_stream(number, ErrorCodes.CANCEL)
        one.carry()
        self.assertTrue(one.one.asked.cancelled)
        self.assertEqual((one.records[0].flag, one.records[0].status), ("DC", 499))
        one.ask()
        self.assertEqual(one.asked, 2)

    def test_taken_back_too_late(self) -> None:
        """A reset that crossed the end of its answer means nothing, however much came between."""
        one = Spoken(routes=[fixed()])
        for _ in range(3):
            one.ask(path=b"/fixed")
        for number in (1, 3, 5):
            one.connection.dataReceived(RstStreamFrame(number, error_code=8).serialize())
        one.carry()
        self.assertIsNone(one.client.goodbye)
        self.assertEqual(one.ask(path=b"/fixed").status, 200)

    def test_late_frames(self) -> None:
        """So do a window and data that come too late."""
        one = Spoken(routes=[fixed()])
        number = one.client.ask(body=b"abc", method=b"PUT", path=b"/fixed")
        one.carry()
        one.ask(path=b"/fixed")
        late = WindowUpdateFrame(number, window_increment=9).serialize()
        late += DataFrame(number, b"def").serialize() * 2
        one.connection.dataReceived(
            late + HeadersFrame(number, b"\x82", flags=["END_HEADERS"]).serialize()
        )
        one.carry()
        self.assertIsNone(one.client.goodbye)
        self.assertEqual(one.ask(path=b"/fixed").status, 200)

    def test_taken_back_halfway(self) -> None:
        """The same within its answer: the instance's connection is let go."""
        one = Spoken(Answer(body=BODY, open=True), client=narrow())
        one.ask()
        one.client.h2.reset_stream(1, ErrorCodes.CANCEL)
        one.carry()
        self.assertTrue(one.one.asked.flow.aborted)
        self.assertEqual((sum(one.one.leases), one.connection.sending._waiting), (0, {}))


SIZES = st.integers(1, 70_000)


class ChanceTests(SynchronousTestCase):
    """Whatever the windows are, bodies arrive byte for byte."""

    @given(st.lists(st.tuples(SIZES, st.booleans()), min_size=1, max_size=5), SIZES, SIZES)
    @settings(max_examples=40, deadline=None)
    def test_down(self, pieces: list[tuple[int, bool]], window: int, step: int) -> None:
        """Down: pieces of any size through a window of any size that opens in any steps."""
        one = Spoken(Answer(open=True), client=narrow(window))
        answer, at = one.ask(), 0
        response = one.one.asked.response
        assert response is not None
        for size, opens in pieces:
            response.received(BODY[at : at + size])
            at += len(BODY[at : at + size])
            one.carry()
            if opens:
                one.client.h2.increment_flow_control_window(step)
                more(one, answer, step)
        response.ended(DONE)
        one.client.h2.increment_flow_control_window(len(BODY))
        more(one, answer, len(BODY))
        self.assertTrue(answer.ended)
        self.assertEqual(answer.body, BODY[:at])
        self.assertEqual((one.connection.sending._waiting, one.listening.in_flight), ({}, 0))

    @given(st.lists(st.tuples(SIZES, st.booleans()), min_size=1, max_size=6), st.integers(1, 100))
    @settings(max_examples=40, deadline=None)
    def test_up(self, steps: list[tuple[int, bool]], kibibytes: int) -> None:
        """Up: an instance that pauses and takes again, a window of any size."""
        one = Spoken(listener={"http2": ListenerHttp2(window=kibibytes * 1024)})
        number, at = one.client.ask(body=b"", method=b"PUT"), 0
        one.carry()
        body: Any = one.one.asked.request.body
        for size, paused in steps:
            (body.pauseProducing if paused else body.resumeProducing)()
            one.carry()
            room = min(size, one.client.h2.local_flow_control_window(number), 16384)
            one.client.h2.send_data(number, BODY[at : at + room])
            at += room
            one.carry()
        body.resumeProducing()
        one.client.h2.end_stream(number)
        one.carry()
        self.assertEqual(one.one.asked.body, BODY[:at])
        self.assertTrue(body.complete)

    @given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=40))
    @settings(max_examples=80, deadline=None)
    def test_endings(self, acts: list[tuple[int, int]]) -> None:
        """Whatever happens in whatever order: each exchange ends once, and leaves nothing."""
        one = Spoken(routes=[fixed(body=bytes(3000))], client=narrow())
        numbers: list[int] = []
        for act, which in acts:
            happen(one, numbers, act, which)
            one.carry()
        begun = len(numbers)
        one.transport.lost(ConnectionError())
        one.clock.advance(200)
        self.assertEqual((len(one.records), one.listening.in_flight), (begun, 0))
        self.assertEqual((sum(one.one.leases), one.one.timers), (0, 0))
        self.assertEqual(len({record.request_id for record in one.records}), begun)


def happen(one: Spoken, numbers: list[int], act: int, which: int) -> None:
    """One of the things that may happen; those that cannot just now do not."""
    h2, script = one.client.h2, one.one.scene.script
    number = numbers[which % len(numbers)] if numbers else 0
    asked = script.asked[which % len(script.asked)] if script.asked else None
    if act in (0, 1, 2) and one.transport.connected and one.connection.sending.open:
        how: dict[str, Any] = [{}, {"path": b"/fixed"}, {"method": b"PUT", "body": b"some"}][act]
        numbers.append(one.client.ask(**how))
    elif act in (3, 4, 5) and one.client.is_open(number):
        if act == 3:
            h2.reset_stream(number)
        elif act == 5:
            h2.increment_flow_control_window(1500, number)
        elif number in one.client.uploads:
            one.client.uploads.discard(number)
            h2.send_data(number, b"more", end_stream=True)
    elif act == 6 and asked is not None and not asked.pending.called:
        asked.answer(Answer(body=b"x" * 1200, open=True) if which % 2 else Answer(body=b"y" * 1200))
    elif act == 7 and asked is not None and asked.response is not None:
        asked.response.ended(DONE if which % 2 else Failure(UpstreamReset()))
    elif act == 8:
        (one.connection.pauseProducing if which % 2 else one.connection.resumeProducing)()
    elif act == 9:
        one.advance(20.0 * which)
