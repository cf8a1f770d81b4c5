"""A path with variables, each within one segment: ``/documents/{name}``, ``/{id}.json``."""

from __future__ import annotations

from attrs import field, frozen

from altlas.wire.segments import Pieces, pieces_of, rank

#: a segment that is one variable
FREE: Pieces = (b"", b"")


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
    segments = tuple(pieces_of(segment) for segment in path.split("/")[1:])
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
