"""Parameters and body of an operation: what requests must have, and may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from altlas.contracts.changes.contents import contents
from altlas.contracts.changes.documents import Documents
from altlas.contracts.changes.edition import Edition
from altlas.contracts.changes.finding import Finding, Pointer, Verdict, Way, shown
from altlas.contracts.changes.pairing import Spot

#: where a parameter is, and its name; in a path it is the number of its place, since its name
#: is seen by nobody
Key = tuple[str, str]

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_PLACE = re.compile(r"\{([^{}]*)\}")


def parameters(documents: Documents, old: Spot, new: Spot) -> Iterator[Finding]:
    """The changes of an operation's parameters, those of its path included."""
    before, after = _all(documents.old, old), _all(documents.new, new)
    for key, place in before.items():
        subject = _subject(documents.old, place)
        if key in after:
            yield from _one(documents, place, after[key], subject)
        elif key[0] != "path":
            words = f"{subject} is no longer known, and may go unheeded"
            yield Finding(place, Verdict.UNSURE, words)
    for key, place in after.items():
        if key not in before and key[0] != "path":
            yield _new(documents.new.at(place), place, _subject(documents.new, place))


def body(documents: Documents, old: Pointer, new: Pointer) -> Iterator[Finding]:
    """The changes of the body of a request, of the operations at `old` and `new`."""
    before = documents.old.followed((*old, "requestBody"))
    after = documents.new.followed((*new, "requestBody"))
    had, has = documents.old.at(before), documents.new.at(after)
    if had is None and has is None:
        return
    if had is None:
        yield _new(has, after, "the request body")
    elif has is None:
        yield Finding(before, Verdict.UNSURE, "the request body is no longer known")
    else:
        yield from _required(had, has, after, "the request body")
        yield from contents(documents, before, after, Way.REQUEST, "the request body")


def _one(documents: Documents, old: Pointer, new: Pointer, subject: str) -> Iterator[Finding]:
    had, has = documents.old.at(old), documents.new.at(new)
    yield from _required(had, has, new, subject)
    for key, before, after in _spelling(had, has):
        words = f"{subject} has {key} {shown(after)}, was {shown(before)}"
        yield Finding((*new, key), Verdict.BREAKING, words)
    if bool(had.get("content")) != bool(has.get("content")):
        yield Finding(new, Verdict.UNSURE, f"{subject} is written in another way")
        return
    yield from documents.schema(old, new, Way.REQUEST, subject)
    yield from contents(documents, old, new, Way.REQUEST, subject)


def _spelling(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """What says how a value is written in text, where that differs."""
    styles = [each.get("style", _STYLES.get(each.get("in", ""))) for each in (old, new)]
    explodes = [
        each.get("explode", style == "form") for each, style in zip((old, new), styles, strict=True)
    ]
    pairs = [("style", *styles), ("explode", *explodes)]
    return ((key, before, after) for key, before, after in pairs if before != after)


def _required(
    old: Mapping[str, Any], new: Mapping[str, Any], place: Pointer, subject: str
) -> Iterator[Finding]:
    before, after = bool(old.get("required")), bool(new.get("required"))
    if before != after:
        verdict = Verdict.BREAKING if after else Verdict.HARMLESS
        words = "is required now" if after else "is optional now"
        yield Finding((*place, "required") if after else place, verdict, f"{subject} {words}")


def _new(node: Mapping[str, Any], place: Pointer, subject: str) -> Finding:
    if node.get("required"):
        return Finding(place, Verdict.BREAKING, f"{subject} is new, and required")
    return Finding(place, Verdict.HARMLESS, f"{subject} is new, and optional")


def _all(edition: Edition, spot: Spot) -> dict[Key, Pointer]:
    found: dict[Key, Pointer] = {}
    names = _PLACE.findall(spot.template)
    for holder in (spot.item, spot.pointer):
        for number in range(len(edition.at((*holder, "parameters")) or ())):
            place = edition.followed((*holder, "parameters", str(number)))
            found[_key(edition.at(place), names)] = place
    return found


def _key(node: Mapping[str, Any], names: list[str]) -> Key:
    where, name = str(node.get("in")), str(node.get("name"))
    if where == "path" and name in names:
        return where, str(names.index(name))
    return where, name.lower() if where == "header" else name


def _subject(edition: Edition, place: Pointer) -> str:
    node = edition.at(place)
    return f"the {node.get('in')} parameter {node.get('name')!r}"
