"""A path with variables, each within one segment: ``/documents/{name}``, ``/{id}.json``."""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes

from attrs import field, frozen

from altlas.errors import BadRequest
from altlas.wire.targets import normalised

#: the texts before, between and after the variables of a segment; one alone: there are none
Pieces = tuple[bytes, ...]
#: a segment that is one variable
FREE: Pieces = (b"", b"")

_VARIABLE = re.compile(r"\{[^{}]*\}")
# What must be escaped in a path (RFC 3986, 3.3, and what is seen in real ones), and a % alone.
_UNWRITTEN = re.compile(rb"[^A-Za-z0-9._~!$&'()*+,;=:@%|^`{}-]|%(?![0-9A-Fa-f]{2})")


@frozen
class Template:
    """The segments of a path, compared with normalised ones. Names of variables do not count."""

    segments: tuple[Pieces, ...]
    #: how it is written, with ``{}`` for each variable
    text: bytes = field(init=False, eq=False)
    #: the smaller is asked first, of templates that take the same path
    rank: tuple[tuple[object, ...], ...] = field(init=False, eq=False, repr=False)

    @text.default
    def _text(self) -> bytes:
        return b"".join(b"/" + b"{}".join(pieces) for pieces in self.segments)

    @rank.default
    def _rank(self) -> tuple[tuple[object, ...], ...]:
        return tuple(map(rank, self.segments))

    @property
    def marked(self) -> bytes:
        """The path with what no path has, an escaped NUL, for each variable."""
        return b"".join(b"/" + b"%00".join(pieces) for pieces in self.segments)

    @classmethod
    def of_marked(cls, path: bytes) -> Template:
        """The template that is `marked` so."""
        return cls(tuple(tuple(segment.split(b"%00")) for segment in path.split(b"/")[1:]))

    def matches(self, path: bytes) -> bool:
        """Whether the normalised `path` is taken; an escaped slash is none here."""
        segments = path.split(b"/")[1:]
        return len(segments) == len(self.segments) and all(map(fits, self.segments, segments))


def template(path: str) -> Template:
    """The template that is written in a contract, in the form that normalised paths have.

    Raises `ValueError` for one that no request can have.
    """
    segments = tuple(_pieces(segment) for segment in path.split("/")[1:])
    if {(b".",), (b"..",)} & set(segments) or (b"",) in segments[:-1]:
        raise ValueError("a path that is not in its normal form")
    return Template(segments)


def fits(pieces: Pieces, segment: bytes) -> bool:
    """Whether a segment of a path is one of this form; a variable is a byte at least.

    The time that it takes is linear in the segment's length.
    """
    if len(pieces) == 1:
        return segment == pieces[0]
    first, *between, last = pieces
    if not (segment.startswith(first) and segment.endswith(last)):
        return False
    at, end = len(first), len(segment) - len(last)
    for piece in between:
        found = segment.find(piece, at + 1, end)
        if found < 0:
            return False
        at = found + len(piece)
    return at < end


def rank(pieces: Pieces) -> tuple[object, ...]:
    """How specific a segment is, the smaller the more: a literal one, then those with more and
    longer literal texts, a variable alone last. (Werkzeug weighs in the same way.)
    """
    if len(pieces) == 1:
        return (0, pieces)
    lengths = tuple(-len(piece) for piece in pieces if piece)
    return (1, -len(lengths), lengths, -len(pieces), pieces)


def _pieces(segment: str) -> Pieces:
    return tuple(_normal(piece.encode()) for piece in _VARIABLE.split(segment))


def _normal(piece: bytes) -> bytes:
    escaped = _UNWRITTEN.sub(lambda one: quote_from_bytes(one[0], safe="").encode(), piece)
    try:
        # Between letters, where a dot is no segment.
        return normalised(b"/x%bx" % escaped)[2:-1]
    except BadRequest as error:
        raise ValueError(str(error)) from None
