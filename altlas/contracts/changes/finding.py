"""One thing that is not as it was, and what that means for clients."""

from __future__ import annotations

from enum import Enum
from typing import Any

from attrs import frozen

#: the reference tokens of a JSON pointer (RFC 6901), unescaped
Pointer = tuple[str, ...]


class Way(Enum):
    """Which way a value goes: clients write requests, and read answers."""

    REQUEST = "request"
    RESPONSE = "response"


class Verdict(Enum):
    """Whether clients that kept to the old document can go on under the new one."""

    HARMLESS = "harmless"
    #: nobody can say, from the documents alone
    UNSURE = "may break"
    BREAKING = "breaking"


@frozen
class Finding:
    """One change, at a place in the new document, or in the old one for what is gone."""

    pointer: Pointer
    verdict: Verdict
    message: str


def written(pointer: Pointer) -> str:
    """A pointer as RFC 6901 writes it."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in pointer)


def by_way(way: Way, wider: bool | None, narrower: bool | None) -> Verdict:
    """Requests may only widen, answers may only narrow; None where nobody knows."""
    kept = wider if way is Way.REQUEST else narrower
    if kept is None:
        return Verdict.UNSURE
    return Verdict.HARMLESS if kept else Verdict.BREAKING


def shown(value: Any, longest: int = 60) -> str:
    """A value of a document within a sentence."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
