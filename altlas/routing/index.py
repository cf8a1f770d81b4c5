"""The compiled form of all routes: one look finds the rule, however many there are.

What a request costs depends on the depth of the paths and on the number of regexes and of
rules that share one path and host, never on the number of routes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

from altlas.routing.facts import Facts
from altlas.routing.node import Node, chosen, grouped
from altlas.routing.pattern import PathKind
from altlas.routing.place import Place
from altlas.routing.prefixes import Prefixes
from altlas.routing.rule import Rule
from altlas.routing.templates import Templated, Templates


class RouteIndex:
    """Finds the rule for a request.

    Of the rules that take it, that with the highest priority wins; of these the most
    specific path: exact, templates by their segments from the left, prefixes from the longest
    to the shortest, regexes in order of the file; within one path `Node` decides. A path whose
    rules refuse the request leaves it to the next one, so a wrong method is an error only if no
    other rule takes the request.
    """

    __slots__ = ("_beyond", "_regexes", "_whole", "rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Compile `rules`, given in order of the file."""
        self.rules = tuple(rules)
        kinds: dict[PathKind, list[Node]] = {kind: [] for kind in PathKind}
        for node in grouped(self.rules):
            kinds[node.pattern.kind].append(node)
        self._regexes = tuple(kinds[PathKind.REGEX])
        last = max((regex.top for regex in self._regexes), default=-math.inf)
        prefixes = Prefixes(kinds[PathKind.PREFIX], last)
        #: paths that are known as a whole; `_beyond` finds what takes the others
        self._whole: dict[bytes, Place] = dict(prefixes.whole())
        self._beyond: Callable[[bytes], Place | None] = prefixes.located
        if kinds[PathKind.TEMPLATE]:
            templates = Templates(kinds[PathKind.TEMPLATE])
            self._know(Templated(templates, prefixes, last))
        for node in kinds[PathKind.EXACT]:
            text = node.pattern.text
            self._whole[text] = Place.before(self._located(text), node, last)

    def _know(self, templates: Templated) -> None:
        self._beyond = templates.located
        for path, place in self._whole.items():
            self._whole[path] = templates.before(place, path) or place

    def sure(self, path: bytes) -> Rule | None:
        """The rule that takes every request with that normalised path, if the path alone
        decides; else ask `find`.
        """
        place = self._whole.get(path) or self._beyond(path)
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

    def _located(self, path: bytes) -> Place | None:
        return self._whole.get(path) or self._beyond(path)

    def _searched(self, place: Place | None, facts: Facts) -> Rule | None:
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

    def _nodes(self, place: Place | None, path: bytes) -> Iterator[Node]:
        while place is not None:
            yield place.node
            place = place.wider
        yield from (node for node in self._regexes if node.pattern.matches(path))
