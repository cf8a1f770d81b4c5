"""Path templates in a tree of segments: one walk finds what a path leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

from attrs import define, field, frozen

from altlas.errors import Mismatch, OperationNotAllowed, UnknownOperation
from altlas.wire.segments import Pieces, comparable, pieces_of, rank

T = TypeVar("T")

_VARIABLE = re.compile(r"\{([^{}]*)\}")
# A dot segment, with what some servers cut off before they look at it (`..;x`).
_CLIMBING = re.compile(rb"\.\.?(?:;.*)?", re.DOTALL)


def variables(template: str) -> tuple[str, ...]:
    """The names in braces, in order."""
    return tuple(_VARIABLE.findall(template))


@frozen
class Segment:
    """A segment that is partly fixed, such as ``{id}.json`` or ``{from}-{to}``.

    `pieces` are the texts before, between and after the variables. A variable is a byte at
    least and ends where the text after it first comes, so that reading is linear.
    """

    pieces: Pieces

    def taken(self, segment: bytes) -> tuple[bytes, ...] | None:
        """The values of the variables in `segment`, or None if it is another one."""
        first, *between, last = self.pieces
        end = len(segment) - len(last)
        if not (segment.startswith(first) and segment.endswith(last)):
            return None
        at, values = len(first), []
        for piece in between:
            found = segment.find(piece, at + 1, end)
            if found < 0:
                return None
            values.append(segment[at:found])
            at = found + len(piece)
        return (*values, segment[at:end]) if at < end else None


def _normal(written: str, pieces: Pieces) -> Pieces:
    try:
        return pieces_of(written)
    except ValueError:
        return pieces  # no route leads there


@define(eq=False)
class _Node(Generic[T]):
    """What can stand at one place of a path."""

    #: by the unescaped segment
    fixed: dict[bytes, _Node[T]] = field(factory=dict)
    #: the most fixed first, as routes have it
    partly: list[tuple[Segment, _Node[T]]] = field(factory=list)
    whole: _Node[T] | None = None
    #: what paths that end here lead to, by method
    ends: dict[bytes, T] = field(factory=dict)

    def child(self, written: str) -> _Node[T]:
        """The node of a segment of a template, made if need be."""
        pieces = tuple(piece.encode() for piece in _VARIABLE.split(written)[::2])
        if len(pieces) == 1:
            return self.fixed.setdefault(unquote_to_bytes(pieces[0]), _Node())
        if pieces == (b"", b""):
            self.whole = self.whole or _Node()
            return self.whole
        segment = Segment(_normal(written, pieces))
        node = next((node for known, node in self.partly if known == segment), None)
        if node is None:
            node = _Node()
            self.partly.append((segment, node))
            self.partly.sort(key=lambda each: rank(each[0].pieces))
        return node

    def following(self, raw: bytes, key: bytes, values: tuple[bytes, ...]) -> Iterator[_Step[T]]:
        """Where a segment may lead to, the last choice first."""
        if key and not (key[:1] == b"." and _CLIMBING.fullmatch(key)):
            if self.whole is not None:
                yield self.whole, (*values, raw)
            plain = comparable(raw) if self.partly else raw
            for segment, node in reversed(self.partly):
                taken = segment.taken(plain)
                if taken is not None:
                    yield node, values + taken
        if key in self.fixed:
            yield self.fixed[key], values


_Step = tuple[_Node[T], tuple[bytes, ...]]


class PathTree(Generic[T]):
    """Finds what belongs to a method on a path.

    Paths are compared raw: split at their slashes first, so that an escaped slash never
    ends a segment; fixed segments are compared unescaped, partly fixed ones in normal form, as
    their values are then; other values stay as they came. Fixed segments go before templated
    ones (OpenAPI 3.1, 4.8.8.2), these in the order that routes have, but a path that has the
    method goes before one that has not. A slash at the end makes another path. A variable is
    never empty, and never a dot segment, which the instance would read as a step up.
    """

    __slots__ = ("_root",)

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, template: str, ends: Mapping[bytes, T]) -> None:
        """Make requests for `template` lead to `ends`, by method; what came first stays."""
        node = self._root
        for written in template.split("/"):
            node = node.child(written)
        for method, end in ends.items():
            node.ends.setdefault(method, end)

    def find(self, method: bytes, path: bytes) -> tuple[T, tuple[bytes, ...]]:
        """What `method` on the raw `path` leads to, and the raw values of the variables.

        Raises `UnknownOperation` for a path that is not there, `OperationNotAllowed` for one
        that is there with other methods only.
        """
        segments = path.split(b"/")
        keys = segments
        if b"%" in path:
            keys = [unquote_to_bytes(each) if b"%" in each else each for each in segments]
        values: list[bytes] = []
        node: _Node[T] | None = self._root
        # Nearly always the first choice at each place is the right one. Choosing like this
        # costs a third of `_searched`, which would give the same.
        for at, key in enumerate(keys):
            assert node is not None
            further = node.fixed.get(key)
            if further is None:
                if node.partly or not key or key[:1] == b".":
                    return self._searched(method, segments, keys)
                further = node.whole
                if further is None:
                    return self._searched(method, segments, keys)
                values.append(segments[at])
            node = further
        assert node is not None
        found = node.ends.get(method)
        return (found, tuple(values)) if found else self._searched(method, segments, keys)

    def _searched(
        self, method: bytes, segments: list[bytes], keys: list[bytes]
    ) -> tuple[T, tuple[bytes, ...]]:
        allowed: dict[bytes, None] = {}
        length = len(segments)
        # No node is visited twice, so that this is bounded by the contract, not by the path.
        waiting: list[tuple[_Node[T], tuple[bytes, ...], int]] = [(self._root, (), 0)]
        while waiting:
            node, values, at = waiting.pop()
            if at < length:
                steps = node.following(segments[at], keys[at], values)
                waiting += [(further, taken, at + 1) for further, taken in steps]
            elif method in node.ends:
                return node.ends[method], values
            else:
                allowed.update(dict.fromkeys(node.ends))
        raise _refused(method, [name.decode() for name in allowed])


def _refused(method: bytes, allowed: list[str]) -> UnknownOperation | OperationNotAllowed:
    if not allowed:
        return UnknownOperation([Mismatch("path", "", "no path of the contract")])
    said = f"{method.decode('latin-1')} is none of {', '.join(allowed)}"
    return OperationNotAllowed(allowed, [Mismatch("method", "", said)])
