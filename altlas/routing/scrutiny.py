"""Whether a path leads to the same route whoever reads it.

A route that guards something guards it only if no backend reads a path into it that we took
for another's. So a path that is not plain is held against the routes in each of its readings
(see `altlas.wire.readings`); where one leads elsewhere the request is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import evolve

from altlas.errors import BadRequest, ClientError
from altlas.routing.casing import cased
from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.pattern import PathKind, PathPattern
from altlas.routing.rule import Rule
from altlas.routing.template import Template
from altlas.wire.readings import hidden, is_innocent, literal, readings

DETAIL = "The path can be read in more than one way."


class Scrutiny:
    """Holds requests against the rules of one index once more, where that is called for."""

    __slots__ = ("_folded", "_read", "cased", "index")

    def __init__(self, index: RouteIndex) -> None:
        self.index = index
        self._read = _changed(index, _as_read)
        self._folded = _changed(self._read, _as_folded)
        #: rules whose requests may be of another rule for who does not tell ``A`` from ``a``
        self.cased = cased(index.rules)

    def judge(self, rule: Rule, raw: bytes, facts: Facts) -> None:
        """Refuse a request that `rule` takes if its route's profile says so.

        `raw` is the path as it came, `facts` have it in normal form. Raises BadRequest.
        """
        if rule.route.path_profile == "strict":
            found = hidden(raw)
            if found:
                raise BadRequest(DETAIL, reason=f"the path has {found}, path.profile = strict")
        elif self._read is not self.index or not is_innocent(raw):
            parameters = b";" not in rule.pattern.text
            for reading in readings(raw, parameters):
                if reading != facts.path or self._read is not self.index:
                    self._same(rule, self._read, reading, facts)
                self.judge_case(rule, reading, facts)
        self.judge_case(rule, facts.path, facts)

    def judge_case(self, rule: Rule, path: bytes, facts: Facts) -> None:
        """Refuse a request that is of another rule when nothing but case is changed.

        Rules that differ in case only are meant to. Raises BadRequest.
        """
        if rule in self.cased:
            folded = path.lower()
            if folded != path or self._folded is not self._read:
                self._same(rule, self._folded, folded, facts)

    def _same(self, rule: Rule, index: RouteIndex, reading: bytes, facts: Facts) -> None:
        """Refuse what `index` finds another rule for."""
        found = index.sure(reading)
        if found is None:
            asked = Facts(facts.host, reading, facts.method, facts.fields, facts.query)
            try:
                found = index.find(asked)
            except ClientError:
                raise _elsewhere(rule, reading, "no route") from None
        if found.route is not rule.route and found.pattern != _as_folded(_as_read(rule.pattern)):
            raise _elsewhere(rule, reading, f"route {found.route.name}")


def _elsewhere(rule: Rule, reading: bytes, where: str) -> BadRequest:
    read = reading.decode("latin-1")
    reason = f"of route {rule.route.name}, but read as {read} it is of {where}"
    return BadRequest(DETAIL, reason=reason)


def _changed(index: RouteIndex, change: Callable[[PathPattern], PathPattern]) -> RouteIndex:
    """The index of the same rules with other patterns; the same one where none is another."""
    patterns = [change(rule.pattern) for rule in index.rules]
    if all(new is rule.pattern for new, rule in zip(patterns, index.rules, strict=True)):
        return index
    return RouteIndex(
        evolve(rule, pattern=new) for new, rule in zip(patterns, index.rules, strict=True)
    )


def _as_read(pattern: PathPattern) -> PathPattern:
    """The pattern for readings, in which every escape is undone."""
    if pattern.kind is PathKind.REGEX:
        return pattern
    if pattern.template is not None:
        return _changed_template(pattern, literal(pattern.template.marked))
    text = literal(pattern.text)
    return pattern if text == pattern.text else PathPattern(pattern.kind, text)


def _as_folded(pattern: PathPattern) -> PathPattern:
    """The pattern for paths in lower case."""
    if pattern.kind is PathKind.REGEX:
        regex = re.compile(pattern.text, re.IGNORECASE)
        return PathPattern(pattern.kind, pattern.text, regex)
    if pattern.template is not None:
        return _changed_template(pattern, pattern.template.marked.lower())
    text = pattern.text.lower()
    return pattern if text == pattern.text else PathPattern(pattern.kind, text)


def _changed_template(pattern: PathPattern, marked: bytes) -> PathPattern:
    made = PathPattern.of(Template.of_marked(marked))
    return pattern if made == pattern else made
