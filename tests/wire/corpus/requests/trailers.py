"""Fields after a chunked body: which go on, which come too late, what is none (RFC 9110, 6.5)."""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, Waits, read, refused

P = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
TRAILER = refused(400, "trailer")
NONE = read(Heard(b"POST", b"/x", b"abc"))


def _passes(name: str, sent: bytes, *trailers: tuple[bytes, bytes]) -> Request:
    return Request(name, P + sent + b"\r\n", read(Heard(b"POST", b"/x", b"abc", trailers=trailers)))


def _dropped(name: str, line: bytes) -> Request:
    """The field goes no further, the one beside it does."""
    return _passes(name, line + b"\r\nX-Sum: 1\r\n", (b"X-Sum", b"1"))


CASES = (
    _passes("one", b"X-Sum: 1\r\n", (b"X-Sum", b"1")),
    _passes("two", b"X-Sum: 1\r\nx-more:\t2 \r\n", (b"X-Sum", b"1"), (b"x-more", b"2")),
    _passes("the same twice", b"X-A: 1\r\nX-A: 2\r\n", (b"X-A", b"1"), (b"X-A", b"2")),
    _passes("an empty value", b"X-A:\r\n", (b"X-A", b"")),
    _passes("high bytes", b"X-A: \xc3\xa9\r\n", (b"X-A", b"\xc3\xa9")),
    _dropped("a length", b"Content-Length: 5"),
    _dropped("a coding", b"Transfer-Encoding: chunked"),
    _dropped("a host", b"Host: b"),
    _dropped("a connection", b"Connection: close"),
    _dropped("an upgrade", b"Upgrade: h2c"),
    _dropped("a keep-alive", b"Keep-Alive: timeout=9"),
    _dropped("an authorization", b"Authorization: Basic x"),
    _dropped("a proxy's authorization", b"Proxy-Authorization: Basic x"),
    _dropped("a cookie", b"Cookie: a=b"),
    _dropped("a type", b"Content-Type: text/html"),
    _dropped("a coding of the content", b"Content-Encoding: gzip"),
    _dropped("a range", b"Content-Range: bytes 0-1/2"),
    _dropped("a condition", b"If-Match: x"),
    _dropped("an expectation", b"Expect: 100-continue"),
    _dropped("a forwarded address, CVE-2026-88004", b"X-Forwarded-For: 10.0.0.1"),
    _dropped("a forwarded prefix", b"X-Forwarded-Prefix: /admin"),
    _dropped("a Forwarded", b"Forwarded: for=10.0.0.1"),
    _dropped("a real address", b"X-Real-IP: 10.0.0.1"),
    _dropped("an id", b"X-Request-ID: 1"),
    _dropped("Via", b"Via: 1.1 b"),
    _dropped("hops left", b"Max-Forwards: 0"),
    _dropped("trailers of trailers", b"Trailer: X"),
    _dropped("TE", b"TE: trailers"),
    _dropped("an underscore for a dash", b"Content_Length: 5"),
    _dropped("underscores in a forwarded address", b"X_Forwarded_For: 10.0.0.1"),
    _dropped("in capitals", b"CONTENT-LENGTH: 5"),
    Request("only ones that are dropped", P + b"Host: b\r\n\r\n", NONE),
    Request("none", P + b"\r\n", NONE),
    Request(
        "announced",
        P.replace(b"Host: a", b"Host: a\r\nTrailer: X-Sum") + b"X-Sum: 1\r\n\r\n",
        read(Heard(b"POST", b"/x", b"abc", trailers=((b"X-Sum", b"1"),))),
    ),
    Request("half of one", P + b"X-Sum: 1\r\n", Waits()),
    Request("no empty line", P + b"X-Sum: 1", Waits()),
    Request("no colon", P + b"X-Sum\r\n\r\n", TRAILER),
    Request("no name", P + b": 1\r\n\r\n", TRAILER),
    Request("a blank before the colon", P + b"X-Sum : 1\r\n\r\n", TRAILER),
    Request("a blank before the name", P + b" X-Sum: 1\r\n\r\n", TRAILER),
    Request("folded", P + b"X-Sum: 1\r\n 2\r\n\r\n", TRAILER),
    Request("a name that is no token", P + b"X(: 1\r\n\r\n", TRAILER),
    Request("a NUL in the value", P + b"X-Sum: 1\0\r\n\r\n", TRAILER),
    Request("a bare CR in the value", P + b"X-Sum: 1\rY: 2\r\n\r\n", TRAILER),
    Request("a bare LF in the value", P + b"X-Sum: 1\nY: 2\r\n\r\n", TRAILER),
    Request("a bare LF for an end waits", P + b"X-Sum: 1\n\n", Waits()),
    Request("a request line", P + b"GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n", TRAILER),
    Request("21, where 20 fields may be", P + b"X: y\r\n" * 21 + b"\r\n", TRAILER),
    Request("too long ones", P + b"X: " + b"a" * 8192 + b"\r\n\r\n", TRAILER),
)
