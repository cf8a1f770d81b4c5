"""1xx heads before an answer, and protocols that nobody asked for (RFC 9110, 15.2)."""

from __future__ import annotations

from tests.wire.corpus.cases import Passed, Pending, Response, Torn

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SHORT = b"HTTP/1.1 103 X\r\n\r\n"
HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


def _hinted(name: str, before: bytes, *interim: int, minor: int = 1, kept: bool = True) -> Response:
    return Response(name, before + OK, Passed(200, b"ok", interim=interim, kept=kept), minor=minor)


def _bad(name: str, said: bytes, *interim: int) -> Response:
    return Response(name, said + OK, Torn(interim))


CASES = (
    _hinted("103", HINT, 103),
    _hinted("three of them", HINT * 3, 103, 103, 103),
    _hinted("102", b"HTTP/1.1 102 Processing\r\n\r\n", 102),
    _hinted("an unknown one", b"HTTP/1.1 199 X\r\n\r\n", 199),
    _hinted("100 that nobody waits for", b"HTTP/1.1 100 Continue\r\n\r\n"),
    _hinted("100 again and again", b"HTTP/1.1 100 Continue\r\n\r\n" * 3),
    _hinted("100 and 103", b"HTTP/1.1 100 X\r\n\r\n" + HINT, 103),
    _hinted("103 to 1.0", HINT, minor=0),
    _hinted("64 of them", SHORT * 64, *[103] * 64),
    Response("65 of them", SHORT * 65 + OK, Torn((103,) * 64)),
    Response("a flood", SHORT * 200, Torn((103,) * 64)),
    _hinted("with a length of 0", b"HTTP/1.1 103 X\r\nContent-Length: 0\r\n\r\n", 103),
    _hinted("with a length", b"HTTP/1.1 103 X\r\nContent-Length: 2\r\n\r\n", 103),
    _hinted("with chunks told", b"HTTP/1.1 103 X\r\nTransfer-Encoding: chunked\r\n\r\n", 103),
    _hinted("that would close", b"HTTP/1.1 103 X\r\nConnection: close\r\n\r\n", 103),
    Response("and nothing more", HINT, Pending()),
    Response("and the end", HINT, Torn((103,)), closes=True),
    Response("and a break", HINT, Torn((103,)), breaks=True),
    _bad("with a body", b"HTTP/1.1 103 X\r\nContent-Length: 2\r\n\r\nhi", 103),
    _bad("with two lengths", b"HTTP/1.1 103 X\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"),
    _bad("with a bare LF", b"HTTP/1.1 103 X\r\nLink: a\nSet-Cookie: b\r\n\r\n"),
    _bad("with a NUL", b"HTTP/1.1 103 X\r\nLink: \0\r\n\r\n"),
    _bad("with folding", b"HTTP/1.1 103 X\r\nLink: a\r\n b\r\n\r\n"),
    _bad("then what is no HTTP", HINT + b"SSH-2.0\r\n\r\n", 103),
    _bad(
        "101",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ),
    _bad("101 to h2c", b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
    _bad("101 of no protocol", b"HTTP/1.1 101 X\r\n\r\n"),
    _bad("101 with a length", b"HTTP/1.1 101 X\r\nContent-Length: 0\r\n\r\n"),
    _bad("101 behind a 103", HINT + b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n", 103),
    Response("101 to a HEAD", b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n", Torn(), method=b"HEAD"),
    Response(
        "426 that asks for one",
        b"HTTP/1.1 426 X\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nok",
        Passed(426, b"ok", fields=()),
    ),
    Response("a flood to 1.0", SHORT * 200, Torn(), minor=0),
    Response("a flood of 100s", b"HTTP/1.1 100 X\r\n\r\n" * 200, Torn()),
)
