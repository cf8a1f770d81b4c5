"""A reader of HTTP/1.1 that takes nothing but the plainest spelling (RFC 9112).

Written from the grammar and without a line of the gateway's, to judge what the gateway writes:
what this reader takes there is only one way to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from attrs import evolve, field, frozen

Fields = tuple[tuple[bytes, bytes], ...]

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"(" + _TOKEN + rb") ([!$-;=?-\[\]^-~]+) HTTP/1\.1")
_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-9][0-9]{2}) ([\t -~\x80-\xff]*)")
_FIELD = re.compile(
    rb"(" + _TOKEN + rb"): (?:([!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?))?"
)
_HOST = re.compile(rb"(?:[0-9A-Za-z_~.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LENGTH = re.compile(rb"0|[1-9][0-9]{0,17}")
_DIGITS = re.compile(rb"[0-9]{1,18}")
_SIZE = re.compile(rb"[1-9a-f][0-9a-f]{0,15}")
_END = b"\r\n\r\n"


#: Names of what concerns one connection, but for what may be said anew to the next.
HOP_BY_HOP = frozenset(
    {b"http2-settings", b"keep-alive", b"proxy-authenticate", b"proxy-authentication-info"}
    | {b"proxy-authorization", b"proxy-connection", b"upgrade"}
)


class Unsound(Exception):
    """Bytes that are not spelled in the one plain way."""


@frozen
class Message:
    """A request or a response, without its framing."""

    #: method, or status
    what: bytes
    #: target, or reason
    more: bytes
    fields: Fields
    body: bytes = b""
    trailers: Fields = ()
    #: how its end was told: ``none``, ``length``, ``chunked`` or ``close``
    framing: str = "none"
    #: how many bytes it was on the wire; of requests only
    size: int = field(default=0, eq=False)

    @property
    def status(self) -> int:
        """A response's status."""
        return int(self.what)

    @cached_property
    def by_name(self) -> dict[bytes, list[bytes]]:
        """The values of the fields, by their names in lower case."""
        found: dict[bytes, list[bytes]] = {}
        for name, value in self.fields:
            found.setdefault(name.lower(), []).append(value)
        return found

    def values(self, lower_name: bytes) -> list[bytes]:
        """The values of every field of that name."""
        return self.by_name.get(lower_name, [])

    @property
    def options(self) -> set[bytes]:
        """What its Connection fields list, in lower case."""
        listed = b",".join(self.values(b"connection")).split(b",")
        return {option.strip().lower() for option in listed} - {b""}


def read_requests(data: bytes) -> tuple[list[Message], bytes]:
    """All whole requests, and the bytes after them. Raises `Unsound`."""
    messages: list[Message] = []
    while True:
        taken = _request(data)
        if taken is None:
            return messages, data
        message, rest = taken
        messages.append(evolve(message, size=len(data) - len(rest)))
        data = rest


def read_responses(
    data: bytes, methods: Sequence[bytes], closed: bool
) -> tuple[list[Message], bytes]:
    """All whole responses to requests with those methods, 1xx included, and the bytes after them.

    `closed`: no more can come. Raises `Unsound`, also for a response that nobody asked for.
    """
    messages: list[Message] = []
    left = list(methods)
    while data:
        if not left:
            raise Unsound(f"nobody asked for {data!r}")
        taken = _response(data, left[0], closed)
        if taken is None:
            break
        message, data = taken
        messages.append(message)
        if message.status >= 200:
            left.pop(0)
    return messages, data


def _request(data: bytes) -> tuple[Message, bytes] | None:
    end = data.find(_END)
    if end < 0:
        return None
    line, *lines = data[:end].split(b"\r\n")
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise Unsound(f"request line {line!r}")
    message = Message(match[1], match[2], _fields(lines))
    hosts = message.values(b"host")
    if len(hosts) != 1 or _HOST.fullmatch(hosts[0]) is None:
        raise Unsound(f"Host {hosts!r}")
    return _with_body(message, data[end + 4 :], _framing(message))


def _response(data: bytes, method: bytes, closed: bool) -> tuple[Message, bytes] | None:
    end = data.find(_END)
    if end < 0:
        return None
    line, *lines = data[:end].split(b"\r\n")
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise Unsound(f"status line {line!r}")
    message = Message(match[1], match[2], _fields(lines))
    # To HEAD, and in a 304, a length frames nothing.
    framing = _framing(message, _DIGITS if method == b"HEAD" or match[1] == b"304" else _LENGTH)
    rest = data[end + 4 :]
    if message.status < 200 or message.status == 204:
        if framing is not None:
            raise Unsound(f"a {message.status} that is framed")
        return message, rest
    if method == b"HEAD" or message.status == 304:
        return message, rest
    if framing is None:
        if not closed:
            return None
        return Message(*_parts(message), rest, (), "close"), b""
    return _with_body(message, rest, framing)


def _with_body(
    message: Message, rest: bytes, framing: int | str | None
) -> tuple[Message, bytes] | None:
    if framing is None:
        return message, rest
    if isinstance(framing, int):
        if len(rest) < framing:
            return None
        return Message(*_parts(message), rest[:framing], (), "length"), rest[framing:]
    taken = _chunked(rest)
    if taken is None:
        return None
    body, trailers, rest = taken
    return Message(*_parts(message), body, trailers, "chunked"), rest


def _parts(message: Message) -> tuple[bytes, bytes, Fields]:
    return message.what, message.more, message.fields


def _fields(lines: list[bytes]) -> Fields:
    fields = []
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise Unsound(f"field {line!r}")
        fields.append((match[1], match[2] or b""))
    return tuple(fields)


def _framing(message: Message, length: re.Pattern[bytes] = _LENGTH) -> int | str | None:
    """The body's length, ``chunked``, or None where no field speaks of it."""
    lengths, codings = message.values(b"content-length"), message.values(b"transfer-encoding")
    if len(lengths) + len(codings) > 1:
        raise Unsound(f"lengths {lengths!r} and codings {codings!r}")
    if codings and codings != [b"chunked"]:
        raise Unsound(f"coding {codings!r}")
    if lengths and length.fullmatch(lengths[0]) is None:
        raise Unsound(f"length {lengths!r}")
    return int(lengths[0]) if lengths else "chunked" if codings else None


def _chunked(data: bytes) -> tuple[bytes, Fields, bytes] | None:
    body = b""
    while True:
        line, found, data = data.partition(b"\r\n")
        if not found:
            return None
        if line == b"0":
            return _trailers(body, data)
        if _SIZE.fullmatch(line) is None:
            raise Unsound(f"chunk size {line!r}")
        size = int(line, 16)
        if len(data) < size + 2:
            return None
        if data[size : size + 2] != b"\r\n":
            raise Unsound(f"chunk of {size} bytes that goes on with {data[size : size + 2]!r}")
        body, data = body + data[:size], data[size + 2 :]


def _trailers(body: bytes, data: bytes) -> tuple[bytes, Fields, bytes] | None:
    if data.startswith(b"\r\n"):
        return body, (), data[2:]
    section, found, rest = data.partition(_END)
    return (body, _fields(section.split(b"\r\n")), rest) if found else None
