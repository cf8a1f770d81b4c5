"""Fields of an answer: what passes, what is hop-by-hop, what would split it in two."""

from __future__ import annotations

from tests.wire.corpus.cases import Fields, Passed, Response, Torn

L = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"


def _passes(name: str, lines: bytes, *fields: tuple[bytes, bytes], kept: bool = True) -> Response:
    expected = Passed(200, b"ok", fields=fields, kept=kept)
    return Response(name, L + lines + b"\r\nok", expected)


def _gone(name: str, lines: bytes, left: Fields = ()) -> Response:
    return _passes(name, lines + b"X-Kept: 1\r\n", *left, (b"X-Kept", b"1"))


def _bad(name: str, lines: bytes) -> Response:
    return Response(name, L + lines + b"\r\nok", Torn())


CASES = (
    _passes("none", b""),
    _passes(
        "order, spelling, repetition",
        b"b: 1\r\nA: 2\r\nB: 3\r\n",
        (b"b", b"1"),
        (b"A", b"2"),
        (b"B", b"3"),
    ),
    _passes(
        "two cookies",
        b"Set-Cookie: a=b\r\nSet-Cookie: c\r\n",
        (b"Set-Cookie", b"a=b"),
        (b"Set-Cookie", b"c"),
    ),
    _passes("no value", b"X:\r\n", (b"X", b"")),
    _passes("blanks around a value", b"X: \t y \t\r\n", (b"X", b"y")),
    _passes("high bytes", b"X: \xc3\xa9\xff\r\n", (b"X", b"\xc3\xa9\xff")),
    _passes("an underscore", b"X_Y: z\r\n", (b"X_Y", b"z")),
    _passes(
        "an escaped line end",
        b"Location: /%0d%0aSet-Cookie:%20a\r\n",
        (b"Location", b"/%0d%0aSet-Cookie:%20a"),
    ),
    _passes(
        "what looks like one beyond ASCII",
        b"X: a\xc4\x8d\xc4\x8aY: z\r\n",
        (b"X", b"a\xc4\x8d\xc4\x8aY: z"),
    ),
    _passes("a next-line control", b"X: a\x85Y: z\r\n", (b"X", b"a\x85Y: z")),
    _passes("a Server", b"Server: x/1\r\n", (b"Server", b"x/1")),
    # hop by hop
    _gone("Connection", b"Connection: keep-alive\r\n"),
    _gone("Keep-Alive", b"Keep-Alive: timeout=5\r\n"),
    _gone("Proxy-Connection", b"Proxy-Connection: keep-alive\r\n"),
    _gone("Proxy-Authenticate", b"Proxy-Authenticate: Basic\r\n"),
    _gone("Proxy-Authentication-Info", b"Proxy-Authentication-Info: x\r\n"),
    _gone("TE", b"TE: trailers\r\n"),
    _gone("Trailer without chunks", b"Trailer: X\r\n"),
    _gone("Upgrade", b"Upgrade: h2c\r\n"),
    _gone("Upgrade that is named", b"Connection: Upgrade\r\nUpgrade: h2, h2c\r\n"),
    _gone("HTTP2-Settings", b"HTTP2-Settings: AA\r\n"),
    _gone("what Connection names", b"Connection: x-mine, X-Other\r\nX-Mine: 1\r\nX-Other: 2\r\n"),
    _gone("in two fields", b"Connection: x-a\r\nX-A: 1\r\nConnection: x-b\r\nX-B: 2\r\n"),
    _gone(
        "a cookie that is named stays",
        b"Connection: set-cookie\r\nSet-Cookie: a\r\n",
        ((b"Set-Cookie", b"a"),),
    ),
    _gone(
        "a type that is named stays",
        b"Connection: content-type\r\nContent-Type: a/b\r\n",
        ((b"Content-Type", b"a/b"),),
    ),
    _gone(
        "a place that is named stays",
        b"Connection: location\r\nLocation: /\r\n",
        ((b"Location", b"/"),),
    ),
    _gone(
        "a wish of the cache stays",
        b"Connection: cache-control\r\nCache-Control: no-store\r\n",
        ((b"Cache-Control", b"no-store"),),
    ),
    _gone("a length that is named still counts", b"Connection: content-length\r\n"),
    _passes("close", b"Connection: close\r\n", kept=False),
    _passes("Close in a list", b"Connection: x-a, CLOSE\r\nX-A: 1\r\n", kept=False),
    _passes(
        "close in a second field", b"Connection: keep-alive\r\nConnection: close\r\n", kept=False
    ),
    # what splits
    _bad("a bare LF in a value", b"X: y\nSet-Cookie: a\r\n"),
    _bad("a bare CR in a value", b"X: y\rSet-Cookie: a\r\n"),
    _bad("a bare LF and an empty line", b"X: y\n\nHTTP/1.1 200 OK\r\n"),
    _bad("CR CR LF", b"X: y\r\r\nSet-Cookie: a\r\n"),
    _bad("LF CR", b"X: y\n\rSet-Cookie: a\r\n"),
    _bad("a NUL in a value", b"X: a\0b\r\n"),
    _bad("a control in a value", b"X: a\x01b\r\n"),
    _bad("a vertical tab in a value", b"X: a\x0bY: b\r\n"),
    _bad("an escape character", b"X: \x1b[31m\r\n"),
    _bad("a DEL", b"X: \x7f\r\n"),
    _bad("folding", b"X: y\r\n z\r\n"),
    _bad("folding by a tab", b"X: y\r\n\tz\r\n"),
    _bad("folding of the first", b" X: y\r\n"),
    _bad("no name", b": y\r\n"),
    _bad("no colon", b"X\r\n"),
    _bad("a status line among them", b"HTTP/1.1 200 OK\r\n"),
    _bad("a blank before the colon", b"X : y\r\n"),
    _bad("a tab before the colon", b"X\t: y\r\n"),
    _bad("a blank in the name", b"X Y: z\r\n"),
    _bad("a NUL in the name", b"X\0: y\r\n"),
    _bad("a high byte in the name", b"X\xe9: y\r\n"),
    _bad("a name that is no token", b"X(: y\r\n"),
    _bad("201 of them", b"X: y\r\n" * 200),
    _bad("64 KiB of them", b"X: " + b"y" * 65536 + b"\r\n"),
)
