"""Tests for `altlas.admin.answers`."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.test.requesthelper import DummyRequest

from altlas.admin.answers import json_answer, problem, text_answer


class AnswerTests(SynchronousTestCase):
    """How answers are put together."""

    def setUp(self) -> None:
        self.request = DummyRequest([b""])

    def header(self, name: bytes) -> list[bytes]:
        values: list[bytes] = self.request.responseHeaders.getRawHeaders(name)
        return values

    def test_json(self) -> None:
        """JSON is UTF-8, ends its line, and its length is told."""
        body = json_answer(self.request, {"name": "é"})
        self.assertEqual(json.loads(body), {"name": "é"})
        self.assertEqual((body[-1:], "é".encode() in body), (b"\n", True))
        self.assertEqual(self.header(b"content-type"), [b"application/json"])
        self.assertEqual(self.header(b"content-length"), [b"%d" % len(body)])

    def test_text(self) -> None:
        """Text is one line, with the status that it was given."""
        body = text_answer(self.request, "draining", 503)
        self.assertEqual((body, self.request.responseCode), (b"draining\n", 503))

    def test_problem(self) -> None:
        """A problem names its status, its title and what to do about it."""
        told = json.loads(problem(self.request, 404, "Look elsewhere."))
        self.assertEqual(
            told,
            {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "Look elsewhere.",
            },
        )
        self.assertEqual(self.header(b"content-type"), [b"application/problem+json"])
        self.assertEqual(self.request.responseCode, 404)
