"""A schema as the parts that all hold: itself, what its ``$ref`` leads to, its ``allOf``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from altlas.contracts.changes.edition import Edition, canonical, target
from altlas.contracts.changes.finding import Pointer, Way
from altlas.contracts.changes.keywords import Several

#: schemas that all hold for one value, by where they stand
Place = tuple[Pointer, ...]

#: keywords that are compared by what stands below them, or that only tell
_STRUCTURE = {
    "$ref", "$schema", "$id", "$anchor", "$defs", "definitions", "allOf", "anyOf", "oneOf",
    "properties", "patternProperties", "additionalProperties", "unevaluatedProperties",
    "required", "items", "prefixItems", "discriminator", "readOnly", "writeOnly", "deprecated",
    "description", "title", "example", "examples", "externalDocs", "$comment", "xml",
}  # fmt: skip
_HIDDEN = {Way.REQUEST: "readOnly", Way.RESPONSE: "writeOnly"}


@define(eq=False)
class Parts:
    """What all parts of a schema say together, for one way that a value goes."""

    edition: Edition
    way: Way
    parts: list[tuple[Pointer, Mapping[str, Any]]] = field(factory=list)

    @classmethod
    def of(cls, edition: Edition, place: Place, way: Way) -> Parts:
        """The parts of the schemas at `place`, each once."""
        found = cls(edition, way)
        waiting, seen = [*reversed(place)], set()
        while waiting:
            pointer = waiting.pop()
            if pointer in seen:
                continue
            seen.add(pointer)
            node = edition.at(pointer)
            schema = {"not": {}} if node is False else node if isinstance(node, dict) else {}
            found.parts.append((pointer, schema))
            inner = [(*pointer, "allOf", str(n)) for n in range(len(schema.get("allOf", ())))]
            reference = target(schema.get("$ref"))
            waiting += reversed(([reference] if reference else []) + inner)
        return found

    @property
    def pointer(self) -> Pointer:
        """Where a change of it is shown: the last reference's end, or the schema itself."""
        told = [pointer for pointer, schema in self.parts if {*schema} - {"$ref", "description"}]
        return told[0] if told else self.parts[0][0]

    @property
    def leaf(self) -> dict[str, Any]:
        """The keywords that say what a single value may be, those of all parts."""
        found: dict[str, list[Any]] = {}
        for _, schema in self.parts:
            for key, value in schema.items():
                if key not in _STRUCTURE and not key.startswith("x-"):
                    found.setdefault(key, []).append(value)
        return {key: _one(values) for key, values in found.items()}

    @property
    def whole(self) -> dict[str, Any]:
        """All of it as one schema, with references into its document."""
        resolved = ("$ref", "allOf")
        kept = [{k: v for k, v in s.items() if k not in resolved} for _, s in self.parts]
        return {"allOf": kept}

    def properties(self) -> dict[str, Place]:
        """The names that go this way, each with its schemas."""
        return {name: place for name, place in self._below("properties") if not self._hides(place)}

    def required(self) -> set[str]:
        """The names that must be there, of those that go this way."""
        hidden = {name for name, place in self._below("properties") if self._hides(place)}
        return {name for _, schema in self.parts for name in schema.get("required", ())} - hidden

    def patterns(self) -> dict[str, Place]:
        """The patterns of names, each with its schemas."""
        return dict(self._below("patternProperties"))

    def closed(self) -> bool:
        """Whether names are refused that nothing takes."""
        keys = ("additionalProperties", "unevaluatedProperties")
        return any(schema.get(key) is False for _, schema in self.parts for key in keys)

    def single(self, keyword: str) -> Place:
        """The schemas below a keyword in all parts: of ``items``, ``additionalProperties``."""
        found = [p for p, schema in self.parts if isinstance(schema.get(keyword), dict)]
        return tuple((*pointer, keyword) for pointer in found)

    def first_items(self) -> list[Place]:
        """The schemas of ``prefixItems``, by index."""
        width = max((len(schema.get("prefixItems", ())) for _, schema in self.parts), default=0)
        return [
            tuple(
                (*pointer, "prefixItems", str(n))
                for pointer, schema in self.parts
                if n < len(schema.get("prefixItems", ()))
            )
            for n in range(width)
        ]

    def groups(self) -> list[tuple[str, list[Pointer]]]:
        """Every ``anyOf`` and ``oneOf``, with its branches."""
        return [
            (keyword, [(*pointer, keyword, str(n)) for n in range(len(schema[keyword]))])
            for pointer, schema in self.parts
            for keyword in ("anyOf", "oneOf")
            if keyword in schema
        ]

    def _below(self, keyword: str) -> Iterator[tuple[str, Place]]:
        found: dict[str, list[Pointer]] = {}
        for pointer, schema in self.parts:
            for name in schema.get(keyword, ()):
                found.setdefault(name, []).append((*pointer, keyword, name))
        return ((name, tuple(pointers)) for name, pointers in found.items())

    def _hides(self, place: Iterable[Pointer]) -> bool:
        """Whether the value does not go this way: ``readOnly`` in requests."""
        nodes = (self.edition.at(self.edition.followed(pointer)) for pointer in place)
        mark = _HIDDEN[self.way]
        return any(isinstance(node, dict) and node.get(mark) is True for node in nodes)


def _one(values: list[Any]) -> Any:
    """The value that all parts agree on, or all of theirs."""
    distinct = {canonical(value): value for value in values}
    return values[0] if len(distinct) == 1 else Several(distinct[key] for key in sorted(distinct))
