"""Schemas as they hold for one direction.

In a request a read-only property is refused and asked for by no ``required``, however the schema
says so (OpenAPI 3.0.3, 4.7.24.2); the same of write-only ones in answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from attrs import define, field

from altlas.contracts.faults import READ_ONLY, WRITE_ONLY
from altlas.contracts.grammar import Way, all_in, changed
from altlas.contracts.references import found, steps


class Direction(Enum):
    """Which way a value goes."""

    REQUEST = "request"
    RESPONSE = "response"


_WORDS = {Direction.REQUEST: "readOnly", Direction.RESPONSE: "writeOnly"}
_REASONS = {Direction.REQUEST: READ_ONLY, Direction.RESPONSE: WRITE_ONLY}


def directed(document: Mapping[str, Any], direction: Direction) -> Mapping[str, Any]:
    """The document with schemas that hold in this direction; itself if they are the same."""
    word = _WORDS[direction]
    schemas = [(node, way) for kind, node, way in all_in(document) if kind == "schema"]
    if not any(isinstance(node, Mapping) and node.get(word) is True for node, _ in schemas):
        return document
    directing = _Directing(document, word, _REASONS[direction])
    directing.look_ahead(schemas)
    return changed(document, directing.change)


@define(eq=False)
class _Directing:
    """One document on its way to one direction."""

    _document: Mapping[str, Any]
    _word: str
    _reason: str
    #: names that schemas are not to ask for, since another schema that refers to them hides them
    _unasked: dict[Way, set[str]] = field(init=False, factory=dict)

    def look_ahead(self, schemas: list[tuple[Any, Way]]) -> None:
        """Note what is asked for in one schema and hidden in another that includes it."""
        for node, _ in schemas:
            if isinstance(node, Mapping) and "allOf" in node:
                hidden = self._hidden(node)
                for way in self._included(node, set()) if hidden else ():
                    self._unasked.setdefault(way, set()).update(hidden)

    def _included(self, node: Any, seen: set[Way]) -> Iterator[Way]:
        """The schemas that a schema includes by reference."""
        for part in self._parts(node):
            if isinstance(part, Mapping) and isinstance(part.get("$ref"), str):
                way = steps(part["$ref"])
                if way not in seen:
                    seen.add(way)
                    yield way
            yield from self._included(part, seen)

    def _parts(self, node: Any) -> Iterator[Any]:
        """The schemas that hold wherever a schema does."""
        if isinstance(node, Mapping):
            yield from node.get("allOf", ())
            if isinstance(node.get("$ref"), str):
                yield found(self._document, steps(node["$ref"]))

    def _marked(self, node: Any) -> bool:
        if isinstance(node, Mapping) and node.get(self._word) is True:
            return True
        return any(self._marked(part) for part in self._parts(node))

    def _hidden(self, node: Any) -> set[str]:
        """The names of properties that do not go this way, in a schema and all that it includes."""
        properties = node.get("properties", {}) if isinstance(node, Mapping) else {}
        names = {name for name, inner in properties.items() if self._marked(inner)}
        return names.union(*map(self._hidden, self._parts(node)))

    def change(self, kind: str, node: Any, way: Way) -> Any:
        """A schema as it holds this way; its inner ones do already, and still have their marks."""
        if kind != "schema" or not isinstance(node, Mapping):
            return node
        hidden = self._hidden(node)
        return self._without(node, hidden | self._unasked.get(way, set()))

    def _without(self, node: Any, hidden: set[str]) -> Any:
        if not hidden or not isinstance(node, Mapping):
            return node
        made = dict(node)
        # The mark stays, for whoever includes this schema.
        refusal = {self._word: True, "not": {"$comment": self._reason}}
        if "properties" in node:
            made["properties"] = {
                name: refusal if name in hidden and self._marked(inner) else inner
                for name, inner in node["properties"].items()
            }
        if "required" in node:
            made["required"] = [name for name in node["required"] if name not in hidden]
        if "allOf" in node:
            made["allOf"] = [self._without(part, hidden) for part in node["allOf"]]
        return made
