"""Errors as the client sees them."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.refusals import problem
from altlas.errors import (
    BodyTooLarge,
    BreakerOpen,
    ConnectFailed,
    ConnectTimeout,
    ExpectationFailed,
    GatewayError,
    HeadersTooLarge,
    MethodNotAllowed,
    MethodUnknown,
    TargetTooLong,
    UpstreamMalformed,
    UpstreamReset,
    VersionUnsupported,
)


class ProblemTests(SynchronousTestCase):
    """RFC 9457."""

    def test_says(self) -> None:
        """Status, title, detail, flag and the request's id are told, the reason is not."""
        reply = problem(UpstreamReset("It closed.", reason="10.0.0.1:80 closed"), b"abc")
        self.assertEqual((reply.status, reply.reason), (502, b"Bad Gateway"))
        self.assertEqual(
            json.loads(reply.body),
            {
                "type": "about:blank",
                "title": "Bad gateway",
                "status": 502,
                "detail": "It closed.",
                "flag": "UC",
                "request_id": "abc",
            },
        )
        self.assertIn((b"Content-Type", b"application/problem+json"), reply.fields)
        self.assertIn((b"Cache-Control", b"no-store"), reply.fields)

    def test_sentences(self) -> None:
        """Where nothing more exact is known the detail is a sentence, and not the title again."""
        for error in (
            BodyTooLarge(),
            TargetTooLong(),
            ExpectationFailed(),
            HeadersTooLarge(),
            MethodUnknown(),
            VersionUnsupported(reason="it asks for HTTP/3"),
            ConnectFailed(reason="10.0.0.1:80: refused"),
            ConnectTimeout(reason="10.0.0.1:80: late"),
            UpstreamReset(reason="10.0.0.1:80: closed"),
            UpstreamMalformed(reason="10.0.0.1:80: nonsense"),
        ):
            said = json.loads(problem(error, b"x").body)
            self.assertRegex(said["detail"], r"^[A-Z].* .*\.$")
            self.assertNotEqual(said["detail"].rstrip("."), said["title"])
            self.assertNotIn("10.0.0.1", said["detail"])

    def test_phrases(self) -> None:
        """The status line has the phrases of RFC 9110."""
        replies = [problem(error, b"x") for error in (BodyTooLarge(), TargetTooLong())]
        self.assertEqual([one.reason for one in replies], [b"Content Too Large", b"URI Too Long"])

    def test_retry_after(self) -> None:
        """When it is worth to come back is told in whole seconds, at least one."""
        for seconds, said in ((0.0, b"1"), (0.2, b"1"), (1.2, b"2"), (30.0, b"30")):
            fields = problem(BreakerOpen(retry_after=seconds), b"x").fields
            self.assertIn((b"Retry-After", said), fields)
        self.assertNotIn(b"Retry-After", dict(problem(GatewayError(), b"x").fields))

    def test_allow(self) -> None:
        """A 405 says what is allowed (RFC 9110, 15.5.6)."""
        fields = problem(MethodNotAllowed(("GET", "PUT")), b"x").fields
        self.assertIn((b"Allow", b"GET, PUT"), fields)
