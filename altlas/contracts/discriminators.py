"""Discriminators made into rules: the value of one property says which schema it is to be.

OpenAPI 3.1.1, section 4.8.25. The name of a schema and what ``mapping`` has for it both stand
for it; another value is a fault of that property alone, and only the schema that is named tells
of faults. Where the property is missing, ``oneOf`` or ``anyOf`` decide without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field

from altlas.contracts.grammar import Way, all_in, changed
from altlas.contracts.references import found, reference_to, steps

#: where the schemas stand that a parent with a discriminator becomes, beside itself
FAMILIES = "x-altlas-families"

_COMPONENTS = ("components", "schemas")


def discriminated(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document with rules for its discriminators; itself if it has none."""
    schemas = [
        (node, way)
        for kind, node, way in all_in(document)
        if kind == "schema" and isinstance(node, Mapping)
    ]
    marked = [(node, way) for node, way in schemas if _property(node) is not None]
    if not marked:
        return document
    families = _Families(document)
    for node, way in marked:
        if way[:2] == _COMPONENTS and len(way) == 3 and not _alternatives(node):
            families.found(way)
    made = changed(document, families.change)
    if families.parents:
        made[FAMILIES] = {way[2]: families.family(way) for way in families.parents}
    return made


def family_ways(document: Mapping[str, Any]) -> Iterator[Way]:
    """The places whose schemas have a family, which is to be asked instead of them."""
    return ((*_COMPONENTS, name) for name in document.get(FAMILIES, ()))


def _property(node: Mapping[str, Any]) -> str | None:
    discriminator = node.get("discriminator")
    name = discriminator.get("propertyName") if isinstance(discriminator, Mapping) else None
    return name if isinstance(name, str) else None


def _alternatives(node: Mapping[str, Any]) -> str | None:
    return next((keyword for keyword in ("oneOf", "anyOf") if keyword in node), None)


def _mapped(node: Mapping[str, Any]) -> Iterator[tuple[str, Way]]:
    """The names of ``mapping``, and where each leads."""
    mapping = node["discriminator"].get("mapping")
    for name, target in (mapping if isinstance(mapping, Mapping) else {}).items():
        bare = "/" not in target and "#" not in target
        yield name, (*_COMPONENTS, target) if bare else steps(target)


def _choice(name: str, branches: list[tuple[list[str], Any]]) -> dict[str, Any]:
    """The rule that the value of a property picks a schema."""
    known = [value for values, _ in branches for value in values]
    return {
        "properties": {name: {"enum": list(dict.fromkeys(known))}},
        "allOf": [
            {"if": {"properties": {name: {"enum": values}}}, "then": schema}
            for values, schema in branches
        ],
    }


@define(eq=False)
class _Families:
    """The discriminators of one document."""

    _document: Mapping[str, Any]
    #: parents, whose children include them by ``allOf``
    parents: dict[Way, set[Way]] = field(init=False, factory=dict)

    def found(self, parent: Way) -> None:
        """A parent was met; its children are looked for."""
        known: set[Way] = {parent}
        schemas = self._document["components"]["schemas"]
        while True:
            more = {
                (*_COMPONENTS, name)
                for name, node in schemas.items()
                if (*_COMPONENTS, name) not in known and self._includes(node, known)
            }
            if not more:
                break
            known |= more
        mapped = {way for _, way in _mapped(found(self._document, parent))}
        if len(known | mapped) > 1:
            self.parents[parent] = known

    def _includes(self, node: Any, parents: set[Way]) -> bool:
        parts = node.get("allOf", ()) if isinstance(node, Mapping) else ()
        return any(isinstance(part, Mapping) and _goal(part) in parents for part in parts)

    def family(self, parent: Way) -> dict[str, Any]:
        """A parent, and whichever of its children the property names."""
        node = found(self._document, parent)
        name = _property(node)
        assert name is not None
        names: dict[Way, list[str]] = {}
        for value, way in _mapped(node):
            names.setdefault(way, []).append(value)
        for way in sorted(self.parents[parent]):
            names.setdefault(way, []).append(way[-1])
        branches = [
            (values, True if way == parent else {"$ref": reference_to(way)})
            for way, values in names.items()
        ]
        given = {"type": "object", "required": [name]}
        return {
            "allOf": [
                {"$ref": reference_to(parent)},
                {"if": given, "then": _choice(name, branches)},
            ]
        }

    def change(self, kind: str, node: Any, way: Way) -> Any:
        """A schema with rules for its discriminator, and references to families."""
        if kind != "schema" or not isinstance(node, Mapping):
            return node
        goal = _goal(node)
        if goal in self.parents and not self._is_child(way, goal):
            return {**node, "$ref": reference_to((FAMILIES, goal[-1]))}
        name, keyword = _property(node), _alternatives(node)
        if name is None or keyword is None:
            return node
        branches = [(self._names(node, name, one), one) for one in node[keyword]]
        if not all(values for values, _ in branches):
            return node
        rest = {key: value for key, value in node.items() if key != keyword}
        rule = {
            "if": {"type": "object", "required": [name]},
            "then": _choice(name, branches),
            "else": {keyword: node[keyword]},
        }
        return {**rest, "allOf": [*node.get("allOf", ()), rule]}

    def _is_child(self, way: Way, parent: Way) -> bool:
        """Whether a schema that is included by a component there makes that a child."""
        inner = way[:2] == _COMPONENTS and len(way) == 5 and way[3] == "allOf"
        return inner and way[:3] in self.parents[parent]

    def _names(self, node: Mapping[str, Any], name: str, branch: Any) -> list[str]:
        """The values that name a branch; none if that cannot be told."""
        if not isinstance(branch, Mapping):
            return []
        goal = _goal(branch)
        if goal is None:
            inner = branch.get("properties", {}).get(name, {})
            values = [inner["const"]] if "const" in inner else inner.get("enum", ())
            return [value for value in values if isinstance(value, str)]
        goal = (*_COMPONENTS, goal[1]) if goal[0] == FAMILIES else goal
        return [value for value, way in _mapped(node) if way == goal] + [goal[-1]]


def _goal(node: Mapping[str, Any]) -> Way | None:
    reference = node.get("$ref")
    return steps(reference) if isinstance(reference, str) else None
