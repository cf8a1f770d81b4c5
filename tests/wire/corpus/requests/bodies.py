"""Bodies where some servers look for none, and those that wait to be asked (RFC 9110, 10.1.1)."""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, Waits, read, refused

L = b"Content-Length: "
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n"
E = b"Expect: 100-continue\r\n"


def _bodied(method: bytes) -> tuple[Request, ...]:
    """CL.0 and TE.0: who looks for no body there would find a request."""
    line = method + b" /x HTTP/1.1\r\nHost: a\r\n"
    heard = read(Heard(method, b"/x", SMUGGLED))
    name = method.decode()
    return (
        Request(f"{name}, CL.0", line + L + b"35\r\n\r\n" + SMUGGLED, heard),
        Request(
            f"{name}, TE.0",
            line + b"Transfer-Encoding: chunked\r\n\r\n23\r\n" + SMUGGLED + b"\r\n0\r\n\r\n",
            heard,
        ),
        Request(f"{name} with a length of 0", line + L + b"0\r\n\r\n", read(Heard(method, b"/x"))),
        Request(f"{name} with half a body", line + L + b"36\r\n\r\n" + SMUGGLED, Waits()),
    )


CASES = (
    *_bodied(b"GET"),
    *_bodied(b"HEAD"),
    *_bodied(b"DELETE"),
    *_bodied(b"OPTIONS"),
    *_bodied(b"POST"),
    *_bodied(b"PATCH"),
    Request(
        "TRACE with a body",
        b"TRACE /x HTTP/1.1\r\nHost: a\r\n" + L + b"3\r\n\r\nabc",
        refused(400, "body"),
    ),
    Request(
        "TRACE with chunks",
        b"TRACE /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        refused(400, "body"),
    ),
    Request(
        "OPTIONS * with a body",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n" + L + b"3\r\n\r\nabc",
        read(Heard(b"OPTIONS", b"*", b"abc")),
    ),
    Request(
        "a GET without a length, and what follows",
        b"GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n",
        read(Heard(b"GET", b"/x"), Heard(b"GET", b"/y")),
    ),
    Request(
        "a POST without a length, and what is no request",
        b"POST /x HTTP/1.1\r\nHost: a\r\n\r\na=b&c=d\r\n",
        refused(400, "line", Heard(b"POST", b"/x")),
    ),
    Request(
        "a body too long for the route",
        b"POST /x HTTP/1.1\r\nHost: a\r\n" + L + b"601\r\n\r\n" + b"a" * 601,
        refused(413, "size"),
    ),
    Request(
        "a request in a body too long for the route",
        b"POST /x HTTP/1.1\r\nHost: a\r\n" + L + b"635\r\n\r\n" + SMUGGLED + b"a" * 600,
        refused(413, "size"),
    ),
    # who waits to be asked
    Request(
        "an expectation",
        b"POST /x HTTP/1.1\r\nHost: a\r\n" + E + L + b"3\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc")),
    ),
    Request(
        "in capitals",
        b"POST /x HTTP/1.1\r\nHost: a\r\nEXPECT: 100-CONTINUE\r\n" + L + b"3\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc")),
    ),
    Request(
        "of chunks",
        b"POST /x HTTP/1.1\r\nHost: a\r\n"
        + E
        + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        read(Heard(b"POST", b"/x", b"a")),
    ),
    Request(
        "without a body",
        b"GET /x HTTP/1.1\r\nHost: a\r\n" + E + b"\r\n",
        read(Heard(b"GET", b"/x", fields=())),
    ),
    Request(
        "of a GET with a body",
        b"GET /x HTTP/1.1\r\nHost: a\r\n" + E + L + b"35\r\n\r\n" + SMUGGLED,
        read(Heard(b"GET", b"/x", SMUGGLED)),
    ),
    Request(
        "with a length of 0",
        b"POST /x HTTP/1.1\r\nHost: a\r\n" + E + L + b"0\r\n\r\n",
        read(Heard(b"POST", b"/x", fields=())),
    ),
    Request(
        "in 1.0, where it means nothing",
        b"POST /x HTTP/1.0\r\nHost: a\r\n" + E + L + b"3\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc", fields=()), closes=True),
    ),
    Request(
        "and no body that follows",
        b"POST /x HTTP/1.1\r\nHost: a\r\n" + E + L + b"3\r\n\r\n",
        Waits(),
    ),
    *[
        Request(
            f"another one: {value.decode()!r}",
            b"POST /x HTTP/1.1\r\nHost: a\r\nExpect: " + value + b"\r\n" + L + b"3\r\n\r\nabc",
            refused(417, "expectation"),
        )
        for value in (
            b"200-ok",
            b"",
            b"100-continue, x",
            b"100-continue;q=1",
            b"y 100-continue",
            b"100",
        )
    ],
    Request(
        "two of them, 0.CL",
        b"POST /x HTTP/1.1\r\nHost: a\r\n" + E + E + L + b"3\r\n\r\nabc",
        refused(417, "expectation"),
    ),
    Request(
        "folded",
        b"POST /x HTTP/1.1\r\nHost: a\r\nExpect:\r\n 100-continue\r\n" + L + b"3\r\n\r\nabc",
        refused(400, "field"),
    ),
)
