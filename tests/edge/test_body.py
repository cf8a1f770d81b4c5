"""A request's body between its channel and whoever takes it."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.iweb import UNKNOWN_LENGTH

from altlas.edge.body import READ_AHEAD, DownstreamBody, WholeBody
from altlas.errors import BadRequest, BodyTooLarge
from altlas.wire.framing import CHUNKED
from altlas.wire.limits import Limits
from tests.backend.scene import Flow


class Taker:
    """A consumer that remembers, and may pause its producer after each write."""

    def __init__(self, body: DownstreamBody, pauses: bool = False) -> None:
        self.taken = b""
        self._body = body
        self._pauses = pauses
        self.ended: list[object] = []
        self.finished = body.startProducing(self)  # type: ignore[arg-type]
        self.finished.addBoth(self.ended.append)

    def write(self, data: bytes) -> None:
        """Take a piece."""
        self.taken += data
        if self._pauses:
            self._body.pauseProducing()


class BodyTests(SynchronousTestCase):
    """What a body does with the bytes of a client."""

    def body(self, framing: int) -> tuple[DownstreamBody, Flow]:
        """A body, and the connection it comes from."""
        flow = Flow()
        return DownstreamBody(framing, Limits(), flow), flow

    def test_lengths(self) -> None:
        """Its length is what the framing says."""
        self.assertEqual(self.body(5)[0].length, 5)
        self.assertIs(self.body(CHUNKED)[0].length, UNKNOWN_LENGTH)
        self.assertTrue(self.body(0)[0].complete)

    def test_read_ahead(self) -> None:
        """A little is read before anybody wants it, then the client has to wait."""
        body, flow = self.body(10 * READ_AHEAD)
        body.feed(b"x" * READ_AHEAD)
        self.assertTrue(flow.reading)
        body.feed(b"x")
        self.assertFalse(flow.reading)
        taker = Taker(body)
        self.assertEqual((len(taker.taken), flow.reading), (READ_AHEAD + 1, True))

    def test_passes_on(self) -> None:
        """Bytes go on as they come; the end is told once, after the last."""
        body, _ = self.body(5)
        taker = Taker(body)
        body.feed(b"ab")
        self.assertEqual((taker.taken, taker.ended), (b"ab", []))
        self.assertEqual(body.feed(b"cdeGET /"), b"GET /")
        self.assertEqual((taker.taken, taker.ended), (b"abcde", [None]))

    def test_held(self) -> None:
        """A body is read as far as asked for before anybody takes it; then all of it goes on."""
        told: list[str] = []
        body, flow = self.body(10 * READ_AHEAD)
        body.hold(3 * READ_AHEAD, lambda: told.append("more"))
        for _ in range(3):
            body.feed(b"x" * READ_AHEAD)
        self.assertEqual((flow.reading, told, len(body.held())), (True, [], 3 * READ_AHEAD))
        body.feed(b"y")
        self.assertEqual((flow.reading, told), (False, ["more"]))
        self.assertEqual(body.held()[-2:], b"xy")
        body.feed(b"z")  # which was on its way
        self.assertEqual(told, ["more"])
        taker = Taker(body)
        self.assertEqual((taker.taken[-3:], flow.reading, body.held()), (b"xyz", True, b""))

    def test_held_late(self) -> None:
        """What made the client wait, before it was asked for, makes it wait no more; or is more."""
        told: list[str] = []
        for size, more in ((2 * READ_AHEAD, []), (READ_AHEAD, ["more"])):
            body, flow = self.body(10 * READ_AHEAD)
            body.feed(b"x" * (READ_AHEAD + 1))
            body.hold(size, lambda: told.append("more"))
            self.assertEqual((flow.reading, told), (not more, more))

    def test_here_already(self) -> None:
        """A body that is here whole is taken at once, an empty one as well."""
        body, _ = self.body(2)
        body.feed(b"ab")
        taker = Taker(body)
        self.assertEqual((taker.taken, taker.ended), (b"ab", [None]))
        body, _ = self.body(CHUNKED)
        body.feed(b"0\r\n\r\n")
        self.assertEqual(Taker(body).ended, [None])

    def test_pauses(self) -> None:
        """A consumer that wants nothing stops the client; what came meanwhile waits."""
        body, flow = self.body(6)
        taker = Taker(body, pauses=True)
        body.feed(b"ab")
        self.assertFalse(flow.reading)
        body.feed(b"cd")
        self.assertEqual(taker.taken, b"ab")
        body.resumeProducing()
        self.assertEqual((taker.taken, flow.reading), (b"abcd", False))
        body.resumeProducing()
        self.assertTrue(flow.reading)
        body.feed(b"ef")
        self.assertEqual((taker.taken, taker.ended), (b"abcdef", [None]))

    def test_end_while_paused(self) -> None:
        """The end waits for a paused consumer too."""
        body, _ = self.body(4)
        taker = Taker(body, pauses=True)
        body.feed(b"ab")
        body.feed(b"cd")
        self.assertEqual((taker.taken, taker.ended, body.complete), (b"ab", [], True))
        body.resumeProducing()
        self.assertEqual((taker.taken, taker.ended), (b"abcd", [None]))

    def test_stopped(self) -> None:
        """After a stop nothing is handed out, and the client's leaving can be heard."""
        body, flow = self.body(9)
        taker = Taker(body, pauses=True)
        body.feed(b"ab")
        body.stopProducing()
        self.assertTrue(flow.reading)
        body.feed(b"cd")
        self.assertEqual((taker.taken, taker.ended, body.flowing), (b"ab", [], False))

    def test_cancelled(self) -> None:
        """Cancelling the Deferred of the end stops as well."""
        body, _ = self.body(9)
        taker = Taker(body)
        taker.finished.cancel()
        body.feed(b"ab")
        self.assertEqual(taker.taken, b"")

    def test_again(self) -> None:
        """What was consumed is produced again, as long as it is not more than is to be kept."""
        body, _ = self.body(8)
        body.keep(6)
        Taker(body)
        body.feed(b"abc")
        body.stopProducing()
        body.feed(b"de")
        again = Taker(body)
        self.assertEqual((again.taken, body.replayable), (b"abcde", True))
        body.stopProducing()
        third = Taker(body)
        body.feed(b"fgh")
        self.assertEqual((third.taken, third.ended), (b"abcdefgh", [None]))
        self.assertFalse(body.replayable)

    def test_not_again(self) -> None:
        """Nothing is kept unless it was asked for."""
        body, _ = self.body(8)
        self.assertTrue(body.replayable)
        Taker(body)
        body.feed(b"a")
        self.assertFalse(body.replayable)

    def test_limit(self) -> None:
        """Too long a body is refused as soon as that shows: announced, come, or coming."""
        body, _ = self.body(11)
        self.assertRaises(BodyTooLarge, body.limit, 10)
        body, _ = self.body(CHUNKED)
        body.feed(b"b\r\n01234567890\r\n")
        self.assertRaises(BodyTooLarge, body.limit, 10)
        body, _ = self.body(CHUNKED)
        body.limit(10)
        taker = Taker(body)
        body.feed(b"a\r\n0123456789\r\n")
        self.assertRaises(BodyTooLarge, body.feed, b"1\r\n0\r\n")
        self.assertEqual(taker.taken, b"0123456789")

    def test_broken(self) -> None:
        """What breaks the framing is the client's fault."""
        body, _ = self.body(CHUNKED)
        self.assertRaises(BadRequest, body.feed, b"nonsense\r\n")

    def test_trailers(self) -> None:
        """Trailer fields that mean no harm are there at the end, others are not."""
        body, _ = self.body(CHUNKED)
        body.feed(b"1\r\na\r\n0\r\nX-Sum: 1\r\nX-Forwarded-For: 1\r\nHost: a\r\n")
        self.assertEqual(body.trailers, [])
        body.feed(b"X_Forwarded_For: 1\r\nContent-Length: 5\r\nAuthorization: x\r\n\r\n")
        self.assertEqual(body.trailers, [(b"X-Sum", b"1")])

    def test_flowing(self) -> None:
        """It flows while it is consumed and the client sends, invited or not."""
        body, _ = self.body(3)
        body.invited = False
        seen = [body.flowing]
        Taker(body)
        seen.append(body.flowing)
        body.feed(b"a")
        seen.append(body.flowing)
        body.feed(b"bc")
        seen.append(body.flowing)
        self.assertEqual(seen, [False, False, True, False])

    def test_watchers(self) -> None:
        """Progress is told at every arrival, completion once."""
        body, _ = self.body(3)
        told: list[Any] = []
        body.on_progress = lambda: told.append("progress")
        body.on_complete.append(lambda: told.append("complete"))
        body.feed(b"a")
        body.feed(b"bc")
        self.assertEqual(told, ["progress", "progress", "complete"])


class WholeBodyTests(SynchronousTestCase):
    """A body that came with its head."""

    def test_limit(self) -> None:
        """It is refused where it is longer than the route takes."""
        body = WholeBody(b"12345678")
        body.limit(8)
        self.assertRaises(BodyTooLarge, body.limit, 7)

    def test_keep(self) -> None:
        """It can be sent again unless it is longer than what is to be kept."""
        body = WholeBody(b"12345678")
        body.keep(8)
        self.assertTrue(body.replayable)
        body.keep(7)
        self.assertFalse(body.replayable)
