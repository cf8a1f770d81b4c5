"""Max-Forwards (RFC 9110, 7.6.2)."""

from __future__ import annotations

from tests.wire.corpus.cases import Answered, Expected, Heard, Request, read, refused


def _asked(name: str, method: bytes, value: bytes, expected: Expected) -> Request:
    line = method + b" /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: " + value + b"\r\n\r\n"
    return Request(f"{method.decode()} {name}", line, expected)


def _passes(method: bytes, value: bytes, heard: bytes) -> Request:
    expected = read(Heard(method, b"/x", fields=((b"Max-Forwards", heard),)))
    return _asked(f"of {value.decode()!r}", method, value, expected)


HOPS = refused(400, "hops")

CASES = (
    *[_passes(method, b"5", b"4") for method in (b"OPTIONS", b"TRACE")],
    *[_passes(method, b"1", b"0") for method in (b"OPTIONS", b"TRACE")],
    _passes(b"TRACE", b"0010", b"9"),
    _passes(b"GET", b"0", b"0"),
    _passes(b"GET", b"x", b"x"),
    _passes(b"DELETE", b"5", b"5"),
    _asked("of 0 is ours", b"OPTIONS", b"0", Answered(204)),
    _asked("of 000 is ours", b"OPTIONS", b"000", Answered(204)),
    _asked(
        "of 0 is not echoed",
        b"TRACE",
        b"0",
        Answered(405, b"The gateway itself does not answer to TRACE."),
    ),
    *[
        _asked(f"of {value!r}", method, value, HOPS)
        for method in (b"OPTIONS", b"TRACE")
        for value in (b"", b"-1", b"+1", b"1.0", b"1, 1", b"0x1", b"9999999999", b"\xb2")
    ],
    Request(
        "TRACE with two of them",
        b"TRACE /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\nMax-Forwards: 1\r\n\r\n",
        HOPS,
    ),
    Request(
        "OPTIONS * with one left",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\n\r\n",
        read(Heard(b"OPTIONS", b"*", fields=((b"Max-Forwards", b"0"),))),
    ),
    Request(
        "OPTIONS * with none left",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n",
        Answered(204),
    ),
    Request(
        "OPTIONS with a body and one left",
        b"OPTIONS /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\nContent-Length: 3\r\n\r\nabc",
        read(Heard(b"OPTIONS", b"/x", b"abc", fields=((b"Max-Forwards", b"1"),))),
    ),
)
