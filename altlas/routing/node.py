"""All rules of one path, found by host: what the tree and the index are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, field

from altlas.errors import MethodNotAllowed, NoRoute
from altlas.routing.facts import Facts
from altlas.routing.pattern import PathPattern
from altlas.routing.rule import Rule

Bucket = tuple[Rule, ...]


@define(eq=False)
class Node:
    """The rules of one path, in order of the file.

    A host is looked up, not compared: a thousand names on one path cost no more than one.
    The more specific host is asked first (its name, then ``*.`` wildcards from the longest
    to the shortest, then rules for any host), then the rule with more conditions, then the
    earlier one. A higher priority goes before all of that. A wildcard stands for one or
    more labels.
    """

    pattern: PathPattern
    rules: Bucket
    _names: dict[bytes, Bucket] = field(init=False, repr=False)
    _wildcards: dict[bytes, Bucket] = field(init=False, repr=False)
    _any: Bucket = field(init=False, repr=False)
    _longest: int = field(init=False, repr=False)
    #: the highest priority among the rules
    top: int = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        names: dict[bytes, list[Rule]] = {}
        for rule in sorted(self.rules, key=_urgency):
            for host in dict.fromkeys(rule.hosts or (b"",)):
                names.setdefault(host.removeprefix(b"*"), []).append(rule)
        buckets = {host: tuple(rules) for host, rules in names.items()}
        self._any = buckets.pop(b"", ())
        # A name never begins with a dot, so that is what tells the wildcards apart.
        self._wildcards = {host: buckets[host] for host in buckets if host.startswith(b".")}
        self._names = {host: buckets[host] for host in buckets if not host.startswith(b".")}
        self._longest = max(map(len, self._wildcards), default=0)
        self.top = max((rule.priority for rule in self.rules), default=0)

    @property
    def sure(self) -> Rule | None:
        """The rule that takes whatever comes to this path, if there is such a one."""
        if self._any and not self._names and not self._wildcards:
            first = self._any[0]
            return None if first.conditions else first
        return None

    def pick(self, facts: Facts) -> Rule | None:
        """The rule that takes the request, or None. The path is known to match."""
        best: Rule | None = None
        for bucket in self.buckets(facts.host):
            for rule in bucket:
                if best is not None and rule.priority <= best.priority:
                    break
                if rule.takes(facts):
                    best = rule
                    break
        return best

    def buckets(self, host: bytes) -> list[Bucket]:
        """The rules that stand for `host`, by how specific they are about it."""
        if not self._names and not self._wildcards:
            return [self._any]
        found = [self._names.get(host, ())]
        if self._wildcards:
            # No suffix longer than the longest one can be there: a host of 8 KiB costs no more.
            dot = host.find(b".", max(1, len(host) - self._longest))
            while dot != -1:
                found.append(self._wildcards.get(host[dot:], ()))
                dot = host.find(b".", dot + 1)
        found.append(self._any)
        return found

    def refused(self, facts: Facts) -> Iterator[Rule]:
        """The rules that would take the request if it had another method."""
        for bucket in self.buckets(facts.host):
            yield from (rule for rule in bucket if rule.methods is not None and rule.suits(facts))


def grouped(rules: Iterable[Rule]) -> list[Node]:
    """One node for each different path, in order of their first rules."""
    paths: dict[PathPattern, list[Rule]] = {}
    for rule in rules:
        paths.setdefault(rule.pattern, []).append(rule)
    return [Node(pattern, tuple(found)) for pattern, found in paths.items()]


def chosen(nodes: Iterable[Node], facts: Facts) -> Rule:
    """The rule that takes the request, of nodes from the most to the least specific one.

    Raises `NoRoute`, or `MethodNotAllowed` if only the method was wrong.
    """
    best: Rule | None = None
    allowed: dict[str, None] = {}
    for node in nodes:
        rule = node.pick(facts)
        if rule is not None and (best is None or rule.priority > best.priority):
            best = rule
        for refusing in node.refused(facts):
            allowed.update(dict.fromkeys(refusing.allowed))
    if best is not None:
        return best
    if allowed:
        raise MethodNotAllowed(tuple(allowed))
    raise NoRoute("No route takes this request.")


def _urgency(rule: Rule) -> tuple[int, int]:
    return (-rule.priority, -rule.conditions)
