"""Texts made into values."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.coercion import ALL, Shape, coerced, readings
from altlas.contracts.styles import Kind, Text

DEFINITIONS: dict[str, Any] = {
    "count": {"type": "integer"},
    "tree": {"type": "object", "properties": {"size": {"$ref": "count"}, "in": {"$ref": "tree"}}},
    "loop": {"allOf": [{"$ref": "loop"}]},
}


def shape(schema: Any) -> Shape:
    """The shape of a schema whose references are names of `DEFINITIONS`."""
    return Shape((schema,), lambda node: DEFINITIONS[node["$ref"]])


def first(schema: Any, text: Text) -> Any:
    """The likeliest value of a text."""
    return coerced(shape(schema), text, strings=False)


class ShapeTests(SynchronousTestCase):
    """What a schema allows."""

    def test_types(self) -> None:
        """Types come out of all that a schema is put together of."""
        for schema, types in (
            ({"type": "integer"}, {"integer"}),
            ({"type": "number"}, {"integer", "number"}),
            ({"type": ["string", "null"]}, {"string", "null"}),
            ({"$ref": "count"}, {"integer"}),
            ({"enum": [1, "a", True, None]}, {"integer", "string", "boolean", "null"}),
            ({"const": 1.5}, {"number"}),
            ({"allOf": [{"type": ["integer", "string"]}, {"$ref": "count"}]}, {"integer"}),
            ({"anyOf": [{"$ref": "count"}, {"type": "boolean"}]}, {"integer", "boolean"}),
            ({"oneOf": [{"type": "array"}, {"type": "string"}]}, {"array", "string"}),
            ({"minimum": 1}, ALL),
            (True, ALL),
            ({"$ref": "loop"}, ALL),
        ):
            self.assertEqual(shape(schema).types, types, schema)

    def test_kinds(self) -> None:
        """A text may be read as what the types say, arrays and objects first."""
        either = {"anyOf": [{"type": "array"}, {"type": "string"}]}
        self.assertEqual(shape(either).kinds, (Kind.ARRAY, Kind.SCALAR))
        self.assertEqual(shape({"type": "object"}).kinds, (Kind.OBJECT,))
        self.assertEqual(shape({}).kinds, (Kind.SCALAR, Kind.ARRAY))

    def test_bombs(self) -> None:
        """A schema that doubles with each step is not followed to its end."""
        schema: Any = {"type": "integer"}
        for _ in range(60):
            schema = {"allOf": [schema, schema], "anyOf": [schema, schema]}
        self.assertEqual(shape(schema).types, {"integer"})


class CoercionTests(SynchronousTestCase):
    """What a text stands for."""

    def test_scalars(self) -> None:
        """Each type takes what JSON writes it as."""
        for name, text, value in (
            ("integer", "-12", -12),
            ("integer", "123456789012345678901", 123456789012345678901),
            ("number", "1.5e3", 1500.0),
            ("number", "7", 7),
            ("boolean", "true", True),
            ("null", "null", None),
            ("null", "", None),
            ("string", "5", "5"),
        ):
            found = first({"type": name}, text)
            self.assertEqual((found, type(found)), (value, type(value)))

    def test_kept(self) -> None:
        """What is no such value stays text, so that the schema says what is wrong."""
        wrong = ("nan", "NaN", "inf", "1_0", " 1", "1 ", "0x1", "+1", "01", "1.", ".5", "1e999")
        for text in (*wrong, "\u0661", "", "-", "1e", "9" * 5000):
            self.assertEqual(first({"type": "number"}, text), text)
            self.assertEqual(first({"type": "integer"}, text), text)
        for text in ("True", "1", "yes", "TRUE"):
            self.assertEqual(first({"type": "boolean"}, text), text)
        self.assertEqual(first({"type": "integer"}, "1.0"), "1.0")

    def test_either(self) -> None:
        """Where strings are allowed beside others, both are offered, the other one first."""
        schema = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
        self.assertEqual([*readings(shape(schema), "5")], [5, "5"])
        self.assertEqual([*readings(shape(schema), "x")], ["x"])
        self.assertEqual([*readings(shape({"type": "integer"}), "5")], [5])
        self.assertEqual([*readings(shape({"type": ["string", "null"]}), "null")], [None, "null"])

    def test_inside(self) -> None:
        """What is in arrays and objects is coerced too, however they hold themselves."""
        self.assertEqual(first({"type": "array", "items": {"$ref": "count"}}, ["1", "x"]), [1, "x"])
        text: Text = {"size": "1", "in": {"size": "2", "in": {"size": "3"}}, "other": "4"}
        value = {"size": 1, "in": {"size": 2, "in": {"size": 3}}, "other": 4}
        self.assertEqual(first({"$ref": "tree"}, text), value)
        extra = {"type": "object", "additionalProperties": {"type": "boolean"}}
        self.assertEqual(first(extra, {"a": "true", "b": "1"}), {"a": True, "b": "1"})

    def test_listed(self) -> None:
        """Brackets that are empty or count make an array where the schema has one."""
        array = {"type": "array", "items": {"type": "integer"}}
        self.assertEqual(first(array, {"": ["1", "2"]}), [1, 2])
        self.assertEqual(first(array, {"1": "b", "0": "7"}), [7, "b"])
        self.assertEqual(first(array, {"x": "1"}), {"x": 1})

    @given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
    def test_numbers(self, number: float) -> None:
        """Every number that JSON can write is read exactly."""
        self.assertEqual(first({"type": "number"}, json.dumps(number)), number)

    @given(st.text())
    def test_text(self, text: str) -> None:
        """A string is never anything but itself."""
        self.assertEqual([*readings(shape({"type": "string"}), text)], [text])
