"""The words that the specification of OpenAPI has for each place, for who has mistyped one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from altlas.contracts.flaws import pointer_to
from altlas.contracts.references import found
from altlas.settings.problems import nearest

#: patterns that stand for a few words, such as those of methods
_WORDS = re.compile(r"\^\(([a-z|]+)\)\$")


def likely(form: Mapping[str, Any], error: Any) -> dict[str, str]:
    """By pointer to each name that is not known: the known one that was most likely meant.

    `form` is the specification's schema, `error` what its validator says. A name that is like
    none has no entry.
    """
    return dict(_likely(form, error))


def _likely(form: Mapping[str, Any], error: Any) -> Iterator[tuple[str, str]]:
    for branch in getattr(error.kind, "context", ()):
        for inner in branch:
            yield from _likely(form, inner)
    unknown = getattr(error.kind, "unexpected", ())
    if unknown:
        words = [*_words(form, error.schema_path[:-1])]
        for name in unknown:
            if meant := nearest(name, words):
                yield pointer_to([*error.instance_path, name]), meant


def _words(form: Mapping[str, Any], way: list[str | int]) -> Iterator[str]:
    """The names that a schema of the specification has for properties."""
    try:
        node = found(form, tuple(map(str, way)))
    except LookupError:
        return  # it is in a schema that this one refers to
    yield from node.get("properties", ())
    for pattern in node.get("patternProperties", ()):
        if match := _WORDS.fullmatch(pattern):
            yield from match[1].split("|")
