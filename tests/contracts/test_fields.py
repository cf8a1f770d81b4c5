"""Tests for `altlas.contracts.fields`."""

from __future__ import annotations

from timeit import repeat
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.fields import MOST, STEPS, Trees


def found(schema: Any, value: Any, **schemas: Any) -> list[str]:
    """The undocumented fields of a value, in order."""
    return sorted(Trees({"components": {"schemas": schemas}}).of([schema]).undocumented(value))


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


NAME = {"properties": {"name": {"type": "string"}}}


class FieldsTests(SynchronousTestCase):
    """Names that nothing in the contract names."""

    def test_properties(self) -> None:
        """A name that is in no ``properties`` is undocumented, at any depth."""
        schema = {"properties": {"a": NAME}}
        self.assertEqual(found(schema, {"a": {"name": 1, "x": 1}, "b": {"c": 1}}), ["/a/x", "/b"])

    def test_nothing_said(self) -> None:
        """Where the contract says nothing of fields, none is undocumented."""
        for schema in ({}, True, {"type": "object"}, {"properties": {"a": {}}}):
            self.assertEqual(found(schema, {"a": {"b": 1}}), [])

    def test_explicitly_open(self) -> None:
        """Extra names are documented where ``additionalProperties`` is written out."""
        for extra in (True, {"type": "string"}, {}):
            schema = NAME | {"additionalProperties": extra}
            self.assertEqual(found(schema, {"x": 1}), [], extra)
        self.assertEqual(found(NAME | {"additionalProperties": False}, {"x": 1}), ["/x"])
        self.assertEqual(
            found({"additionalProperties": NAME}, {"x": {"name": 1, "y": 1}}), ["/x/y"]
        )

    def test_patterns(self) -> None:
        """Names that a pattern takes are documented, and looked into by its schema."""
        schema = {"patternProperties": {"^x-": NAME}}
        self.assertEqual(found(schema, {"x-a": {"name": 1, "b": 1}, "y": 1}), ["/x-a/b", "/y"])

    def test_hostile_pattern(self) -> None:
        """A pattern on which others take ages is as quick as any."""
        schema = {"patternProperties": {"^(a+)+$": {}}}
        self.assertEqual(found(schema, {"a" * 40 + "!": 1}), ["/" + "a" * 40 + "!"])

    def test_branches(self) -> None:
        """A name that any branch has is documented, whichever branch the value takes."""
        for keyword in ("allOf", "anyOf", "oneOf"):
            schema = {keyword: [NAME, {"properties": {"age": {}}}]}
            self.assertEqual(found(schema, {"name": 1, "age": 1, "x": 1}), ["/x"], keyword)
        schema = {"if": NAME, "then": {"properties": {"b": {}}}, "else": {"properties": {"c": {}}}}
        self.assertEqual(found(schema, {"name": 1, "b": 1, "c": 1, "x": 1}), ["/x"])

    def test_same_name_twice(self) -> None:
        """A name with a schema in two branches is known by both."""
        schema = {
            "allOf": [{"properties": {"a": NAME}}, {"properties": {"a": {"properties": {"b": {}}}}}]
        }
        self.assertEqual(found(schema, {"a": {"name": 1, "b": 1, "c": 1}}), ["/a/c"])

    def test_items(self) -> None:
        """Items of an array are one place, those with a schema of their own included."""
        schema = {"prefixItems": [NAME], "items": {"properties": {"b": {}}}}
        value = [{"name": 1, "x": 1}, {"b": 1, "y": 1}, {"b": 1, "y": 1}, {"name": 1}]
        self.assertEqual(found(schema, value), ["/*/name", "/*/x", "/*/y"])

    def test_recursion(self) -> None:
        """Schemas that contain themselves, even over nothing but references, have an end."""
        node = {"properties": {"next": ref("Node")}}
        value = {"next": {"next": {"next": {"x": 1}}}}
        self.assertEqual(found(ref("Node"), value, Node=node), ["/next/next/next/x"])
        circle = {"A": ref("B"), "B": {"allOf": [ref("A"), NAME]}}
        self.assertEqual(found(ref("A"), {"name": 1, "x": 1}, **circle), ["/x"])

    def test_unknown_references(self) -> None:
        """What cannot be followed is not known, and so nothing below it is undocumented."""
        for target in ("#/components/schemas/None", "http://x.example/y", "#anchor"):
            schema = {"properties": {"a": {"$ref": target}}}
            self.assertEqual(found(schema, {"a": {"b": 1}}), [])

    def test_pointers(self) -> None:
        """Pointers are RFC 6901's."""
        self.assertEqual(found(NAME, {"a/b~c": 1}), ["/a~1b~0c"])

    def test_escaped_references(self) -> None:
        """References to names with odd letters are followed."""
        schema = {"$ref": "#/components/schemas/a~1b%20c"}
        self.assertEqual(found(schema, {"x": 1}, **{"a/b c": NAME}), ["/x"])

    def test_most(self) -> None:
        """So many are told of one value, and no more."""
        self.assertEqual(len(found(NAME, {f"x{n}": 1 for n in range(1000)})), MOST)

    def test_bounded(self) -> None:
        """A huge value costs no more than some thousand steps."""
        schema = {"items": NAME}
        tree = Trees({}).of([schema])
        value = [{"name": [{"x": 1}] * 1000} for _ in range(1000)] * 100
        self.assertLess(min(repeat(lambda: tree.undocumented(value), number=1, repeat=5)), 0.1)

    def test_at(self) -> None:
        """A tree is found by the pointer of its schema."""
        trees = Trees({"paths": {"/": [{"schema": NAME}]}})
        self.assertEqual(trees.at(("paths", "/", "0", "schema")).undocumented({"x": 1}), ["/x"])

    @given(
        st.dictionaries(st.sampled_from("abcdef"), st.integers()),
        st.sets(st.sampled_from("abcdef")),
    )
    def test_as_a_closed_schema(self, value: dict[str, int], names: set[str]) -> None:
        """Nothing is undocumented just where the schema, closed, would take the value."""
        schema = {"properties": {name: {} for name in names}}
        closed = Draft202012Validator(schema | {"additionalProperties": False})
        self.assertEqual(found(schema, value) == [], closed.is_valid(value))


class LongTests(SynchronousTestCase):
    """Bodies are the client's, and so is their length."""

    def test_many_names(self) -> None:
        """Of one object no more names are looked at than of a whole body."""
        schema = {"patternProperties": {"^a": {}}}
        value = {f"a{number}": 1 for number in range(STEPS)} | {"b": 1}
        self.assertEqual(found(schema, value), [])
        self.assertEqual(found(schema, {"a": 1, "b": 1}), ["/b"])
