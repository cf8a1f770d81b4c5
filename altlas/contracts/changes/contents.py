"""Media types of a body: which are gone, which are new, and how their schemas differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from altlas.contracts.changes.documents import Documents
from altlas.contracts.changes.finding import Finding, Pointer, Verdict, Way


def contents(
    documents: Documents, old: Pointer, new: Pointer, way: Way, subject: str
) -> Iterator[Finding]:
    """The changes of ``content``, of the bodies or parameters at `old` and `new`."""
    before, after = _types(documents.old.at(old)), _types(documents.new.at(new))
    matched = set()
    for name, written in before.items():
        like = _range(name, after)
        if like is None:
            words = f"{subject} is no longer {written}"
            if way is Way.REQUEST:
                words = f"{subject} may no longer be {written}"
            yield Finding((*old, "content", written), Verdict.BREAKING, words)
            continue
        matched.add(like)
        places = (*old, "content", written), (*new, "content", after[like])
        yield from _one(documents, *places, way, f"{subject} ({written})")
    for name, written in after.items():
        if name not in matched and name not in before:
            words = f"{subject} may be {written} now"
            yield Finding((*new, "content", written), Verdict.HARMLESS, words)


def _one(
    documents: Documents, old: Pointer, new: Pointer, way: Way, subject: str
) -> Iterator[Finding]:
    yield from documents.schema(old, new, way, subject)
    before, after = (*old, "encoding"), (*new, "encoding")
    if documents.old.plain(before) != documents.new.plain(after):
        yield Finding(after, Verdict.UNSURE, f"{subject} has its parts encoded in another way")


def _types(node: Any) -> dict[str, str]:
    """The media types, each as it is compared and as it is written."""
    content: Mapping[str, Any] = (node or {}).get("content") or {}
    return {name.lower().replace(" ", ""): name for name in content}


def _range(name: str, types: Mapping[str, str]) -> str | None:
    """The type, or the narrowest range, that takes what `name` did."""
    bare = name.partition(";")[0]
    ranges = (name, bare, f"{bare.partition('/')[0]}/*", "*/*")
    return next((each for each in ranges if each in types), None)
