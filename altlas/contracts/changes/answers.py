"""Answers of an operation: what clients may rely on, and what they must be ready for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from altlas.contracts.changes.contents import contents
from altlas.contracts.changes.documents import Documents
from altlas.contracts.changes.edition import Edition
from altlas.contracts.changes.finding import Finding, Pointer, Verdict, Way


def answers(documents: Documents, old: Pointer, new: Pointer) -> Iterator[Finding]:
    """The changes of the answers of the operations at `old` and `new`.

    A new status is harmless: clients take one that they do not know for the first of its class
    (RFC 9110, 15). A success that is gone is not: it is what clients wait for.
    """
    before, after = (*old, "responses"), (*new, "responses")
    had, has = _statuses(documents.old, before), _statuses(documents.new, after)
    for status in {**had, **has}:
        was, now = _covering(status, had), _covering(status, has)
        if was is None:
            words = f"may be answered with {status} now"
            yield Finding((*after, status), Verdict.HARMLESS, words)
        elif now is None:
            yield _gone(status, (*before, status))
        else:
            yield from _one(documents, (*before, was), (*after, now), f"the answer {status}")


def _gone(status: str, place: Pointer) -> Finding:
    verdict = Verdict.BREAKING if status.startswith("2") else Verdict.HARMLESS
    return Finding(place, verdict, f"is no longer answered with {status}")


def _one(documents: Documents, old: Pointer, new: Pointer, subject: str) -> Iterator[Finding]:
    before, after = documents.old.followed(old), documents.new.followed(new)
    if documents.same(before, after):
        return
    yield from _headers(documents, before, after, subject)
    yield from contents(documents, before, after, Way.RESPONSE, subject)


def _headers(documents: Documents, old: Pointer, new: Pointer, subject: str) -> Iterator[Finding]:
    before, after = _named(documents.old, old), _named(documents.new, new)
    for name, place in before.items():
        what = f"{subject} header {name!r}"
        had = documents.old.at(place)
        if name not in after:
            verdict = Verdict.BREAKING if had.get("required") else Verdict.UNSURE
            yield Finding(place, verdict, f"{what} is gone")
            continue
        has = documents.new.at(after[name])
        if had.get("required") and not has.get("required"):
            yield Finding(after[name], Verdict.BREAKING, f"{what} may be absent now")
        yield from documents.schema(place, after[name], Way.RESPONSE, what)
    for name in after:
        if name not in before:
            yield Finding(after[name], Verdict.HARMLESS, f"{subject} header {name!r} is new")


def _named(edition: Edition, place: Pointer) -> dict[str, Pointer]:
    headers: Mapping[str, Any] = (edition.at(place) or {}).get("headers") or {}
    return {name.lower(): edition.followed((*place, "headers", name)) for name in headers}


def _statuses(edition: Edition, place: Pointer) -> dict[str, str]:
    """The statuses and ranges of a document, as they are compared and as they are written."""
    found = edition.at(place) or {}
    return {name.upper(): name for name in found if not name.startswith("x-")}


def _covering(status: str, statuses: Mapping[str, str]) -> str | None:
    """The status itself, or the range or default that stands for it.

    A default beside documented successes is meant for failures.
    """
    succeeds = any(each.startswith("2") for each in statuses)
    ranges = [status, f"{status[0]}XX", "DEFAULT"]
    for each in ranges[:2] if status.startswith("2") and succeeds else ranges:
        if each in statuses:
            return statuses[each]
    return None
