"""Messages made by chance out of parts that matter, and damaged by chance.

What comes out is nearly HTTP: most of it would be taken by one reader or another, which is where
readers disagree.
"""

from __future__ import annotations

from attrs import frozen
from hypothesis import strategies as st

from altlas.wire.methods import METHODS

#: what readers stumble over
NASTY = (
    *[bytes((code,)) for code in (0, 1, 9, 10, 11, 12, 13, 28, 32, 127, 133, 160, 255)],
    *[b"\r\n", b"\r\n\r\n", b"\n\n", b"\r\r\n", b"\n\r", b"\r\n ", b"\r\n\t", b": ", b":", b" :"],
    *[b",", b";", b'"', b"0", b"-", b"+", b"0x", b"_", b"#", b"%00", b"%2e", b"/../", b"//", b"\\"],
    *[b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"chunked", b"identity", b"0\r\n\r\n", b"1\r\na\r\n"],
    b"\r\nContent-Length: 5",
    b"\r\nTransfer-Encoding: chunked",
    b"GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n",
)

FIELDS = (
    b"Accept: */*",
    b"X: y",
    b"X_Y: z",
    b"Cookie: a=b; c=d",
    b"Connection: close",
    b"Connection: keep-alive",
    b"Connection: x, X-Forwarded-For, content-length",
    b"Connection: Upgrade",
    b"Upgrade: h2c",
    b"Upgrade: websocket",
    b"HTTP2-Settings: AA",
    b"Keep-Alive: 5",
    b"Proxy-Connection: close",
    b"Proxy: x",
    b"TE: trailers",
    b"Trailer: X",
    b"Expect: 100-continue",
    b"Max-Forwards: 1",
    b"X-Forwarded-For: 10.0.0.1",
    b"Forwarded: for=10.0.0.1",
    b"X-Request-ID: 1",
    b"X-Real-IP: 10.0.0.1",
    b"Via: 1.0 b",
    b"Content-Length: 0",
    b"Content-Length: 3",
    b"content-length: 03",
    b"Transfer-Encoding: chunked",
    b"transfer-encoding: identity",
    b"Host: b",
    b"X: \xc3\xa9",
    b"X:",
)
ANSWERED = (
    b"Date: x",
    b"Set-Cookie: a=b",
    b"Location: /",
    b"Server: x",
    b"Link: </a>",
)
TARGETS = (b"/", b"/x", b"/x?y=z", b"/a/../b", b"//x", b"/%2e%2e/x", b"http://a/x", b"*", b"/a;b")
METHOD = st.sampled_from([b"GET", b"POST", b"HEAD", b"PUT", *sorted(METHODS)])
VERSION = st.sampled_from([b"HTTP/1.1"] * 8 + [b"HTTP/1.0", b"HTTP/2.0"])
PAYLOAD = st.sampled_from([b"", b"a", b"abc", b"0\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 20])
CHUNK_EXTENSION = st.sampled_from([b""] * 6 + [b";a", b";a=b", b';a="b c"', b"; a"])
TRAILER = st.sampled_from([b"X-Sum: 1\r\n", b"Content-Length: 5\r\n", b"X-Forwarded-For: 1\r\n"])


@frozen
class Damage:
    """One change of some bytes."""

    #: ``insert``, ``replace``, ``drop``, ``double`` or ``swap``
    how: str
    #: where, as a share of the length, in 1/10,000
    at: int
    #: how many bytes it is about
    size: int
    nasty: bytes

    def __call__(self, data: bytes) -> bytes:
        """The changed bytes."""
        at = self.at * (len(data) + 1) // 10_001
        before, part, after = data[:at], data[at : at + self.size], data[at + self.size :]
        changed = {
            "insert": self.nasty + part,
            "replace": self.nasty,
            "drop": b"",
            "double": part + part,
            "swap": part.swapcase(),
        }
        return before + changed[self.how] + after


damages = st.lists(
    st.builds(
        Damage,
        st.sampled_from(["insert", "replace", "drop", "double", "swap"]),
        st.integers(0, 10_000),
        st.sampled_from([1, 1, 2, 2, 4, 20]),
        st.sampled_from(NASTY),
    ),
    max_size=3,
)
#: places to cut bytes at, as shares of the length, in 1/10,000
places = st.lists(st.integers(0, 10_000), max_size=6)


def cut(data: bytes, shares: list[int]) -> list[bytes]:
    """The bytes in pieces."""
    ends = sorted({share * len(data) // 10_000 for share in shares} | {len(data)})
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@st.composite
def chunks(draw: st.DrawFn) -> bytes:
    """A chunked body."""
    parts = draw(st.lists(PAYLOAD, max_size=3))
    data = b"".join(
        b"%x%b\r\n%b\r\n" % (len(part), draw(CHUNK_EXTENSION), part) for part in parts if part
    )
    return data + b"0\r\n" + b"".join(draw(st.lists(TRAILER, max_size=2))) + b"\r\n"


@st.composite
def framed(draw: st.DrawFn) -> tuple[list[bytes], bytes]:
    """Fields that tell of a body, and the body."""
    how = draw(st.sampled_from(["none", "none", "length", "length", "chunks"]))
    if how == "none":
        return [], b""
    if how == "chunks":
        return [b"Transfer-Encoding: chunked"], draw(chunks())
    body = draw(PAYLOAD)
    return [b"Content-Length: %d" % len(body)], body


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """One request, which is often sound."""
    line = b"%b %b %b" % (draw(METHOD), draw(st.sampled_from(TARGETS)), draw(VERSION))
    told, body = draw(framed())
    lines = [b"Host: a", *told, *draw(st.lists(st.sampled_from(FIELDS), max_size=3))]
    return b"\r\n".join([line, *draw(st.permutations(lines)), b"", b""]) + body


@st.composite
def rows(draw: st.DrawFn) -> bytes:
    """One to three requests, damaged."""
    data = b"".join(draw(st.lists(requests(), min_size=1, max_size=3)))
    for damage in draw(damages):
        data = damage(data)
    return data


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """1xx heads and an answer, damaged."""
    status = draw(st.sampled_from([b"200", b"200", b"200", b"204", b"304", b"404", b"503", b"101"]))
    told, body = draw(framed())
    lines = [*told, *draw(st.lists(st.sampled_from(FIELDS + ANSWERED), max_size=3))]
    line = draw(VERSION) + b" " + status + b" X"
    data = b"\r\n".join([line, *draw(st.permutations(lines)), b"", b""]) + body
    interim = draw(st.sampled_from([b""] * 3 + [b"100", b"103"]))
    if interim:
        data = b"HTTP/1.1 %b X\r\nLink: a\r\n\r\n" % interim + data
    data += draw(st.sampled_from([b""] * 4 + [b"x", b"HTTP/1.1 200 OK\r\n\r\n"]))
    for damage in draw(damages):
        data = damage(data)
    return data
