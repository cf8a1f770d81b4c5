"""The fields of objects and the items of arrays: which are gone, new, required, refused."""

from __future__ import annotations

from collections.abc import Iterator

from altlas.contracts.changes.finding import Finding, Verdict, Way, written
from altlas.contracts.changes.parts import Parts, Place

Steps = list[tuple[str, Place, Place]]

HARMLESS, UNSURE, BREAKING = Verdict.HARMLESS, Verdict.UNSURE, Verdict.BREAKING


def objects(old: Parts, new: Parts, steps: Steps) -> Iterator[Finding]:
    """The changes of a pair's fields and items; what is on both sides goes to `steps`."""
    yield from _fields(old, new, steps)
    yield from _required(old, new)
    yield from _further_fields(old, new, steps)
    yield from _patterns(old, new, steps)
    yield from _items(old, new, steps)


def _fields(old: Parts, new: Parts, steps: Steps) -> Iterator[Finding]:
    before, after = old.properties(), new.properties()
    for name, place in before.items():
        if name in after:
            steps.append((written((name,)), place, after[name]))
        else:
            yield Finding(place[0], *_gone(name, old, new))
    for name, place in after.items():
        if name not in before:
            yield Finding(place[0], *_added(name, new))


def _gone(name: str, old: Parts, new: Parts) -> tuple[Verdict, str]:
    if new.way is Way.REQUEST:
        if new.closed():
            return BREAKING, f"no longer takes the field {name!r}"
        return UNSURE, f"no longer knows the field {name!r}, which may go unheeded"
    verdict = BREAKING if name in old.required() else UNSURE
    return verdict, f"no longer has the field {name!r}"


def _added(name: str, new: Parts) -> tuple[Verdict, str]:
    if new.way is Way.REQUEST and name in new.required():
        return BREAKING, f"wants a new field {name!r}"
    return HARMLESS, f"has a new field {name!r}"


def _required(old: Parts, new: Parts) -> Iterator[Finding]:
    before, after = old.required(), new.required()
    known, still = old.properties(), new.properties()
    asked = new.way is Way.REQUEST
    for name in sorted(after - before):
        # A new field that is required was told of as such already.
        if name in known or name not in still:
            verdict = BREAKING if asked else HARMLESS
            yield Finding((*new.pointer, "required"), verdict, f"must have the field {name!r} now")
    for name in sorted(before - after):
        if name in still or name not in known:
            verdict = HARMLESS if asked else BREAKING
            yield Finding(new.pointer, verdict, f"may lack the field {name!r} now")


def _further_fields(old: Parts, new: Parts, steps: Steps) -> Iterator[Finding]:
    asked = new.way is Way.REQUEST
    if old.closed() != new.closed():
        words = "takes no further fields now" if new.closed() else "takes further fields now"
        yield Finding(new.pointer, BREAKING if asked and new.closed() else HARMLESS, words)
        return
    before, after = old.single("additionalProperties"), new.single("additionalProperties")
    if before and after:
        steps.append(("/*", before, after))
    elif after and not old.closed():
        words = "holds its further fields to a schema now"
        yield Finding(after[0], UNSURE if asked else HARMLESS, words)
    elif before and not new.closed():
        words = "holds its further fields to no schema now"
        yield Finding(new.pointer, HARMLESS if asked else UNSURE, words)


def _patterns(old: Parts, new: Parts, steps: Steps) -> Iterator[Finding]:
    before, after = old.patterns(), new.patterns()
    for pattern in {**before, **after}:
        if pattern in before and pattern in after:
            steps.append(("/*", before[pattern], after[pattern]))
            continue
        words, place = ("has", after) if pattern in after else ("no longer has", before)
        message = f"{words} fields that match {pattern!r}"
        yield Finding(place[pattern][0], UNSURE, message)


def _items(old: Parts, new: Parts, steps: Steps) -> Iterator[Finding]:
    yield from _one(old.single("items"), new.single("items"), new, steps, "its items")
    first, second = old.first_items(), new.first_items()
    for index in range(max(len(first), len(second))):
        before = first[index] if index < len(first) else old.single("items")
        after = second[index] if index < len(second) else new.single("items")
        yield from _one(before, after, new, steps, f"its item {index}")


def _one(before: Place, after: Place, new: Parts, steps: Steps, what: str) -> Iterator[Finding]:
    asked = new.way is Way.REQUEST
    if before and after:
        steps.append(("/*", before, after))
    elif after:
        words = f"holds {what} to a schema now"
        yield Finding(after[0], BREAKING if asked else HARMLESS, words)
    elif before:
        words = f"holds {what} to no schema now"
        yield Finding(new.pointer, HARMLESS if asked else BREAKING, words)
