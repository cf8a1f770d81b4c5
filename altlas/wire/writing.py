"""Heads into bytes. What would not be read back as one message is not written."""

from __future__ import annotations

from typing import Final

from altlas.wire.fields import Field, Fields, lines
from altlas.wire.framing import CHUNKED, bodiless
from altlas.wire.heads import ResponseHead
from altlas.wire.methods import METHODS
from altlas.wire.section import Section

#: what tells the end of a body
FRAMING_NAMES: Final = frozenset({b"content-length", b"transfer-encoding"})
# Looked at first: a length is cheaper to compare than a name to lower.
_FRAMING_SIZES: Final = frozenset(len(name) for name in FRAMING_NAMES)
_CHUNKED_FIELD: Final = (b"Transfer-Encoding", b"chunked")


def request_bytes(method: bytes, target: bytes, fields: Fields | Section, framing: int) -> bytes:
    """A request's head. The framing fields are made to agree with `framing`; those that do
    already stay where they are.

    Raises ValueError where a part would break the head's lines.
    """
    if isinstance(fields, Section):
        # A method that is known, no byte in the target that could end anything, lines that were
        # checked: so nothing can break out, wherever the parts came from.
        if (
            fields.framing == framing
            and framing >= CHUNKED
            and method in METHODS
            and target
            and not (32 in target or 10 in target or 13 in target or 0 in target)
        ):
            return b"%b %b HTTP/1.1\r\n%b\r\n" % (method, target, fields.lines)
        fields = fields.fields
    first = b"%b %b HTTP/1.1" % (method, target)
    if not method or not target or first.count(b" ") != 2:
        raise ValueError("A method or target is empty or holds a blank.")
    if framing < CHUNKED:
        raise ValueError("A request cannot end with its connection.")
    return lines(first, framed_request(fields, framing))


def framed_request(fields: Fields, framing: int) -> Fields:
    """The fields of a request, made to agree with `framing`."""
    present = _framing_fields(fields)
    return _request_fields(fields, present, framing) if present or framing else fields


def response_bytes(
    status: int, reason: bytes, fields: Fields, framing: int, method: bytes = b"GET"
) -> bytes:
    """A response's head, to a request with `method`. The framing fields are made to agree
    with `framing`; an answer to HEAD, and a 304, keep the Content-Length that they have
    (RFC 9110, 8.6), a 1xx and a 204 none.

    `fields` may hold a Connection field of the caller's.
    Raises ValueError where a part would break the head's lines.
    """
    fields = framed_response(fields, status, framing, method)
    return lines(b"HTTP/1.1 %d %b" % (status, reason), fields)


def response_head(head: ResponseHead, lines: bytes) -> bytes:
    """The head of a response that is passed on, with these lines instead of its own.

    They end with CRLF each, and are those of a `Section`, or as safe: nothing is checked here.
    Nor is the reason, which came through a reader.
    """
    return b"HTTP/1.1 %d %b\r\n%b\r\n" % (head.status, head.reason, lines)


def framed_response(fields: Fields, status: int, framing: int, method: bytes) -> Fields:
    """The fields of a response to `method`, made to agree with `framing`; see
    `response_bytes`.
    """
    present = _framing_fields(fields)
    if not bodiless(status, method):
        return _framed(fields, present, framing)
    if not present:
        return fields
    kept = [] if status < 200 or status == 204 else _lengths(present)
    return [field for field in fields if field in kept or field not in present]


def _framing_fields(fields: Fields) -> Fields:
    return [
        field
        for field in fields
        if len(field[0]) in _FRAMING_SIZES and field[0].lower() in FRAMING_NAMES
    ]


def _lengths(present: Fields) -> Fields:
    return [field for field in present if len(field[0]) == len(b"content-length")]


def _request_fields(fields: Fields, present: Fields, framing: int) -> Fields:
    """A request without body is complete without a length; the sender's own may stay."""
    if framing == 0 and (not present or not _says(present, 0)):
        return _without(fields, present)
    return _framed(fields, present, framing)


def _framed(fields: Fields, present: Fields, framing: int) -> Fields:
    """The fields with exactly the one framing field that `framing` wants."""
    if framing >= 0:
        if _says(present, framing):
            return fields
        return [*_without(fields, present), (b"Content-Length", b"%d" % framing)]
    fields = _without(fields, present)
    return [*fields, _CHUNKED_FIELD] if framing == CHUNKED else fields


def _says(present: Fields, length: int) -> bool:
    """Whether the framing fields are one Content-Length, with that value."""
    return len(present) == 1 and _is_length(present[0], length)


def _is_length(field: Field, length: int) -> bool:
    return field[0].lower() == b"content-length" and field[1] == b"%d" % length


def _without(fields: Fields, present: Fields) -> Fields:
    return [field for field in fields if field not in present] if present else fields
