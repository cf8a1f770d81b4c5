"""The request line is judged by its parts, as early as can be."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest, TargetTooLong
from altlas.wire.request_line import MOST_SHOWN, check_beginning, glimpse, read_request_line


class RequestLineTests(SynchronousTestCase):
    """Lines in each of the forms of RFC 9112, 3.2."""

    def test_forms(self) -> None:
        """Each form gives the same parts, and the size of the line."""
        for line, parts in (
            (b"GET /a?b HTTP/1.1", (b"GET", b"/a?b", None, b"/a", b"b", 1)),
            (b"PUT / HTTP/1.0", (b"PUT", b"/", None, b"/", None, 0)),
            (
                b"GET http://A:1/b HTTP/1.1",
                (b"GET", b"http://A:1/b", b"A:1", b"/b", None, 1),
            ),
            (b"OPTIONS * HTTP/1.1", (b"OPTIONS", b"*", None, b"*", None, 1)),
        ):
            read = read_request_line(line + b"\r\nmore", 100)
            self.assertEqual(read, (*parts, len(line) + 2))

    def test_limit(self) -> None:
        """A line of exactly the limit passes in each form, a longer one does not."""
        for line in (b"GET /a HTTP/1.1", b"GET http://a HTTP/1.1", b"OPTIONS * HTTP/1.1"):
            read_request_line(line + b"\r\n", len(line))
            self.assertRaises(TargetTooLong, read_request_line, line + b"\r\n", len(line) - 1)

    def test_beginnings(self) -> None:
        """A line is refused by its beginning only if no more of it could help."""
        for data in (b"\r", b"G", b"GET /aaaa", b"GET /aaaa\r"):
            check_beginning(data, 9)
        for data in (b"GET /aaaaaa", b"GET /aaaa\r\r"):
            self.assertRaises(TargetTooLong, check_beginning, data, 9)
        # a bare LF does not end it any shorter
        self.assertRaises(TargetTooLong, read_request_line, b"GET /aaaaa\n", 9)
        for data in (b"\x16", b" ", b"\r\r", b"\n", b"\xff"):
            self.assertRaises(BadRequest, check_beginning, data, 9)


class GlimpseTests(SynchronousTestCase):
    """What a line that was refused shows."""

    def test_parts(self) -> None:
        """Method, target and version are told as far as they are there, and else the line."""
        for data, shown in (
            (b"GET /a HTTP/1.1\r\nrest", (b"GET", b"/a", 1)),
            (b"\r\n\r\nGET /a HTTP/1.0\r\n", (b"GET", b"/a", 0)),
            (b"GET /a HTTP/1.1", (b"GET", b"/a", 1)),
            (b"GET /a HTTP/2.0\r\n", (b"GET", b"/a", -1)),
            (b"PRI * HTTP/2", (b"PRI", b"*", -1)),
            (b"BREW /a HTTP/1.1\n", (b"BREW", b"/a", 1)),
            (b"GET /a", (b"GET", b"/a", -1)),
            (b"GET /a\x00\xff HTTP/1.1", (b"GET", b"/a\x00\xff", 1)),
            (b"GET  /a HTTP/1.1", (b"", b"GET  /a HTTP/1.1", -1)),
            (b"GET /a b HTTP/1.1", (b"", b"GET /a b HTTP/1.1", -1)),
            (b"GET /a HTTP/one", (b"", b"GET /a HTTP/one", -1)),
            (b"\x16\x03\x01 \r\n", (b"", b"\x16\x03\x01 ", -1)),
            (b"GE", (b"", b"GE", -1)),
            (b"\r\n", (b"", b"", -1)),
            (b"", (b"", b"", -1)),
        ):
            self.assertEqual(glimpse(data), shown)

    def test_cut(self) -> None:
        """Only a line that could have been served is told at any length."""
        target = b"/" + b"a" * 1000
        self.assertEqual(glimpse(b"GET %b HTTP/1.1\r\n" % target), (b"GET", target, 1))
        for line in (b"GET " + target, b"BREW %b HTTP/1.1" % target, b"a" * 1000):
            method, shown, minor = glimpse(line)
            self.assertEqual((b"%b %b" % (method, shown)).lstrip(b" "), line[:MOST_SHOWN])
            self.assertEqual(minor, -1)
