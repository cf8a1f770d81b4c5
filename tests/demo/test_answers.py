"""Answers are JSON, whole or a few bytes at a time."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.test.requesthelper import DummyRequest

from altlas.demo.answers import GAP, PIECES, Answers, Refused, json_body, json_object


class AnswersTests(SynchronousTestCase):
    """What is sent."""

    def test_whole(self) -> None:
        """An answer is the JSON object with the instance's name, of the length that is said."""
        request = DummyRequest([b""])
        body = Answers("one", Clock()).send(request, {"text": "ü"}, 202)
        self.assertEqual(body, '{"instance": "one", "text": "ü"}\n'.encode())
        self.assertEqual(request.responseCode, 202)
        length = request.responseHeaders.getRawHeaders(b"content-length")
        self.assertEqual(length, [b"%d" % len(body)])

    @given(st.text(max_size=500))
    def test_trickle(self, text: str) -> None:
        """A trickled answer is the same bytes, in pieces that come one after the other."""
        clock, request = Clock(), DummyRequest([b""])
        request.args = {b"_trickle": [b"1"]}
        answers = Answers("one", clock)
        expected = answers.whole(request, {"text": text})
        trickled = answers.send(request, {"text": text})
        self.assertNoResult(trickled)
        clock.pump([GAP] * (len(expected) // max(1, len(expected) // PIECES)))
        last = self.successResultOf(trickled)
        self.assertEqual(b"".join([*request.written, last]), expected)
        self.assertGreaterEqual(len(request.written), PIECES - 1)

    def test_given_up(self) -> None:
        """A trickle that nobody waits for any more ends."""
        clock, request = Clock(), DummyRequest([b""])
        request.args = {b"_trickle": [b"1"]}
        trickled = Answers("one", clock).send(request, {"text": "x" * 100})
        trickled.cancel()
        self.failureResultOf(trickled)
        self.assertEqual(clock.getDelayedCalls(), [])


class BodyTests(SynchronousTestCase):
    """What is read."""

    def request(self, body: bytes) -> DummyRequest:
        """A request with that body."""
        request = DummyRequest([b""])
        request.content = BytesIO(body)
        return request

    def test_read(self) -> None:
        """A body is read as JSON, and none is an empty object where one is wanted."""
        self.assertEqual(json_body(self.request(b"[1]")), [1])
        self.assertEqual(json_object(self.request(b'{"a": 1}')), {"a": 1})
        self.assertEqual(json_object(self.request(b"")), {})

    def test_refused(self) -> None:
        """A body that is not JSON, or no object where one is wanted, is refused with 400."""
        refused = [(json_body, body) for body in (b"{", b"\xff", b"")]
        for read, body in [*refused, (json_object, b"[]")]:
            error = self.assertRaises(Refused, read, self.request(body))
            self.assertEqual(error.status, 400)

    def test_not_for_everybody(self) -> None:
        """What Python takes for JSON, and could not write for others to read, is refused too."""
        for body in (b"NaN", b"[1e999]", b'{"a": "\\ud800"}', b"[" * 100_000 + b"]" * 100_000):
            error = self.assertRaises(Refused, json_body, self.request(body))
            self.assertEqual(error.status, 400)
