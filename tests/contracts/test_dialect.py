"""Schemas of OpenAPI 3.0 in the words of 3.1, held against a validator that knows 3.0 itself."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.dialect import VERSION, unified
from altlas.contracts.schemas import Direction, Schemas

_WHERE = ("components", "schemas", "it")
_NAMES = st.sampled_from(["a", "b", "c"])
_FEW = st.integers(0, 3)

#: no floats that are whole: to draft 4 they are no integers, to 2020-12 they are
_SCALARS = st.sampled_from([None, True, False, -1, 0, 1, 2, 3, 0.5, 2.5, "", "a", "ab", "abc"])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=6,
)


def _some(**keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keywords)


_NULLABLE = st.booleans()
_NUMBERS = _some(
    type=st.sampled_from(["integer", "number"]),
    minimum=_FEW,
    maximum=_FEW,
    exclusiveMinimum=st.booleans(),
    exclusiveMaximum=st.booleans(),
    multipleOf=st.integers(1, 3),
    nullable=_NULLABLE,
)
_TEXTS = _some(
    type=st.just("string"),
    minLength=_FEW,
    maxLength=_FEW,
    pattern=st.sampled_from(["^a", "b$", "^.$"]),
    nullable=_NULLABLE,
    example=_SCALARS,
)
_ENUMS = _some(type=st.just("string"), enum=st.lists(_SCALARS, min_size=1, max_size=3))


def _deeper(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        _some(
            type=st.just("object"),
            properties=st.dictionaries(_NAMES, inner, max_size=3),
            required=st.lists(_NAMES, min_size=1, max_size=2, unique=True),
            additionalProperties=st.booleans() | inner,
            minProperties=_FEW,
            maxProperties=_FEW,
            nullable=_NULLABLE,
        ),
        _some(
            type=st.just("array"),
            items=inner,
            minItems=_FEW,
            maxItems=_FEW,
            uniqueItems=st.booleans(),
            nullable=_NULLABLE,
        ),
        # Nullable beside these says nothing to a strict reader; see `NullTests`.
        _some(allOf=several),
        _some(anyOf=several),
        _some(oneOf=several),
        _some(**{"not": inner}),
    )


_SCHEMAS = st.recursive(_NUMBERS | _TEXTS | _ENUMS, _deeper, max_leaves=6)


def _document(version: str = "3.0.3", **schemas: Any) -> dict[str, Any]:
    head = {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": {}}
    return {**head, "components": {"schemas": schemas}}


def _valid(value: Any, version: str = "3.0.3", **schemas: Any) -> bool:
    document, _ = unified(_document(version, **schemas))
    return Schemas(document).at(_WHERE, Direction.REQUEST).valid(value)


class OracleTests(SynchronousTestCase):
    """Rewriting changes words and not meaning."""

    @settings(max_examples=300, deadline=None)
    @given(schema=_SCHEMAS, values=st.lists(_VALUES, min_size=1, max_size=5))
    def test_same_verdict(self, schema: dict[str, Any], values: list[Any]) -> None:
        """A value is valid by the rewritten schema if, and only if, it is by the one of 3.0."""
        document, doubts = unified(_document(it=schema))
        ours = Schemas(document).at(_WHERE, Direction.REQUEST)
        theirs = OAS30Validator(schema)
        self.assertEqual(doubts, ())
        self.assertEqual(
            [ours.valid(value) for value in values], [theirs.is_valid(value) for value in values]
        )

    @settings(max_examples=100, deadline=None)
    @given(schema=_SCHEMAS, value=_VALUES)
    def test_faults_and_verdict_agree(self, schema: dict[str, Any], value: Any) -> None:
        """A value has faults if, and only if, it is not valid; all lead to where they say."""
        document, _ = unified(_document(it=schema))
        ours = Schemas(document).at(_WHERE, Direction.REQUEST)
        self.assertEqual(ours.faults(value) == [], ours.valid(value))

    @settings(max_examples=50, deadline=None)
    @given(schema=_SCHEMAS)
    def test_the_given_is_left_alone(self, schema: dict[str, Any]) -> None:
        """Rewriting makes a new document, which has the one version; the old one stays."""
        before = repr(document := _document(it=schema))
        made, _ = unified(document)
        self.assertEqual((repr(document), made["openapi"]), (before, VERSION))
        self.assertEqual(unified(made)[0], made)


class NullTests(SynchronousTestCase):
    """Where an author of 3.0 wrote that null may come, it may."""

    def test_beside_what_combines(self) -> None:
        """Beside a reference, ``allOf`` or an enumeration ``nullable`` lets null in too."""
        text = {"type": "string", "enum": ["a"]}
        for schema in (
            {"$ref": "#/components/schemas/text", "nullable": True},
            {"allOf": [{"$ref": "#/components/schemas/text"}], "nullable": True},
            {**text, "nullable": True},
            {"enum": ["a"], "nullable": True},
        ):
            found = [_valid(value, it=schema, text=text) for value in (None, "a", "b", 3)]
            self.assertEqual(found, [True, True, False, False], schema)

    def test_without_a_type(self) -> None:
        """A schema without a type takes null whatever ``nullable`` says."""
        self.assertTrue(_valid(None, it={"minLength": 2, "nullable": False}))

    def test_in_3_1(self) -> None:
        """In 3.1 the word means nothing, which is told."""
        document = _document("3.1.0", it={"type": "string", "nullable": True})
        _, doubts = unified(document)
        self.assertEqual([d.pointer for d in doubts], ["/components/schemas/it/nullable"])


class ReferenceTests(SynchronousTestCase):
    """What stands beside a reference."""

    def test_siblings(self) -> None:
        """It says nothing in 3.0, and holds in 3.1."""
        schema = {"$ref": "#/components/schemas/text", "maxLength": 1}
        found = [_valid("ab", v, it=schema, text={"type": "string"}) for v in ("3.0.0", "3.1.0")]
        self.assertEqual(found, [True, False])

    def test_odd_places(self) -> None:
        """A schema that stands anywhere is rewritten where a reference to a schema leads to it."""
        document = _document(it={"$ref": "#/x-own/text"})
        document["x-own"] = {"text": {"type": "string", "nullable": True}}
        made, _ = unified(document)
        self.assertTrue(Schemas(made).at(_WHERE, Direction.REQUEST).valid(None))

    def test_examples_are_left_alone(self) -> None:
        """What looks like a schema in an example or an enumeration is no schema."""
        value = {"nullable": True, "example": 1, "$ref": "#/nowhere", "x": 2}
        document, _ = unified(_document(it={"enum": [value], "default": value}))
        self.assertEqual(document["components"]["schemas"]["it"]["enum"], [value])
        self.assertEqual(document["components"]["schemas"]["it"]["default"], value)


class PatternTests(SynchronousTestCase):
    """Patterns run in linear time, or not at all."""

    def test_look_around(self) -> None:
        """A pattern with look-around or a back-reference is told of and not enforced."""
        for pattern in (r"^(?!x)", r"(a)\1", "("):
            document, doubts = unified(_document("3.1.0", it={"pattern": pattern}))
            self.assertEqual([d.pointer for d in doubts], ["/components/schemas/it/pattern"])
            self.assertEqual(document["components"]["schemas"]["it"], {})

    def test_names(self) -> None:
        """Where a pattern of names is left out, other names are no longer refused."""
        schema = {"patternProperties": {"^(?=a)": True}, "additionalProperties": False}
        self.assertTrue(_valid({"a": 1, "b": 2}, "3.1.0", it=schema))

    def test_many_repetitions(self) -> None:
        """A text that would keep a backtracking engine for ever is decided at once."""
        self.assertFalse(_valid("a" * 50_000 + "!", it={"pattern": "^(a+)+$"}))
