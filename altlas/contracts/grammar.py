"""Where in an OpenAPI 3.x document what stands: its objects by kind, and schemas in schemas.

From the field tables of OpenAPI 3.1.1, section 4.8, and the keywords of JSON Schema 2020-12,
sections 10 and 11 of its core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, field

from altlas.contracts.references import found, steps

#: how the objects of a kind stand in a field: one, a list of them, a mapping to them
ONE, LIST, NAMED = "one", "list", "named"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Way = tuple[str, ...]

#: what is done to an object of a kind whose inner ones were done before; the same is given back
#: where nothing changes
Change = Callable[[str, Any, Way], Any]

_SCHEMAS = {
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (LIST, "schema")),
    **dict.fromkeys(
        ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"),
        (NAMED, "schema"),
    ),
    **dict.fromkeys(
        (
            *("not", "if", "then", "else", "items", "contains", "additionalProperties"),
            *("propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"),
        ),
        (ONE, "schema"),
    ),
}

#: the fields of each kind that hold others: how, and of which kind
FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "document": {
        "paths": (NAMED, "path"),
        "webhooks": (NAMED, "path"),
        "components": (ONE, "components"),
    },
    "components": {
        "schemas": (NAMED, "schema"),
        "responses": (NAMED, "response"),
        "parameters": (NAMED, "parameter"),
        "requestBodies": (NAMED, "body"),
        "headers": (NAMED, "header"),
        "callbacks": (NAMED, "callback"),
        "pathItems": (NAMED, "path"),
        "examples": (NAMED, "example"),
        "securitySchemes": (NAMED, "security"),
        "links": (NAMED, "link"),
    },
    "path": {
        "parameters": (LIST, "parameter"),
        **dict.fromkeys(METHODS, (ONE, "operation")),
    },
    "operation": {
        "parameters": (LIST, "parameter"),
        "requestBody": (ONE, "body"),
        "responses": (NAMED, "response"),
        "callbacks": (NAMED, "callback"),
    },
    "parameter": {
        "schema": (ONE, "schema"),
        "content": (NAMED, "media"),
        "examples": (NAMED, "example"),
    },
    "header": {
        "schema": (ONE, "schema"),
        "content": (NAMED, "media"),
        "examples": (NAMED, "example"),
    },
    "media": {
        "schema": (ONE, "schema"),
        "encoding": (NAMED, "encoding"),
        "examples": (NAMED, "example"),
    },
    "encoding": {"headers": (NAMED, "header")},
    "body": {"content": (NAMED, "media")},
    "response": {
        "headers": (NAMED, "header"),
        "content": (NAMED, "media"),
        "links": (NAMED, "link"),
    },
    "schema": _SCHEMAS,
    "example": {},
    "security": {},
    "link": {},
}


def _fields(kind: str, node: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The fields of a node that hold others: (name, how, kind)."""
    if kind == "callback":
        # All its fields are paths, but for extensions.
        yield from ((name, ONE, "path") for name in node if not name.startswith("x-"))
        return
    known = FIELDS[kind]
    yield from ((name, *known[name]) for name in node if name in known)


def inner(kind: str, node: Any, way: Way = ()) -> Iterator[tuple[str, Any, Way]]:
    """What stands right in a node, each with its kind and the way to it."""
    if not isinstance(node, Mapping):
        return
    for name, how, sort in _fields(kind, node):
        value = node[name]
        if how == ONE:
            yield sort, value, (*way, name)
        elif how == LIST and isinstance(value, list):
            yield from ((sort, one, (*way, name, str(n))) for n, one in enumerate(value))
        elif how == NAMED and isinstance(value, Mapping):
            yield from (
                (sort, one, (*way, name, key))
                for key, one in value.items()
                if kind not in ("document", "operation") or not key.startswith("x-")
            )


def all_in(document: Mapping[str, Any]) -> Iterator[tuple[str, Any, Way]]:
    """Every object of a document, with its kind and the way to it.

    Those too that stand in no known place, but where a reference leads to.
    """
    waiting: list[tuple[str, Any, Way]] = [("document", document, ())]
    elsewhere = Elsewhere()
    while waiting:
        kind, node, way = waiting.pop()
        yield kind, node, way
        waiting += inner(kind, node, way)
        elsewhere.note(kind, node)
        if not waiting:
            waiting += elsewhere.taken(document)


@define(eq=False)
class Elsewhere:
    """What references lead to that stands in no place that is known for its kind."""

    _roots: dict[Way, str] = field(init=False, factory=dict)
    _seen: set[tuple[str, str]] = field(init=False, factory=set)
    _new: list[Way] = field(init=False, factory=list)

    def note(self, kind: str, node: Any) -> None:
        """A node was met; if it is a reference, what it leads to is thought of."""
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if not isinstance(reference, str) or (kind, reference) in self._seen:
            return
        self._seen.add((kind, reference))
        try:
            way = steps(reference)
        except ValueError:
            return
        if kind_at(way) != kind and not self._within(kind, way):
            self._roots[way] = kind
            self._new.append(way)

    def _within(self, kind: str, way: Way) -> bool:
        return any(
            way[: len(root)] == root and kind_at(way[len(root) :], sort) == kind
            for root, sort in self._roots.items()
        )

    def taken(self, document: Mapping[str, Any]) -> Iterator[tuple[str, Any, Way]]:
        """Those that were not taken yet."""
        ways, self._new = self._new, []
        for way in ways:
            try:
                yield self._roots[way], found(document, way), way
            except LookupError:
                continue


def kind_at(way: Way, kind: str = "document") -> str | None:
    """The kind of what stands at the end of a way, from an object of `kind` on; None elsewhere."""
    left = list(way)
    while left:
        name = left.pop(0)
        if kind == "callback":
            how, kind = ONE, "path"
        elif name in FIELDS[kind]:
            how, kind = FIELDS[kind][name]
        else:
            return None
        if how != ONE:
            if not left:
                return None
            left.pop(0)
    return kind


def changed(document: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """The document with every object in it changed, inner ones first; it is itself left alone.

    What does not change is shared between both.
    """
    elsewhere = Elsewhere()
    made = _changed("document", document, (), (change, elsewhere))
    while others := [*elsewhere.taken(made)]:
        for kind, node, way in others:
            new = _changed(kind, node, way, (change, elsewhere))
            made = made if new is node else put(made, way, new)
    return dict(made)


def _changed(kind: str, node: Any, way: Way, doing: tuple[Change, Elsewhere]) -> Any:
    if not isinstance(node, Mapping):
        return doing[0](kind, node, way)
    doing[1].note(kind, node)
    made: Any = None
    for sort, value, to in inner(kind, node, way):
        new = _changed(sort, value, to, doing)
        if new is not value:
            made = _opened(kind, node) if made is None else made
            _set(made, to[len(way) :], new)
    return doing[0](kind, node if made is None else made, way)


def _opened(kind: str, node: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a node, and of the lists and mappings in which others stand in it."""
    made = dict(node)
    for name, how, _ in _fields(kind, node):
        if how != ONE and isinstance(made[name], list | dict):
            made[name] = made[name].copy()
    return made


def _set(node: Any, way: Way, value: Any) -> None:
    for step in way[:-1]:
        node = node[step]
    node[int(way[-1]) if isinstance(node, list) else way[-1]] = value


def put(node: Any, way: Way, value: Any) -> Any:
    """A copy of a node in which another value stands at the end of the way."""
    if not way:
        return value
    if isinstance(node, list):
        made: Any = list(node)
        step: Any = int(way[0])
    else:
        made, step = dict(node), way[0]
    made[step] = put(made[step], way[1:], value)
    return made
