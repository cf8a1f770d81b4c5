"""Bodies end where their framing says."""

from __future__ import annotations

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest, UpstreamReset
from altlas.wire.bodies import RESPONSE, body_reader
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE
from altlas.wire.limits import Limits
from tests.wire import messages


class BodyReaderTests(SynchronousTestCase):
    """One body of each framing."""

    def test_no_body(self) -> None:
        """A body of no bytes is done before anything comes, and takes nothing."""
        body = body_reader(0, Limits())
        self.assertTrue(body.done)
        self.assertEqual((body.feed(b"GET"), body.rest), (b"", b"GET"))
        body.end()

    @given(messages.bodies, messages.cuts)
    def test_sized(self, payload: bytes, cuts: list[int]) -> None:
        """A sized body takes exactly its bytes, in any pieces."""
        body = body_reader(len(payload), Limits())
        pieces = messages.pieces(payload + b"rest", cuts)
        self.assertEqual(b"".join(map(body.feed, pieces)), payload)
        self.assertEqual((body.done, body.rest, body.trailers), (True, b"rest", []))
        body.end()

    def test_cut_short(self) -> None:
        """A sized body whose connection closes too early is cut."""
        body = body_reader(5, Limits(), RESPONSE)
        body.feed(b"abc")
        self.assertRaises(UpstreamReset, body.end)
        self.assertRaises(BadRequest, body_reader(5, Limits()).end)
        self.assertRaises(UpstreamReset, body_reader(CHUNKED, Limits(), RESPONSE).end)

    def test_until_close(self) -> None:
        """A body without framing takes all until its connection closes, and is done then."""
        body = body_reader(UNTIL_CLOSE, Limits(), RESPONSE)
        self.assertEqual(body.feed(b"abc") + body.feed(b"de"), b"abcde")
        self.assertFalse(body.done)
        body.end()
        self.assertTrue(body.done)
        self.assertEqual((body.rest, body.trailers), (b"", []))
