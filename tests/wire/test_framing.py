"""Framing follows from a few fields, or from none."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.framing import (
    CHUNKED,
    UNTIL_CLOSE,
    Ambiguous,
    bodiless,
    request_framing,
    response_framing,
    telling_fields,
)


class FramingTests(SynchronousTestCase):
    """The rules of RFC 9112, 6.3."""

    def test_telling_fields(self) -> None:
        """Lists that came in parts are joined, a second opinion is refused."""
        told = telling_fields([(b"A", b"1"), (b"Connection", b"a"), (b"CONNECTION", b"b")])
        self.assertEqual(told, {b"connection": b"a, b"})
        for name in (b"Host", b"Content-Length", b"Transfer-Encoding"):
            fields = [(name, b"1"), (name.lower(), b"1")]
            self.assertRaises(Ambiguous, telling_fields, fields)

    def test_nothing_told(self) -> None:
        """A request has no body then, a response ends with its connection."""
        self.assertEqual(request_framing({}, 1), 0)
        self.assertEqual(response_framing({}, 1, 200, b"GET"), UNTIL_CLOSE)

    def test_told(self) -> None:
        """Length and coding are told, but not both, and no coding in 1.0."""
        length, coding = {b"content-length": b"007"}, {b"transfer-encoding": b"CHUNKED"}
        self.assertEqual(request_framing(length, 0), 7)
        self.assertEqual(request_framing(coding, 1), CHUNKED)
        self.assertEqual(response_framing(coding, 1, 200, b"GET"), CHUNKED)
        for told, minor in ((coding, 0), ({**length, **coding}, 1)):
            self.assertRaises(Ambiguous, request_framing, told, minor)
            # also where there is no body to frame: the fields go on to the client
            self.assertRaises(Ambiguous, response_framing, told, minor, 304, b"GET")

    def test_bodiless(self) -> None:
        """HEAD, 1xx, 204 and 304 never have a body."""
        for status, method, never in (
            (200, b"HEAD", True),
            (100, b"GET", True),
            (204, b"GET", True),
            (304, b"GET", True),
            (205, b"GET", False),
            (200, b"GET", False),
        ):
            self.assertIs(bodiless(status, method), never)
