"""JSON text to plain values (RFC 8259), with what two readers could read in two ways told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

from altlas.contracts.flaws import Flaw, Unusable, pointer_to

#: levels that a document may be deep: what works through it can then afford to be recursive
DEEPEST = 100

_SURROGATES = range(0xD800, 0xE000)


def value_of(text: str) -> Any:
    """The value that a JSON text is. Unusable says why it is none that is safe to use."""
    doubled: dict[int, tuple[dict[str, Any], list[str]]] = {}

    def together(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            doubled[id(made)] = (made, _twice(name for name, _ in pairs))
        return made

    try:
        value = json.loads(text, object_pairs_hook=together)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Unusable([Flaw("", f"is not JSON: {error.msg} ({place})")]) from None
    except RecursionError:
        raise Unusable([too_deep()]) from None
    except ValueError as error:
        raise Unusable([Flaw("", f"is not JSON: {error}")]) from None
    flaws = [
        *(Flaw(pointer, message) for pointer, message in _flaws(value, (), doubled)),
    ]
    if flaws:
        raise Unusable(flaws)
    return value


def too_deep(way: tuple[str | int, ...] = ()) -> Flaw:
    """What is told of a document that is too deep to be worked through."""
    return Flaw(pointer_to(way[:5]), f"is nested deeper than {DEEPEST} levels")


def number(value: float) -> float:
    """A number that every reader reads alike: whole ones of over 64 bits become floats.

    ValueError for those that JSON does not have.
    """
    if isinstance(value, int) and -(2**63) <= value < 2**64:
        return value
    try:
        value = float(value)
    except OverflowError:
        value = float("inf")
    if not isfinite(value):
        raise ValueError("is not a number that JSON has")
    return value


def _twice(names: Iterator[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({name for name in names if name in seen or seen.add(name)})  # type: ignore[func-returns-value]


def _flaws(
    node: Any, way: tuple[str | int, ...], doubled: dict[int, Any]
) -> Iterator[tuple[str, str]]:
    """What is wrong in a container, everything in it made plain."""
    if len(way) > DEEPEST:
        flaw = too_deep(way)
        raise Unusable([flaw])
    if id(node) in doubled:
        for name in doubled[id(node)][1]:
            yield pointer_to((*way, name)), "is there twice"
    for step, inner in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(inner, dict | list):
            yield from _flaws(inner, (*way, step), doubled)
        elif isinstance(inner, int | float) and not isinstance(inner, bool):
            try:
                node[step] = number(inner)
            except ValueError as error:
                yield pointer_to((*way, step)), str(error)
        elif _unpaired(inner) or _unpaired(step):
            yield pointer_to(way), "has half of a surrogate pair in it"


def _unpaired(text: Any) -> bool:
    if not isinstance(text, str) or text.isascii():
        return False
    return any(ord(letter) in _SURROGATES for letter in text)
