"""The fields of answers as HTTP/2 has them (RFC 9113, 8.2 and 8.3.2)."""

from __future__ import annotations

from typing import Final

from hpack import HeaderTuple, NeverIndexedHeaderTuple

from altlas.wire.fields import Field, Fields

#: What says something of a connection of HTTP/1.1, or of its framing.
_GONE: Final = frozenset(
    {
        b"connection",
        b"http2-settings",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"transfer-encoding",
        b"upgrade",
    }
)
#: Not remembered by the compression: secrets, which could be guessed by what is shorter when it
#: was right (CRIME), and what never comes again, which would only push out what does.
_NOT_KEPT: Final = frozenset(
    {b"authorization", b"set-cookie", b"x-request-id", b"www-authenticate"}
)


def stream_field(field: Field) -> Field:
    """A field for a stream's head or trailers. Raises ValueError where it would be malformed."""
    name, value = field[0].lower(), field[1].strip(b" \t")
    if b"\n" in value or b"\r" in value or 0 in value or not name or not name.isascii():
        raise ValueError("A field holds a line end or a NUL.")
    made = NeverIndexedHeaderTuple if name in _NOT_KEPT else HeaderTuple
    return made(name, value)


def stream_fields(fields: Fields) -> Fields:
    """The fields, without those that HTTP/2 has not."""
    return [stream_field(field) for field in fields if field[0].lower() not in _GONE]


def status_field(status: int) -> Field:
    """What stands for the status line; the reason phrase has no place."""
    return HeaderTuple(b":status", b"%d" % status)
