"""How two schemas differ, for who writes values by them, or reads them.

The schemas are walked side by side, name by name, over references; each pair of places is looked
at once, however often documents refer to it. What is the same is not walked into.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from attrs import define, field, frozen

from altlas.contracts.changes.alternatives import alternatives
from altlas.contracts.changes.containment import Containment
from altlas.contracts.changes.edition import Edition
from altlas.contracts.changes.finding import Finding, Pointer, Verdict, Way
from altlas.contracts.changes.keywords import Keywords
from altlas.contracts.changes.objects import objects
from altlas.contracts.changes.parts import Parts, Place
from altlas.contracts.changes.sameness import Sameness

#: changes that are told of one body
MOST = 100
#: pairs of places that are looked at for one body
PAIRS = 20_000


@frozen
class Pair:
    """A schema in the old document and in the new one, for values that go one way."""

    old: Place
    new: Place
    way: Way


@define(eq=False)
class Local:
    """What differs in a pair itself, and the pairs below it, by the step that leads to them."""

    findings: list[Finding]
    below: list[tuple[str, Pair]]


@define(eq=False)
class SchemaChanges:
    """Compares the schemas of two documents."""

    old: Edition
    new: Edition
    sameness: Sameness
    containment: Containment
    _known: dict[Pair, Local] = field(init=False, factory=dict)

    def between(self, old: Pointer, new: Pointer, way: Way, subject: str) -> list[Finding]:
        """All changes from the schema at `old` to that at `new`; messages begin with `subject`.

        At most `MOST`; what is left out is told as one that may break.
        """
        found: list[Finding] = []
        for prefix, finding in self._walk(Pair((old,), (new,), way)):
            if len(found) == MOST:
                found.append(Finding(new, Verdict.UNSURE, f"{subject} has more changes"))
                break
            place = f"{subject} at {prefix}" if prefix else subject
            found.append(Finding(finding.pointer, finding.verdict, f"{place} {finding.message}"))
        return found

    def _walk(self, start: Pair) -> Iterator[tuple[str, Finding]]:
        waiting, seen = deque([("", start)]), {start}
        whole = True
        while waiting:
            prefix, pair = waiting.popleft()
            local = self._local(pair)
            yield from ((prefix, finding) for finding in local.findings)
            for step, below in local.below:
                if below in seen:
                    continue
                whole = whole and len(seen) < PAIRS
                if whole:
                    seen.add(below)
                    waiting.append((prefix + step, below))
        if not whole:
            words = "has more places than are compared"
            yield "", Finding(start.new[0], Verdict.UNSURE, words)

    def _local(self, pair: Pair) -> Local:
        if pair not in self._known:
            self._known[pair] = self._compared(pair)
        return self._known[pair]

    def _compared(self, pair: Pair) -> Local:
        if self._same(pair):
            return Local([], [])
        old = Parts.of(self.old, pair.old, pair.way)
        new = Parts.of(self.new, pair.new, pair.way)
        if bool(old.groups()) != bool(new.groups()) or max(map(_groups, (old, new))) > 1:
            return Local([*self._as_a_whole(old, new)], [])
        steps: list[tuple[str, Place, Place]] = []
        findings = [
            *self._leaf(old, new),
            *alternatives(old, new, self.sameness, steps),
            *objects(old, new, steps),
        ]
        return Local(findings, [(step, Pair(a, b, pair.way)) for step, a, b in steps])

    def _same(self, pair: Pair) -> bool:
        if len(pair.old) != len(pair.new):
            return False
        return all(map(self.sameness.same, pair.old, pair.new))

    def _leaf(self, old: Parts, new: Parts) -> Iterator[Finding]:
        keywords = Keywords(self.containment)
        for key, verdict, message in keywords.changes(old.leaf, new.leaf, new.way):
            yield Finding((*new.pointer, key), verdict, message)

    def _as_a_whole(self, old: Parts, new: Parts) -> Iterator[Finding]:
        """Of schemas of another build: asked as a whole, since no part has its like."""
        relation = self.containment.relation(old.whole, new.whole)
        if relation.same:
            return
        kept = relation.wider if new.way is Way.REQUEST else relation.narrower
        if kept:
            words = "takes more" if new.way is Way.REQUEST else "is one of fewer"
            yield Finding(new.pointer, Verdict.HARMLESS, f"is built anew and {words}")
        elif kept is None:
            yield Finding(new.pointer, Verdict.UNSURE, "is built anew")
        else:
            words = "no longer takes all that it took"
            if new.way is Way.RESPONSE:
                words = "may be what it never was"
            yield Finding(new.pointer, Verdict.BREAKING, f"is built anew and {words}")


def _groups(parts: Parts) -> int:
    return len(parts.groups())
