"""All templates of the routes: which of them take a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, field

from altlas.routing.node import Node
from altlas.routing.place import Place
from altlas.routing.prefixes import Prefixes
from altlas.routing.template import FREE, Template, fits
from altlas.wire.segments import Pieces, rank


@define(eq=False)
class _Fork:
    """What may follow a segment."""

    literal: dict[bytes, _Fork] = field(factory=dict)
    #: the more specific first
    mixed: list[tuple[Pieces, _Fork]] = field(factory=list)
    free: _Fork | None = None
    #: the rules of paths that end here
    node: Node | None = None

    def branch(self, pieces: Pieces) -> _Fork:
        """The fork after a segment, made if need be."""
        if len(pieces) == 1:
            return self.literal.setdefault(pieces[0], _Fork())
        if pieces == FREE:
            self.free = self.free or _Fork()
            return self.free
        for known, fork in self.mixed:
            if known == pieces:
                return fork
        self.mixed.append((pieces, _Fork()))
        fork = self.mixed[-1][1]
        self.mixed.sort(key=lambda each: rank(each[0]))
        return fork

    def beside(self, pieces: Pieces) -> Iterator[_Fork]:
        """The forks after segments that share some with this one and are no more specific."""
        if self.free is not None:
            yield self.free
        if pieces == FREE:
            return
        if len(pieces) > 1:
            yield from (fork for _, fork in self.mixed)
            return
        yield from (fork for form, fork in self.mixed if fits(form, pieces[0]))
        if pieces[0] in self.literal:
            yield self.literal[pieces[0]]


class Templates:
    """Finds the templates that take a path, in a tree of their segments.

    No fork of it is visited twice for a path: what a request costs is bounded by the
    templates, and is nearly always a look for each of its segments.
    """

    __slots__ = ("_deepest", "_root")

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._root = _Fork()
        self._deepest = 0
        for node in nodes:
            self._plant(node)

    def _plant(self, node: Node) -> None:
        template = node.pattern.template
        assert template is not None  # what else would make it one
        fork = self._root
        for pieces in template.segments:
            fork = fork.branch(pieces)
        fork.node = node
        self._deepest = max(self._deepest, len(template.segments))

    def found(self, path: bytes) -> list[Node]:
        """The nodes whose templates take the normalised `path`, the most specific first."""
        segments = path.split(b"/", self._deepest + 1)
        length = len(segments)
        if length > self._deepest + 1:
            return []
        found: list[Node] = []
        waiting = [(self._root, 1)]
        while waiting:
            fork, at = waiting.pop()
            while at < length:
                segment = segments[at]
                at += 1
                # What is next most specific is looked into last; here only the most specific.
                if fork.free is not None and segment:
                    waiting.append((fork.free, at))
                if fork.mixed:
                    waiting += [(one, at) for form, one in fork.mixed[::-1] if fits(form, segment)]
                further = fork.literal.get(segment)
                if further is None:
                    break
                fork = further
            else:
                if fork.node is not None:
                    found.append(fork.node)
        return found

    def overlapping(self, template: Template) -> Iterator[Node]:
        """The nodes of templates that share paths with `template` and are not asked before it;
        some others too.
        """
        forks = [self._root]
        for pieces in template.segments:
            forks = [further for fork in forks for further in fork.beside(pieces)]
        yield from (fork.node for fork in forks if fork.node is not None)


class Templated:
    """Templates before prefixes: which place a path has among both."""

    __slots__ = ("_asked", "_found", "_last", "_prefixes", "_templates")

    def __init__(self, templates: Templates, prefixes: Prefixes, last: float) -> None:
        """`last` is the top of what comes after all prefixes."""
        self._templates = templates
        self._prefixes = prefixes
        self._last = last
        # A request asks twice in a row for its path, the same object (see `RouteIndex.sure`).
        self._asked: bytes | None = None
        self._found: Place | None = None

    def located(self, path: bytes) -> Place | None:
        """The place of the most specific template that takes `path`, or of its prefix."""
        if path is not self._asked:
            self._found = self.before(self._prefixes.located(path), path)
            self._asked = path
        return self._found

    def before(self, place: Place | None, path: bytes) -> Place | None:
        """The templates that take `path`, linked to what comes after them."""
        for node in reversed(self._templates.found(path)):
            place = Place.before(place, node, self._last)
        return place
