"""Branches of ``anyOf`` and ``oneOf``: which are gone, which are new, which have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from altlas.contracts.changes.edition import Edition
from altlas.contracts.changes.finding import Finding, Pointer, Verdict, Way
from altlas.contracts.changes.parts import Parts, Place
from altlas.contracts.changes.sameness import Sameness

_NULL = {"type": "null"}


def alternatives(
    old: Parts, new: Parts, sameness: Sameness, steps: list[tuple[str, Place, Place]]
) -> Iterator[Finding]:
    """The changes of the one group that each side has; branches to be compared go to `steps`."""
    if not old.groups() or not new.groups():
        return
    (before, gone), (after, more) = old.groups()[0], new.groups()[0]
    if before != after:
        # Of anyOf, one branch or more must hold, of oneOf one alone.
        wider = after == "anyOf"
        kept = wider if new.way is Way.REQUEST else not wider
        verdict = Verdict.HARMLESS if kept else Verdict.UNSURE
        yield Finding(new.pointer, verdict, f"is {after} of its alternatives, was {before}")
    gone, more = _without_same(gone, more, sameness)
    for place, like in _by_name(gone, more, old.edition, new.edition):
        steps.append(("", (place,), (like,)))
        gone.remove(place)
        more.remove(like)
    if len(gone) == len(more):
        steps += [("", (place,), (like,)) for place, like in zip(gone, more, strict=True)]
        return
    yield from _lone(gone, old, "has no more as alternative", new.way is Way.RESPONSE)
    yield from _lone(more, new, "has as further alternative", new.way is Way.REQUEST)


def _lone(pointers: Iterable[Pointer], parts: Parts, words: str, fine: bool) -> Iterator[Finding]:
    verdict = Verdict.HARMLESS if fine else Verdict.BREAKING
    for pointer in pointers:
        yield Finding(pointer, verdict, f"{words} {_named(pointer, parts.edition)}")


def _named(pointer: Pointer, edition: Edition) -> str:
    followed = edition.followed(pointer)
    if edition.at(followed) == _NULL:
        return "null"
    return followed[-1] if followed != pointer else f"number {int(pointer[-1]) + 1}"


def _without_same(
    gone: list[Pointer], more: list[Pointer], sameness: Sameness
) -> tuple[list[Pointer], list[Pointer]]:
    left = [*more]
    missing = []
    for pointer in gone:
        like = next((each for each in left if sameness.same(pointer, each)), None)
        if like is None:
            missing.append(pointer)
        else:
            left.remove(like)
    return missing, left


def _by_name(
    gone: list[Pointer], more: list[Pointer], old: Edition, new: Edition
) -> list[tuple[Pointer, Pointer]]:
    """Branches that refer to the same name."""
    names = {new.followed(pointer): pointer for pointer in more}
    pairs = [(pointer, names.get(old.followed(pointer))) for pointer in gone]
    return [(pointer, like) for pointer, like in pairs if like and old.followed(pointer) != pointer]
