"""The schemas of a document, all in one dialect: JSON Schema 2020-12 as OpenAPI 3.1 has it.

What OpenAPI 3.0 says otherwise is rewritten (3.0.3, section 4.7.24): ``nullable``, boolean
exclusive bounds, ``example``, and references that nothing stands beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field

from altlas.contracts.flaws import MOST, Flaw, pointer_to
from altlas.contracts.grammar import Way, changed

#: the version that every document has afterwards
VERSION = "3.1.1"

#: keywords that look into a value with schemas that would refuse a null
_COMBINING = ("$ref", "allOf", "anyOf", "oneOf", "not")

#: annotations of a schema as a whole, which are found where it begins
_ANNOTATIONS = (
    *("title", "description", "default", "examples", "deprecated"),
    *("readOnly", "writeOnly", "externalDocs", "xml"),
)

#: keywords that say how a schema is to be read, and are settled
_SETTLED = ("$schema", "$vocabulary", "$comment")


def unified(document: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Flaw, ...]]:
    """The document in OpenAPI 3.1's form, and what in it is not enforced.

    For one that was checked. Patterns that cannot be run in linear time (with look-around or
    back-references) are left out.
    """
    rewriting = _Rewriting(str(document["openapi"]).startswith("3.0"))
    made = changed(document, rewriting.change)
    made["openapi"] = VERSION
    made.pop("jsonSchemaDialect", None)
    return made, tuple(rewriting.doubts[:MOST])


@define(eq=False)
class _Rewriting:
    """One document on its way to the one form."""

    _is_30: bool
    doubts: list[Flaw] = field(init=False, factory=list)
    _patterns: dict[str, bool] = field(init=False, factory=dict)

    def change(self, kind: str, node: Any, way: Way) -> Any:
        if not isinstance(node, Mapping):
            return node
        if kind != "schema":
            alone = self._is_30 and kind != "path" and "$ref" in node and len(node) > 1
            return {"$ref": node["$ref"]} if alone else node
        if self._is_30:
            node = _of_30(node)
        elif node.get("nullable") is True:
            message = "means nothing in OpenAPI 3.1, where null is a type"
            self.doubts.append(Flaw(pointer_to((*way, "nullable")), message))
        return self._linear(_without(node, _SETTLED), way)

    def _linear(self, node: Mapping[str, Any], way: Way) -> Mapping[str, Any]:
        """A schema without the patterns that cannot be run."""
        if "pattern" in node and not self._runs(node["pattern"]):
            self._doubt((*way, "pattern"))
            node = _without(node, ("pattern",))
        named = node.get("patternProperties", {})
        bad = [pattern for pattern in named if not self._runs(pattern)]
        if bad:
            for pattern in bad:
                self._doubt((*way, "patternProperties", pattern))
            # Which names are additional is not known then.
            node = {
                **_without(node, ("additionalProperties", "unevaluatedProperties")),
                "patternProperties": _without(named, bad),
            }
        return node

    def _doubt(self, way: Way) -> None:
        message = "is a pattern that does not run in linear time, and is not enforced"
        self.doubts.append(Flaw(pointer_to(way), message))

    def _runs(self, pattern: str) -> bool:
        if pattern not in self._patterns:
            self._patterns[pattern] = _compiles(pattern)
        return self._patterns[pattern]


def _compiles(pattern: str) -> bool:
    from jsonschema_rs import Draft202012Validator, RegexOptions

    try:
        Draft202012Validator({"pattern": pattern}, pattern_options=RegexOptions())
    except ValueError:
        return False
    return True


def _without(node: Mapping[str, Any], names: tuple[str, ...] | list[str]) -> Mapping[str, Any]:
    """A node without these members: itself where it has none."""
    if not any(name in node for name in names):
        return node
    return {name: value for name, value in node.items() if name not in names}


def _of_30(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema of OpenAPI 3.0 in the words of 2020-12; its inner ones are that already."""
    nullable = schema.get("nullable") is True
    if "$ref" in schema:
        # Nothing stands beside a reference (3.0.3, 4.7.23), but null is often meant to.
        return _or_null({"$ref": schema["$ref"]}) if nullable else _only(schema, "$ref")
    if not _REWRITTEN & schema.keys():
        return schema
    made = {name: value for name, value in schema.items() if name != "nullable"}
    for exclusive, bound in _BOUNDS:
        if made.pop(exclusive, False) is True and bound in made:
            made[exclusive] = made.pop(bound)
    if "example" in made:
        made.setdefault("examples", [made.pop("example")])
    return _or_null(made) if nullable else made


_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
_REWRITTEN = {"nullable", "example", "exclusiveMinimum", "exclusiveMaximum"}


def _only(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return schema if len(schema) == 1 else {name: schema[name]}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What a schema takes, and null.

    Read literally, 3.0.3 lets ``nullable`` say nothing about what ``allOf`` or ``enum`` refuse;
    whoever writes it there means that null may come.
    """
    if any(keyword in schema for keyword in _COMBINING):
        outer = {name: schema.pop(name) for name in _ANNOTATIONS if name in schema}
        return {**outer, "anyOf": [schema, {"type": "null"}]}
    made = dict(schema)
    if "type" in made:
        made["type"] = [made["type"], "null"]
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made
