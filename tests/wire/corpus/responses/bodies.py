"""Where an answer's body ends: lengths, chunks, the close, none at all (RFC 9112, 6.3)."""

from __future__ import annotations

from tests.wire.corpus.cases import Passed, Pending, Response, Torn

L = b"HTTP/1.1 200 OK\r\n"
CL = b"Content-Length: "
TE = b"Transfer-Encoding: "
CHUNKED = L + TE + b"chunked\r\n\r\n"
END = b"\r\n0\r\n\r\n"
ABC = Passed(200, b"abc")
ONCE = Passed(200, b"abc", kept=False)


def _bad(name: str, data: bytes) -> Response:
    return Response(name, L + data, Torn())


def _chunks(name: str, data: bytes) -> Response:
    return Response(name, CHUNKED + data, Torn())


CASES = (
    # lengths
    Response("a length", L + CL + b"3\r\n\r\nabc", ABC),
    Response("a length of 0", L + CL + b"0\r\n\r\n", Passed(200)),
    Response("leading zeros", L + CL + b"0003\r\n\r\nabc", ABC),
    Response("a byte too few", L + CL + b"4\r\n\r\nabc", Pending()),
    Response("a byte too few, and the end", L + CL + b"4\r\n\r\nabc", Torn(), closes=True),
    Response("a byte too few, and a break", L + CL + b"4\r\n\r\nabc", Torn(), breaks=True),
    Response(
        "a length of a million, and the end", L + CL + b"1000000\r\n\r\n", Torn(), closes=True
    ),
    Response("whole, and the end", L + CL + b"3\r\n\r\nabc", ONCE, closes=True),
    _bad("an empty length", b"Content-Length:\r\n\r\nabc"),
    _bad("a plus sign", CL + b"+3\r\n\r\nabc"),
    _bad("a minus sign", CL + b"-3\r\n\r\nabc"),
    _bad("hexadecimal", CL + b"0x3\r\n\r\nabc"),
    _bad("an underscore", CL + b"1_0\r\n\r\n0123456789"),
    _bad("a point", CL + b"3.0\r\n\r\nabc"),
    _bad("a blank within", CL + b"1 0\r\n\r\n0123456789"),
    _bad("a word", CL + b"three\r\n\r\nabc"),
    _bad("digits of another script", CL + b"\xd9\xa3\r\n\r\nabc"),
    _bad("2**64 + 3", CL + b"18446744073709551619\r\n\r\nabc"),
    _bad("two lengths", CL + b"3\r\n" + CL + b"0\r\n\r\nabc"),
    _bad("two equal lengths", CL + b"3\r\n" + CL + b"3\r\n\r\nabc"),
    _bad("a list of lengths", CL + b"3, 3\r\n\r\nabc"),
    # codings
    _bad("a length and chunks", CL + b"3\r\n" + TE + b"chunked\r\n\r\n3\r\nabc" + END),
    _bad("chunks and a length", TE + b"chunked\r\n" + CL + b"3\r\n\r\n3\r\nabc" + END),
    _bad("a length and gzip", CL + b"3\r\n" + TE + b"gzip\r\n\r\nabc"),
    _bad("gzip", TE + b"gzip\r\n\r\nabc"),
    _bad("gzip, chunked", TE + b"gzip, chunked\r\n\r\n3\r\nabc" + END),
    _bad("identity", TE + b"identity\r\n\r\nabc"),
    _bad("chunked, identity", TE + b"chunked, identity\r\n\r\n3\r\nabc" + END),
    _bad("chunked twice", (TE + b"chunked\r\n") * 2 + b"\r\n3\r\nabc" + END),
    _bad("chunked, chunked", TE + b"chunked, chunked\r\n\r\n3\r\nabc" + END),
    _bad("xchunked", TE + b"xchunked\r\n\r\n3\r\nabc" + END),
    _bad("a vertical tab", TE + b"\x0bchunked\r\n\r\n3\r\nabc" + END),
    _bad("an empty coding", b"Transfer-Encoding:\r\n\r\n3\r\nabc" + END),
    Response(
        "chunks in 1.0", b"HTTP/1.0 200 OK\r\n" + TE + b"chunked\r\n\r\n3\r\nabc" + END, Torn()
    ),
    Response(
        "chunks in 1.0 that keeps",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + TE + b"chunked\r\n\r\n3\r\nabc" + END,
        Torn(),
    ),
    # chunks
    Response("one chunk", CHUNKED + b"3\r\nabc" + END, ABC),
    Response("three", CHUNKED + b"1\r\na\r\n1\r\nb\r\n1\r\nc" + END, ABC),
    Response("none", CHUNKED + b"0\r\n\r\n", Passed(200)),
    Response("in capitals", L + TE + b"CHUNKED\r\n\r\n3\r\nabc" + END, ABC),
    Response("an extension", CHUNKED + b'3;a="b"\r\nabc' + END, ABC),
    Response("chunks and the end", CHUNKED + b"3\r\nabc" + END, ONCE, closes=True),
    Response(
        "a chunk that is an answer",
        CHUNKED + b"13\r\nHTTP/1.1 200 OK\r\n\r\n" + END,
        Passed(200, b"HTTP/1.1 200 OK\r\n\r\n"),
    ),
    Response("to 1.0", CHUNKED + b"3\r\nabc" + END, Passed(200, b"abc"), minor=0),
    Response(
        "a trailer",
        CHUNKED + b"3\r\nabc\r\n0\r\nX: y\r\n\r\n",
        Passed(200, b"abc", trailers=((b"X", b"y"),)),
    ),
    Response("a trailer to 1.0", CHUNKED + b"3\r\nabc\r\n0\r\nX: y\r\n\r\n", ABC, minor=0),
    Response(
        "trailers that come too late",
        CHUNKED
        + b"3\r\nabc\r\n0\r\nContent-Length: 9\r\nSet-Cookie: a\r\nX: y\r\nLocation: /\r\n\r\n",
        Passed(200, b"abc", trailers=((b"X", b"y"),)),
    ),
    Response("no last chunk", CHUNKED + b"3\r\nabc\r\n", Pending()),
    Response("no last chunk, and the end", CHUNKED + b"3\r\nabc\r\n", Torn(), closes=True),
    Response("half a last chunk, and the end", CHUNKED + b"3\r\nabc\r\n0\r\n", Torn(), closes=True),
    Response("half a chunk, and a break", CHUNKED + b"3\r\nab", Torn(), breaks=True),
    Response(
        "no last chunk to 1.0, and the end", CHUNKED + b"3\r\nabc\r\n", Torn(), closes=True, minor=0
    ),
    _chunks("a sign", b"+3\r\nabc" + END),
    _chunks("0x", b"0x3\r\nabc" + END),
    _chunks("a blank behind", b"3 \r\nabc" + END),
    _chunks("no size", b"\r\nabc" + END),
    _chunks("17 digits", b"00000000000000003\r\nabc" + END),
    _chunks("a bare LF behind the size", b"3\nabc" + END),
    _chunks("a bare CR behind the size", b"3\rabc" + END),
    _chunks("a bare LF behind the data", b"3\r\nabc\n0\r\n\r\n"),
    _chunks("data longer than told", b"3\r\nabcd" + END),
    _chunks("data shorter than told", b"4\r\nabc" + END),
    _chunks("an odd extension", b"3;a b\r\nabc" + END),
    _chunks("an extension without end", b"3;" + b"a" * 300),
    _chunks("a trailer that is none", b"3\r\nabc\r\n0\r\nX\r\n\r\n"),
    _chunks("a trailer with a blank", b"3\r\nabc\r\n0\r\nX : y\r\n\r\n"),
    _chunks("a trailer that is folded", b"3\r\nabc\r\n0\r\nX: y\r\n z\r\n\r\n"),
    _chunks("a trailer with a bare LF", b"3\r\nabc\r\n0\r\nX: y\nSet-Cookie: a\r\n\r\n"),
    # until the close
    Response("until the close", L + b"\r\nabc", ONCE, closes=True),
    Response("nothing until the close", L + b"\r\n", Passed(200, kept=False), closes=True),
    Response("until the close, to 1.0", L + b"\r\nabc", ONCE, closes=True, minor=0),
    Response("until a break", L + b"\r\nabc", Torn(), breaks=True),
    Response("until a break, to 1.0", L + b"\r\nabc", Torn(), breaks=True, minor=0),
    Response("no close yet", L + b"\r\nabc", Pending()),
    Response(
        "what looks like chunks, until the close",
        L + b"\r\n3\r\nabc" + END,
        Passed(200, b"3\r\nabc" + END, kept=False),
        closes=True,
    ),
    Response(
        "two answers, until the close",
        (L + b"\r\n") * 2,
        Passed(200, L + b"\r\n", kept=False),
        closes=True,
    ),
    Response("1.0, until the close", b"HTTP/1.0 200 OK\r\n\r\nabc", ONCE, closes=True),
    # none at all
    Response(
        "a HEAD", L + CL + b"3\r\n\r\n", Passed(200, length=(b"3",), kept=False), method=b"HEAD"
    ),
    Response(
        "a HEAD of chunks",
        L + TE + b"chunked\r\n\r\n",
        Passed(200, length=(), kept=False),
        method=b"HEAD",
    ),
    Response("a HEAD of nothing told", L + b"\r\n", Passed(200, length=()), method=b"HEAD"),
    Response("a HEAD of 0", L + CL + b"0\r\n\r\n", Passed(200, length=(b"0",)), method=b"HEAD"),
    Response(
        "a HEAD with a body",
        L + CL + b"3\r\n\r\nabc",
        Passed(200, length=(b"3",), kept=False),
        method=b"HEAD",
    ),
    Response(
        "a HEAD with a body in chunks",
        L + TE + b"chunked\r\n\r\n3\r\nabc" + END,
        Passed(200, kept=False),
        method=b"HEAD",
    ),
    Response(
        "a HEAD with an answer behind",
        L + b"\r\n" + L + CL + b"0\r\n\r\n",
        Passed(200, kept=False),
        method=b"HEAD",
    ),
    Response(
        "a HEAD with two lengths", L + CL + b"3\r\n" + CL + b"4\r\n\r\n", Torn(), method=b"HEAD"
    ),
    Response(
        "a HEAD and the end",
        L + CL + b"3\r\n\r\n",
        Passed(200, kept=False),
        method=b"HEAD",
        closes=True,
    ),
    Response("204", b"HTTP/1.1 204 No Content\r\n\r\n", Passed(204, length=())),
    Response(
        "204 with a length of 0", b"HTTP/1.1 204 X\r\n" + CL + b"0\r\n\r\n", Passed(204, length=())
    ),
    Response(
        "204 with a length",
        b"HTTP/1.1 204 X\r\n" + CL + b"3\r\n\r\n",
        Passed(204, length=(), kept=False),
    ),
    Response(
        "204 with a body",
        b"HTTP/1.1 204 X\r\n" + CL + b"3\r\n\r\nabc",
        Passed(204, length=(), kept=False),
    ),
    Response(
        "204 with a body untold", b"HTTP/1.1 204 X\r\n\r\nabc", Passed(204, length=(), kept=False)
    ),
    Response(
        "204 in chunks",
        b"HTTP/1.1 204 X\r\n" + TE + b"chunked\r\n\r\n3\r\nabc" + END,
        Passed(204, kept=False),
    ),
    Response("304", b"HTTP/1.1 304 Not Modified\r\n\r\n", Passed(304, length=())),
    Response(
        "304 with a length",
        b"HTTP/1.1 304 X\r\n" + CL + b"3\r\n\r\n",
        Passed(304, length=(b"3",), kept=False),
    ),
    Response(
        "304 with a body",
        b"HTTP/1.1 304 X\r\n" + CL + b"3\r\n\r\nabc",
        Passed(304, length=(b"3",), kept=False),
    ),
    Response(
        "304 in chunks",
        b"HTTP/1.1 304 X\r\n" + TE + b"chunked\r\n\r\n0\r\n\r\n",
        Passed(304, length=(), kept=False),
    ),
    Response(
        "304 with two lengths", b"HTTP/1.1 304 X\r\n" + CL + b"3\r\n" + CL + b"4\r\n\r\n", Torn()
    ),
    Response("205 with a length", b"HTTP/1.1 205 X\r\n" + CL + b"0\r\n\r\n", Passed(205)),
    # more than was asked for
    Response("a byte more", L + CL + b"3\r\n\r\nabcd", ONCE),
    Response("a line end more", L + CL + b"3\r\n\r\nabc\r\n", ONCE),
    Response("an answer more", L + CL + b"3\r\n\r\nabc" + L + CL + b"4\r\n\r\nevil", ONCE),
    Response("a byte more after chunks", CHUNKED + b"3\r\nabc" + END + b"x", ONCE),
    Response(
        "an answer more after chunks", CHUNKED + b"3\r\nabc" + END + L + CL + b"4\r\n\r\nevil", ONCE
    ),
    Response("a 100 after the answer", L + CL + b"3\r\n\r\nabcHTTP/1.1 100 X\r\n\r\n", ONCE),
    Response(
        "a request after the answer", L + CL + b"3\r\n\r\nabcGET /evil HTTP/1.1\r\n\r\n", ONCE
    ),
    Response(
        "an answer after a 304",
        b"HTTP/1.1 304 X\r\n\r\n" + L + CL + b"4\r\n\r\nevil",
        Passed(304, kept=False),
    ),
    Response(
        "an answer after nothing",
        L + CL + b"0\r\n\r\n" + L + CL + b"4\r\n\r\nevil",
        Passed(200, kept=False),
    ),
)
