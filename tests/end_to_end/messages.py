"""An HTTP/1 reader of the tests' own, so that no test trusts the gateway's.

It is lenient, and exact about bytes: what arrived is kept as it came.
"""

from __future__ import annotations

import re

from attrs import field, frozen

_CHUNK = re.compile(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n")


@frozen
class Message:
    """One request or response as it stood on the wire."""

    #: every byte of it
    raw: bytes
    #: request line or status line, without its end
    line: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    #: the body without its framing
    body: bytes
    #: fields after a chunked body
    trailers: tuple[tuple[bytes, bytes], ...] = field(default=())

    @property
    def head(self) -> bytes:
        """The bytes before the body, the empty line included."""
        return self.raw[: self.raw.index(b"\r\n\r\n") + 4]

    @property
    def status(self) -> int:
        """A response's status."""
        return int(self.line.split(b" ", 2)[1])

    @property
    def method(self) -> bytes:
        """A request's method."""
        return self.line.split(b" ", 1)[0]

    @property
    def target(self) -> bytes:
        """A request's target, byte for byte."""
        return self.line.split(b" ", 1)[1].rsplit(b" ", 1)[0]

    def values(self, name: bytes) -> list[bytes]:
        """The values of every field of that name, whatever its case."""
        return [value for known, value in self.fields if known.lower() == name.lower()]

    def value(self, name: bytes) -> bytes | None:
        """The value of the only field of that name; None when there is none."""
        (found,) = self.values(name) or [None]
        return found


def take_request(data: bytes) -> Message | None:
    """The whole request that `data` begins with, or None if more must come."""
    return _take(data, bodiless=False, until_close=False)


def take_response(data: bytes, *, to_head: bool = False, closed: bool = False) -> Message | None:
    """The whole response that `data` begins with, or None if more must come.

    `to_head`: it answers a HEAD. `closed`: no more can come, so that a body without a length is
    whole. A 1xx is a response of its own.
    """
    status = re.match(rb"HTTP/1\.[01] (\d{3})", data)
    bodiless = to_head or (
        status is not None and re.fullmatch(rb"1..|204|304", status[1]) is not None
    )
    return _take(data, bodiless=bodiless, until_close=True, closed=closed)


def _take(
    data: bytes, *, bodiless: bool, until_close: bool, closed: bool = False
) -> Message | None:
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator:
        return None
    line, *lines = head.split(b"\r\n")
    fields = _fields(lines)
    known = {name.lower(): value for name, value in fields}
    trailers: tuple[tuple[bytes, bytes], ...] = ()
    if bodiless:
        body, size = b"", 0
    elif b"chunked" in known.get(b"transfer-encoding", b"").lower():
        taken = _chunked(rest)
        if taken is None:
            return None
        body, trailers, size = taken
    elif b"content-length" in known or not until_close:
        size = int(known.get(b"content-length", b"0"))
        if len(rest) < size:
            return None
        body = rest[:size]
    elif closed:
        body, size = rest, len(rest)
    else:
        return None
    return Message(data[: len(head) + 4 + size], line, fields, body, trailers)


def _fields(lines: list[bytes]) -> tuple[tuple[bytes, bytes], ...]:
    parted = (line.partition(b":") for line in lines)
    return tuple((name, value.strip(b" \t")) for name, _, value in parted)


def _chunked(data: bytes) -> tuple[bytes, tuple[tuple[bytes, bytes], ...], int] | None:
    body, at = b"", 0
    while found := _CHUNK.match(data, at):
        size = int(found[1], 16)
        if size == 0:
            return _trailers(data, body, found.end())
        at = found.end() + size + 2
        if len(data) < at:
            return None
        body += data[found.end() : found.end() + size]
    return None


def _trailers(
    data: bytes, body: bytes, at: int
) -> tuple[bytes, tuple[tuple[bytes, bytes], ...], int] | None:
    if data[at : at + 2] == b"\r\n":
        return body, (), at + 2
    end = data.find(b"\r\n\r\n", at)
    return None if end < 0 else (body, _fields(data[at:end].split(b"\r\n")), end + 4)
