"""Several requests in one: what stands before an error is served, what stands behind it is not."""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, read, refused

H = b" HTTP/1.1\r\nHost: a\r\n"
X, Y, Z = (b"GET /%b" % name + H + b"\r\n" for name in (b"x", b"y", b"z"))
SMUGGLED = b"GET /smuggled" + H + b"\r\n"
HX, HY, HZ = Heard(b"GET", b"/x"), Heard(b"GET", b"/y"), Heard(b"GET", b"/z")
POST = b"POST /y" + H + b"Content-Length: 3\r\n\r\nabc"
CHUNKED = (
    b"POST /z" + H + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\nT: v\r\n\r\n"
)
HPOST = Heard(b"POST", b"/y", b"abc")
HCHUNKED = Heard(b"POST", b"/z", b"abc", trailers=((b"T", b"v"),))

#: by name: a request that is refused, its status and its reason
ERRORS = {
    "an ambiguous length": (b"POST /e" + H + b"Content-Length: 1, 1\r\n\r\na", 400, "length"),
    "two lengths": (
        b"POST /e" + H + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\n",
        400,
        "length",
    ),
    "a length and a coding": (
        b"POST /e" + H + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "both",
    ),
    "an unknown coding": (b"POST /e" + H + b"Transfer-Encoding: x\r\n\r\n", 400, "coding"),
    "a chunk of odd size": (
        b"POST /e" + H + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
        400,
        "chunk",
    ),
    "a second chunk of odd size": (
        b"POST /e" + H + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n-0\r\n\r\n",
        400,
        "chunk",
    ),
    "a trailer that is none": (
        b"POST /e" + H + b"Transfer-Encoding: chunked\r\n\r\n0\r\nT\r\n\r\n",
        400,
        "trailer",
    ),
    "no Host": (b"GET /e HTTP/1.1\r\n\r\n", 400, "host"),
    "a bad Host": (b"GET /e HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "host"),
    "a folded field": (b"GET /e" + H + b"X: y\r\n z\r\n\r\n", 400, "field"),
    "a NUL": (b"GET /e" + H + b"X: \0\r\n\r\n", 400, "field"),
    "a bare LF": (b"GET /e" + H + b"X: y\nZ: 1\r\n\r\n", 400, "field"),
    "a bad target": (b"GET e" + H + b"\r\n", 400, "target"),
    "a path above the root": (b"GET /.." + H + b"\r\n", 400, "path"),
    "no version": (b"GET /e\r\nHost: a\r\n\r\n", 400, "line"),
    "another version": (b"GET /e HTTP/2.0\r\nHost: a\r\n\r\n", 505, "version"),
    "another method": (b"FROB /e" + H + b"\r\n", 501, "method"),
    "a tunnel": (b"CONNECT a:80" + H + b"\r\n", 501, "method"),
    "an expectation": (
        b"POST /e" + H + b"Expect: x\r\nContent-Length: 35\r\n\r\n",
        417,
        "expectation",
    ),
    "too long a line": (b"GET /" + b"e" * 200 + H + b"\r\n", 414, "size"),
    "too many fields": (b"GET /e" + H + b"X: y\r\n" * 20 + b"\r\n", 431, "size"),
    "too long a body": (b"POST /e" + H + b"Content-Length: 635\r\n\r\n", 413, "size"),
    "a TRACE with a body": (b"TRACE /e" + H + b"Content-Length: 35\r\n\r\n", 400, "body"),
}

CASES = (
    Request("three in a row", X + Y + Z, read(HX, HY, HZ)),
    Request("bodies between them", X + POST + CHUNKED + X, read(HX, HPOST, HCHUNKED, HX)),
    Request("empty lines between them", X + b"\r\n\r\n" + Y + b"\r\n" + Z, read(HX, HY, HZ)),
    Request("chunks before a length", CHUNKED + POST, read(HCHUNKED, HPOST)),
    Request(
        "a HEAD between", X + b"HEAD /y" + H + b"\r\n" + Z, read(HX, Heard(b"HEAD", b"/y"), HZ)
    ),
    Request(
        "one that closes between",
        X + b"GET /y" + H + b"Connection: close\r\n\r\n" + Z,
        read(HX, HY, closes=True),
    ),
    Request(
        "five of them and noise",
        (X + Y) * 2 + Z + b"\x00\x01",
        refused(400, "line", HX, HY, HX, HY, HZ),
    ),
    *[
        Request(f"{name}, and a request behind", data + SMUGGLED, refused(status, word))
        for name, (data, status, word) in ERRORS.items()
    ],
    *[
        Request(
            f"{name} behind two requests",
            X + POST + data + SMUGGLED,
            refused(status, word, HX, HPOST),
        )
        for name, (data, status, word) in ERRORS.items()
    ],
)
