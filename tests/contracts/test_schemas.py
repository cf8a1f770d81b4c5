"""Tests for `altlas.contracts.schemas`: what holds for a value, and how faults are told."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.faults import Fault
from altlas.contracts.flaws import Unusable
from altlas.contracts.schemas import Direction, Schema, Schemas
from tests.contracts.documents import VERSIONS, faults_of, of_schemas, ref, schema_of

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=8,
)


def faults(schema: dict[str, Any], value: Any, **others: Any) -> list[tuple[str, str]]:
    """What is told of a value by a schema of 3.1."""
    return faults_of(schema_of(of_schemas(it=schema, **others), "it"), value)


class SchemasTests(SynchronousTestCase):
    """Schemas are found by where they stand."""

    def test_odd_names(self) -> None:
        """The way to a schema may have any names on it."""
        name = "a/b~c {d}%20é?#"
        schemas = Schemas(of_schemas(**{name: {"type": "integer"}}))
        schema = schemas.at(("components", "schemas", name), Direction.REQUEST)
        self.assertEqual([schema.valid(1), schema.valid("1")], [True, False])

    def test_nothing_there(self) -> None:
        """A way to nothing is a ValueError; what cannot be compiled is told when it is to be."""
        schemas = Schemas(of_schemas(it={"$ref": "http://127.0.0.1:9/x"}, bad={"type": 3}))
        way = ("components", "schemas")
        self.assertRaises(ValueError, schemas.at, (*way, "gone"), Direction.REQUEST)
        for name in ("it", "bad"):
            schemas.at((*way, name), Direction.REQUEST)
        flaws = self.assertRaises(Unusable, schemas.compile).flaws
        self.assertEqual(
            [each.pointer for each in flaws],
            [f"/components/schemas/{name}" for name in ("it", "bad")],
        )

    def test_fields(self) -> None:
        """A schema knows the fields that it names."""
        schema = schema_of(of_schemas(it={"properties": {"a": {}}}), "it")
        self.assertEqual(schema.fields.undocumented({"a": 1, "b": 2}), ["/b"])


class FaultTests(SynchronousTestCase):
    """Faults say what is to be done, and where; never what was sent."""

    def test_sentences(self) -> None:
        """Each keyword has a sentence of its own."""
        for schema, value, message in (
            ({"type": ["string", "null"]}, 1, "must be a string or null"),
            ({"enum": ["a", "b"]}, 1, 'must be "a" or "b"'),
            ({"enum": [1, 2, 3]}, 4, "must be one of 1, 2, 3"),
            ({"enum": [*range(50)]}, "", "must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 40 more"),
            ({"const": {"a": 1}}, 1, 'must be {"a": 1}'),
            ({"format": "date"}, "x", "must be a valid date"),
            ({"format": "byte"}, "?", "must be base64"),
            ({"pattern": "^a$"}, "b", 'must match the pattern "^a$"'),
            ({"minimum": 3}, 1, "must be at least 3"),
            ({"maximum": 3}, 4, "must be at most 3"),
            ({"exclusiveMinimum": 3}, 3, "must be more than 3"),
            ({"exclusiveMaximum": 3}, 3, "must be less than 3"),
            ({"multipleOf": 3}, 4, "must be a multiple of 3"),
            ({"minLength": 1}, "", "must have at least 1 character"),
            ({"maxLength": 2}, "abc", "must have at most 2 characters"),
            ({"minItems": 2}, [], "must have at least 2 items"),
            ({"maxItems": 1}, [1, 2], "must have at most 1 item"),
            ({"minProperties": 1}, {}, "must have at least 1 property"),
            ({"maxProperties": 0}, {"a": 1}, "must have at most 0 properties"),
            ({"uniqueItems": True}, [1, 1], "must not have the same item twice"),
            ({"not": {"type": "string"}}, "a", "must not be of this form"),
            ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, "has a property whose name "
             "must have at most 1 character"),
            ({"enum": []}, 1, "is not allowed here"),
        ):  # fmt: skip
            self.assertEqual(faults(schema, value), [("", message)])
        self.assertEqual(faults({"properties": {"a": False}}, {"a": 1})[0][0], "/a")

    def test_names(self) -> None:
        """What is missing, or is there and not known, is told by its own pointer."""
        schema = {"required": ["a/b"], "properties": {"a/b": {}}, "additionalProperties": False}
        self.assertEqual(
            sorted(faults(schema, {"x": 1, "y": 2})),
            [("/a~1b", "is required"), ("/x", "is not known here"), ("/y", "is not known here")],
        )

    def test_at_most(self) -> None:
        """There are never more faults than are asked for, none twice."""
        schema = schema_of(of_schemas(it={"items": {"type": "string"}}), "it")
        self.assertEqual(len(schema.faults([1] * 100)), 20)
        self.assertEqual(len(schema.faults([1] * 100, most=3)), 3)
        self.assertEqual(len({*schema.faults([1] * 100, most=50)}), 50)

    @given(_JSON)
    def test_values_are_kept_back(self, value: Any) -> None:
        """A value that is secret stands in no message, whatever is wrong with it."""
        secret = {"password": "s3cret-" * 3, "more": value}
        schema = {
            "oneOf": [
                {"type": "object", "properties": {"password": {"type": "integer"}}},
                {"type": "object", "properties": {"password": {"maxLength": 3}}},
                {"enum": ["x"]},
            ]
        }
        self.assertNotIn("s3cret", str(faults(schema, secret)))


class AlternativeTests(SynchronousTestCase):
    """Of several forms the faults of the one that was meant are told."""

    _A = {"type": "object", "properties": {"t": {"const": "a"}, "x": {"type": "integer"}}}
    _B = {"type": "object", "properties": {"t": {"const": "b"}, "y": {"type": "integer"}}}

    def test_by_type(self) -> None:
        """The one that fits by its type is told of; where none does, all types are."""
        schema = {"oneOf": [self._A, {"type": "null"}, {"type": "string"}]}
        self.assertEqual(
            faults(schema, {"t": "a", "x": "x"}), [("/x", "must be an integer")]
        )  # fmt: skip
        self.assertEqual(faults(schema, 3), [("", "must be an object, a string or null")])
        deep = {"anyOf": [schema, {"type": "array"}]}
        self.assertEqual(faults(deep, 3), [("", "must be an array, an object, a string or null")])

    def test_by_mark(self) -> None:
        """The one whose constants fit is told of."""
        schema = {"anyOf": [self._A, self._B]}
        self.assertEqual(faults(schema, {"t": "b", "y": ""}), [("/y", "must be an integer")])

    def test_shared(self) -> None:
        """What all would ask for is asked for."""
        inner = {"type": "object", "required": ["t"]}
        schema = {"oneOf": [{**self._A, **inner}, {**self._B, **inner}]}
        self.assertEqual(faults(schema, {}), [("/t", "is required")])

    def test_nearest(self) -> None:
        """Else the nearest is named."""
        schema = {"anyOf": [{"required": ["a", "b"]}, {"required": ["c"]}]}
        message = "fits none of 2 forms; for the nearest, /c is required"
        self.assertEqual(faults(schema, {}), [("", message)])

    def test_too_many(self) -> None:
        """A value that fits two forms of which it must be one is told so."""
        message = "fits 2 of 3 forms of which it must be exactly one"
        schema = {"oneOf": [{"minimum": 1}, {"minimum": 2}, {"minimum": 9}]}
        self.assertEqual(faults(schema, 3), [("", message)])


class FormatTests(SynchronousTestCase):
    """Formats of OpenAPI hold, those of numbers too."""

    def test_numbers(self) -> None:
        """The formats of numbers have bounds, beside the schema's own."""
        for name, good, bad in (
            ("int32", [2**31 - 1, -(2**31)], [2**31, -(2**31) - 1]),
            ("int64", [2**63 - 1, -(2**63)], [2**63]),
            ("float", [3.4e38, 0.1], [3.5e38, -1e300]),
            ("double", [1e300], []),
        ):
            for version in VERSIONS:
                it = {"type": "number", "format": name}
                schema = schema_of(of_schemas(version, it=it), "it")
                self.assertEqual([value for value in good if not schema.valid(value)], [])
                self.assertEqual([value for value in bad if schema.valid(value)], [])
        schema = {"type": "integer", "format": "int32", "maximum": 5}
        self.assertEqual(faults(schema, 6), [("", "must be at most 5")])

    def test_texts(self) -> None:
        """The formats of texts are looked at; those that say nothing of a text let it pass."""
        for name, good, bad in (
            ("byte", ["", "aGk=", "YWJj"], ["a", "a?==", "aGk"]),
            ("date-time", ["2020-01-01T00:00:00Z"], ["2020-01-01"]),
            ("uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["x"]),
            ("binary", ["\u0000anything"], []),
            ("password", ["x"], []),
            ("of-our-own", ["x"], []),
        ):
            schema = schema_of(of_schemas("3.0.3", it={"type": "string", "format": name}), "it")
            self.assertEqual([value for value in good if not schema.valid(value)], [])
            self.assertEqual([value for value in bad if schema.valid(value)], [])


class AnchorTests(SynchronousTestCase):
    """Names of schemas other than where they stand."""

    def test_names(self) -> None:
        """``$id``, ``$anchor`` and pointers within an ``$id`` are followed."""
        schemas = {
            "root": {
                "$id": "https://a.example/root",
                "$defs": {"n": {"$anchor": "n", "type": "integer"}},
                "items": {"$ref": "#n"},
            },
            "a": {"$ref": "https://a.example/root#n"},
            "b": {"$ref": "https://a.example/root#/$defs/n"},
            "c": {"$id": "https://a.example/c", "$ref": "root#n"},
        }
        document = of_schemas(**schemas)
        for name in ("a", "b", "c"):
            self.assertEqual(faults_of(schema_of(document, name), ""), [("", "must be an integer")])
        self.assertEqual(
            faults_of(schema_of(document, "root"), [""]), [("/0", "must be an integer")]
        )

    def test_dynamic(self) -> None:
        """A dynamic reference is followed where it has but one goal."""
        tree = {
            "$dynamicAnchor": "node",
            "properties": {"children": {"items": {"$dynamicRef": "#node"}}},
            "additionalProperties": False,
        }
        value = {"children": [{"x": 1}]}
        self.assertEqual(faults(tree, value), [("/children/0/x", "is not known here")])
        other = {"$dynamicAnchor": "node"}
        self.assertEqual(faults(tree, value, other=other), [])

    def test_siblings(self) -> None:
        """In 3.1 what stands beside a reference holds too."""
        self.assertEqual(
            faults({**ref("text"), "maxLength": 1}, "ab", text={"type": "string"}),
            [("", "must have at most 1 character")],
        )


class EffortTests(SynchronousTestCase):
    """A validator cannot be stopped: what would take it too long is not given to it."""

    def test_too_much(self) -> None:
        """Numbers that hash alike, and alternatives that multiply, are not valid."""
        unique = schema_of(of_schemas(it={"type": "array", "uniqueItems": True}), "it")
        self._is_left_out(unique, [10**30 + number for number in range(5000)])
        rungs = {f"a{n}": {"anyOf": [ref(f"a{n + 1}"), ref(f"a{n + 1}")]} for n in range(40)}
        ladder = schema_of(of_schemas(it=ref("a0"), **rungs, a40={"type": "integer"}), "it")
        self._is_left_out(ladder, "x")

    def test_recursion(self) -> None:
        """What is deep and valid is so, however many branches lead back."""
        inside = {"type": "object", "properties": {"n": ref("it")}}
        kinds = [{**inside, "required": [name]} for name in "ab"]
        node = schema_of(of_schemas(it={"anyOf": [*kinds, {"type": "integer"}]}), "it")
        value: Any = 1
        for depth in range(100):
            value = {"n": value, "ab"[depth % 2]: 1}
        self.assertTrue(node.valid(value))
        self.assertEqual(node.faults(value), [])

    def _is_left_out(self, schema: Schema, value: Any) -> None:
        self.assertFalse(schema.valid(value))
        self.assertTrue(schema.leaves_out(value))
        message = "is too large or too deep to be held against its schema"
        self.assertEqual(schema.faults(value), [Fault("", message)])

    def test_untold(self) -> None:
        """Where a value can be judged and its faults cannot be found, that is what is said."""
        inside = {"type": "object", "properties": {"n": ref("it")}}
        node = schema_of(
            of_schemas(
                it={"anyOf": [{**inside, "required": ["a"]}, {**inside, "maxProperties": 0}]}
            ),
            "it",
        )
        value: Any = 1
        for _ in range(12):
            value = {"n": value}
        self.assertFalse(node.valid(value))
        message = "is wrong, and too large or too deep to tell where"
        self.assertEqual(node.faults(value), [Fault("", message)])
        self.assertFalse(node.leaves_out(value))

    def test_nothing(self) -> None:
        """`None` is a value like others."""
        schema = schema_of(of_schemas(it={"anyOf": [{"type": "null"}] * 20}), "it")
        self.assertEqual((schema.faults(None), schema.leaves_out(None)), ([], False))
