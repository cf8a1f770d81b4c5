"""The first line of an answer (RFC 9112, 4)."""

from __future__ import annotations

from tests.wire.corpus.cases import Passed, Pending, Response, Torn

END = b"\r\nContent-Length: 2\r\n\r\nok"


def _passes(name: str, line: bytes, status: int, reason: bytes, kept: bool = True) -> Response:
    return Response(name, line + END, Passed(status, b"ok", reason=reason, kept=kept))


def _bad(name: str, line: bytes) -> Response:
    return Response(name, line + END, Torn())


CASES = (
    _passes("200", b"HTTP/1.1 200 OK", 200, b"OK"),
    _passes("no reason", b"HTTP/1.1 200 ", 200, b""),
    _passes("not even a blank", b"HTTP/1.1 200", 200, b""),
    _passes("another reason", b"HTTP/1.1 200 Fine by me", 200, b"Fine by me"),
    _passes("a tab in the reason", b"HTTP/1.1 200 a\tb", 200, b"a\tb"),
    _passes("high bytes in the reason", b"HTTP/1.1 200 \xc3\xa9\xff", 200, b"\xc3\xa9\xff"),
    _passes("a reason that is a status line", b"HTTP/1.1 200 HTTP/1.1 404", 200, b"HTTP/1.1 404"),
    _passes("two blanks before the reason", b"HTTP/1.1 200  OK", 200, b" OK"),
    _passes("an unknown status", b"HTTP/1.1 299 Odd", 299, b"Odd"),
    _passes("a redirect", b"HTTP/1.1 302 Found", 302, b"Found"),
    _passes("404", b"HTTP/1.1 404 Not Found", 404, b"Not Found"),
    _passes("500", b"HTTP/1.1 500 Oh", 500, b"Oh"),
    _passes("503", b"HTTP/1.1 503 Busy", 503, b"Busy"),
    _passes("999", b"HTTP/1.1 999 X", 999, b"X"),
    _passes("600", b"HTTP/1.1 600 X", 600, b"X"),
    _passes("1.0", b"HTTP/1.0 200 OK", 200, b"OK", kept=False),
    Response(
        "1.0 that keeps",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive" + END,
        Passed(200, b"ok", kept=True),
    ),
    _bad("HTTP/1.2", b"HTTP/1.2 200 OK"),
    _bad("HTTP/2", b"HTTP/2 200 OK"),
    _bad("HTTP/2.0", b"HTTP/2.0 200 OK"),
    _bad("HTTP/0.9", b"HTTP/0.9 200 OK"),
    _bad("HTTP/1.11", b"HTTP/1.11 200 OK"),
    _bad("HTTP/01.1", b"HTTP/01.1 200 OK"),
    _bad("small letters", b"http/1.1 200 OK"),
    _bad("ICY", b"ICY 200 OK"),
    _bad("no version", b"200 OK"),
    _bad("no status", b"HTTP/1.1 OK"),
    _bad("nothing but the version", b"HTTP/1.1"),
    _bad("a status of two digits", b"HTTP/1.1 99 OK"),
    _bad("of four digits", b"HTTP/1.1 2000 OK"),
    _bad("of 0", b"HTTP/1.1 000 OK"),
    _bad("of 099", b"HTTP/1.1 099 OK"),
    _bad("with a sign", b"HTTP/1.1 +200 OK"),
    _bad("with a minus sign", b"HTTP/1.1 -200 OK"),
    _bad("with letters", b"HTTP/1.1 2x0 OK"),
    _bad("in hexadecimal", b"HTTP/1.1 0xC8 OK"),
    _bad("in another script", b"HTTP/1.1 \xd9\xa2\xd9\xa0\xd9\xa0 OK"),
    _bad("two blanks before the status", b"HTTP/1.1  200 OK"),
    _bad("a tab before the status", b"HTTP/1.1\t200 OK"),
    _bad("a tab behind the status", b"HTTP/1.1 200\tOK"),
    _bad("a blank first", b" HTTP/1.1 200 OK"),
    _bad("an empty line first", b"\r\nHTTP/1.1 200 OK"),
    _bad("a bare LF first", b"\nHTTP/1.1 200 OK"),
    _bad("a byte order mark", b"\xef\xbb\xbfHTTP/1.1 200 OK"),
    _bad("a NUL in the reason", b"HTTP/1.1 200 O\0K"),
    _bad("a control in the reason", b"HTTP/1.1 200 O\x01K"),
    _bad("an escape character in the reason", b"HTTP/1.1 200 \x1b[31m"),
    _bad("a DEL in the reason", b"HTTP/1.1 200 \x7f"),
    _bad("a bare CR in the reason", b"HTTP/1.1 200 O\rK"),
    _bad("a bare LF in the reason", b"HTTP/1.1 200 O\nX: y"),
    Response("a bare LF behind the line", b"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok", Torn()),
    _bad("CR CR LF", b"HTTP/1.1 200 OK\r"),
    _bad("a reason of 9 KiB", b"HTTP/1.1 200 " + b"a" * 9000),
    _bad("a request line", b"GET / HTTP/1.1"),
    _bad("SSH", b"SSH-2.0-OpenSSH_9.6"),
    _bad("SMTP", b"220 a ESMTP"),
    _bad("markup", b"<html>"),
    _bad("TLS", b"\x15\x03\x01\x00\x02\x02\x46"),
    Response("half a line", b"HTTP/1.1 20", Pending()),
    Response("half a line, and the end", b"HTTP/1.1 20", Torn(), closes=True),
    Response("half a line, and a break", b"HTTP/1.1 20", Torn(), breaks=True),
    Response("no empty line, and the end", b"HTTP/1.1 200 OK\r\nX: y\r\n", Torn(), closes=True),
    Response("nothing, and the end", b"H", Torn(), closes=True),
)
