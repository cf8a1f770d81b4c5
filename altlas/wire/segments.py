"""Segments of path templates, ``{id}.json`` say: how they are compared, and which goes first."""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes

from altlas.errors import BadRequest
from altlas.wire.targets import normalised

#: the texts before, between and after the variables of a segment; one alone: there are none
Pieces = tuple[bytes, ...]

_VARIABLE = re.compile(r"\{[^{}]*\}")
# What must be escaped in a path (RFC 3986, 3.3, and what is seen in real ones), and a % alone.
_UNWRITTEN = re.compile(rb"[^A-Za-z0-9._~!$&'()*+,;=:@%|^`{}-]|%(?![0-9A-Fa-f]{2})")


def pieces_of(segment: str) -> Pieces:
    """The texts of a segment in the form that normalised paths have.

    Raises `ValueError` for one that no request can have.
    """
    return tuple(_normal(piece.encode()) for piece in _VARIABLE.split(segment))


def comparable(segment: bytes) -> bytes:
    """A segment of a request's path in its normal form; as it came where it has none."""
    if b"%" not in segment:
        return segment
    try:
        return _between_letters(segment)
    except BadRequest:
        return segment


def rank(pieces: Pieces) -> tuple[object, ...]:
    """How specific a segment is, the smaller the more: a literal one, then those with more and
    longer literal texts, a variable alone last. (Werkzeug weighs in the same way.)
    """
    if len(pieces) == 1:
        return (0, pieces)
    lengths = tuple(-len(piece) for piece in pieces if piece)
    return (1, -len(lengths), lengths, -len(pieces), pieces)


def _normal(piece: bytes) -> bytes:
    escaped = _UNWRITTEN.sub(lambda one: quote_from_bytes(one[0], safe="").encode(), piece)
    try:
        return _between_letters(escaped)
    except BadRequest as error:
        raise ValueError(str(error)) from None


def _between_letters(piece: bytes) -> bytes:
    # Where a dot is no segment.
    return normalised(b"/x%bx" % piece)[2:-1]
