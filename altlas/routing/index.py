"""The compiled form of all routes: one look finds the rule, however many there are.

What a request costs depends on the depth of the paths and on the number of regexes and of
rules that share one path and host, never on the number of routes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from attrs import define

from altlas.routing.facts import Facts
from altlas.routing.node import Node, chosen, grouped
from altlas.routing.pattern import PathKind
from altlas.routing.rule import Rule


@define(eq=False)
class _Place:
    """A node at its place: what to ask after it, and whether that can matter."""

    node: Node
    wider: _Place | None
    #: the highest priority of all that is asked after it
    ceiling: float
    #: the answer whatever the request shows, where the path alone decides
    sure: Rule | None


class RouteIndex:
    """Finds the rule for a request.

    Of the rules that take it, that with the highest priority wins; of these the most
    specific path: exact, prefixes from the longest to the shortest, regexes in order of the
    file; within one path `Node` decides. A path whose rules refuse the request leaves it to
    the next one, so a wrong method is an error only if no other rule takes the request.
    """

    __slots__ = ("_branches", "_longest", "_regexes", "_whole", "rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Compile `rules`, given in order of the file."""
        self.rules = tuple(rules)
        nodes = grouped(self.rules)
        self._regexes = tuple(node for node in nodes if node.pattern.kind is PathKind.REGEX)
        #: places of paths taken as a whole, and of prefixes with something after them
        self._whole: dict[bytes, _Place] = {}
        self._branches: dict[bytes, _Place] = {}
        self._longest = 0
        # The widest first, so that each finds the next wider one to link to; exact ones last.
        for node in sorted(nodes, key=lambda node: len(node.pattern.text)):
            if node.pattern.kind is PathKind.PREFIX:
                self._plant_prefix(node)
        for node in nodes:
            if node.pattern.kind is PathKind.EXACT:
                text = node.pattern.text
                self._whole[text] = self._place(node, self._located(text))

    def sure(self, path: bytes) -> Rule | None:
        """The rule that takes every request with that normalised path, if the path alone
        decides; else ask `find`.
        """
        place = self._whole.get(path) or self._branch(path)
        return None if place is None else place.sure

    def find(self, facts: Facts) -> Rule:
        """The rule that takes the request.

        Raises `NoRoute`, or `MethodNotAllowed` when every rule that suits the request asks
        for another method.
        """
        place = self._located(facts.path)
        if place is not None and place.sure is not None:
            return place.sure
        return self._searched(place, facts) or chosen(self._nodes(place, facts.path), facts)

    def _plant_prefix(self, node: Node) -> None:
        text = node.pattern.text
        place = self._place(node, self._branch(text[:-1]))
        self._branches[text] = self._whole[text] = place
        # Without its slash too; for the root that is the asterisk-form (RFC 9112, 3.2.4).
        self._whole[text[:-1] or b"*"] = place
        self._longest = max(self._longest, len(text))

    def _place(self, node: Node, wider: _Place | None) -> _Place:
        if wider is None:
            ceiling = max((regex.top for regex in self._regexes), default=-math.inf)
        else:
            ceiling = max(wider.node.top, wider.ceiling)
        sure = node.sure
        certain = sure is not None and sure.priority >= ceiling
        return _Place(node, wider, ceiling, sure if certain else None)

    def _located(self, path: bytes) -> _Place | None:
        return self._whole.get(path) or self._branch(path)

    def _branch(self, path: bytes) -> _Place | None:
        # Nothing is longer than the longest prefix: a path of 8 KiB costs no more than that.
        cut = path.rfind(b"/", 0, self._longest)
        while cut != -1:
            place = self._branches.get(path[: cut + 1])
            if place is not None:
                return place
            cut = path.rfind(b"/", 0, cut)
        return None

    def _searched(self, place: _Place | None, facts: Facts) -> Rule | None:
        best: Rule | None = None
        while place is not None:
            rule = place.node.pick(facts)
            if rule is not None and (best is None or rule.priority > best.priority):
                best = rule
            if best is not None and best.priority >= place.ceiling:
                return best
            place = place.wider
        for node in self._regexes:
            outranked = best is not None and best.priority >= node.top
            if not outranked and node.pattern.matches(facts.path):
                rule = node.pick(facts)
                if rule is not None and (best is None or rule.priority > best.priority):
                    best = rule
        return best

    def _nodes(self, place: _Place | None, path: bytes) -> Iterator[Node]:
        while place is not None:
            yield place.node
            place = place.wider
        yield from (node for node in self._regexes if node.pattern.matches(path))
