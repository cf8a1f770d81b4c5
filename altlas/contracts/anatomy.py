"""Where in an OpenAPI document its objects stand, so that what looks like one is not taken for one.

An example may have a member ``$ref``, and a schema a property of that name; neither refers. So
documents are walked by what the specification says can stand where (OpenAPI 3.1, 4.8), each
object with its kind: the section of ``components`` that it could stand in, or ``operation``,
``media`` or ``encoding``, which have none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Node = dict[str, Any]
#: takes an object and its kind; gives it back, or another in its place
Change = Callable[[str, Node], Node]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

#: how objects stand below a key: the object itself, a list, or a mapping of them
_ONE, _MANY, _NAMED = "one", "many", "named"
_VALUED = {
    "schema": (_ONE, "schemas"),
    "examples": (_NAMED, "examples"),
    "content": (_NAMED, "media"),
}
_BELOW: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "schemas": {
        **dict.fromkeys(
            ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"),
            (_NAMED, "schemas"),
        ),
        **dict.fromkeys(("prefixItems", "allOf", "anyOf", "oneOf"), (_MANY, "schemas")),
        **dict.fromkeys(
            ("items", "contains", "additionalProperties", "unevaluatedProperties"),
            (_ONE, "schemas"),
        ),
        **dict.fromkeys(
            ("unevaluatedItems", "propertyNames", "contentSchema", "not", "if", "then", "else"),
            (_ONE, "schemas"),
        ),
    },
    "parameters": _VALUED,
    "headers": _VALUED,
    "media": {
        "schema": (_ONE, "schemas"),
        "examples": (_NAMED, "examples"),
        "encoding": (_NAMED, "encoding"),
    },
    "encoding": {"headers": (_NAMED, "headers")},
    "requestBodies": {"content": (_NAMED, "media")},
    "responses": {
        "headers": (_NAMED, "headers"),
        "content": (_NAMED, "media"),
        "links": (_NAMED, "links"),
    },
    "operation": {
        "parameters": (_MANY, "parameters"),
        "requestBody": (_ONE, "requestBodies"),
        "responses": (_NAMED, "responses"),
        "callbacks": (_NAMED, "callbacks"),
    },
    "pathItems": {
        "parameters": (_MANY, "parameters"),
        **dict.fromkeys(METHODS, (_ONE, "operation")),
    },
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
        return None if key.startswith(("x-", "$")) else (_ONE, "pathItems")
    return _BELOW.get(kind, {}).get(key)


def _below(place: tuple[str, str] | None, value: Any, change: Change) -> Any:
    if place is None:
        return value
    shape, kind = place
    made: Any
    if shape == _ONE:
        return rewritten(kind, value, change)
    if shape == _MANY and isinstance(value, list):
        made = [rewritten(kind, each, change) for each in value]
        return value if all(new is old for new, old in zip(made, value, strict=True)) else made
    if shape == _NAMED and isinstance(value, dict):
        made = {name: rewritten(kind, each, change) for name, each in value.items()}
        return value if all(made[name] is value[name] for name in made) else made
    return value
