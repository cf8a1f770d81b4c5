"""Walks what stands in an OpenAPI document, so that nothing is taken for what it only looks like.

An example may have a member ``$ref``, and a schema a property of that name; neither refers. Each
object is met with its kind: the section of ``components`` that it could stand in, or
``operation``, ``media`` or ``encoding``, which have none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from altlas.contracts.grammar import FIELDS, LIST, METHODS, NAMED, ONE

__all__ = ["METHODS", "Change", "Node", "rewritten"]

Node = dict[str, Any]
#: takes an object and its kind; gives it back, or another in its place
Change = Callable[[str, Node], Node]

#: the sections of ``components``, by what `grammar` calls their objects
_SECTIONS = {kind: section for section, (_, kind) in FIELDS["components"].items()}
_BELOW = {
    _SECTIONS.get(kind, kind): {
        name: (shape, _SECTIONS.get(inner, inner)) for name, (shape, inner) in fields.items()
    }
    for kind, fields in FIELDS.items()
}


def rewritten(kind: str, node: Any, change: Change) -> Any:
    """`node` with `change` made to it, and then to each object in it.

    What is not changed is not copied. A schema with an ``$id`` is a document of its own (JSON
    Schema 2020-12, 8.2.1), whose references stay.
    """
    if not isinstance(node, dict) or (kind == "schemas" and "$id" in node):
        return node
    changed = change(kind, node)
    made = {key: _below(_place(kind, key), value, change) for key, value in changed.items()}
    return changed if all(made[key] is changed[key] for key in made) else made


def _place(kind: str, key: str) -> tuple[str, str] | None:
    if kind == "callbacks":  # a mapping of its own, by expressions
        return None if key.startswith(("x-", "$")) else (ONE, "pathItems")
    return _BELOW.get(kind, {}).get(key)


def _below(place: tuple[str, str] | None, value: Any, change: Change) -> Any:
    if place is None:
        return value
    shape, kind = place
    made: Any
    if shape == ONE:
        return rewritten(kind, value, change)
    if shape == LIST and isinstance(value, list):
        made = [rewritten(kind, each, change) for each in value]
        return value if all(new is old for new, old in zip(made, value, strict=True)) else made
    if shape == NAMED and isinstance(value, dict):
        made = {name: rewritten(kind, each, change) for name, each in value.items()}
        return value if all(made[name] is value[name] for name in made) else made
    return value
