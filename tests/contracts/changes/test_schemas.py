"""Tests for `altlas.contracts.changes.schemas`, and what it walks with."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.changes import schemas
from tests.contracts.editions import answered, asked, changes, compared

STRING, NUMBER = {"type": "string"}, {"type": "number"}
NULL = {"type": "null"}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


class BothWays(SynchronousTestCase):
    """Schemas of requests and of answers."""

    def both(self, old: Any, new: Any) -> tuple[str, str]:
        """The worst verdict on a change in a request, and in an answer."""
        found = [compared(make(old), make(new)) for make in (asked, answered)]
        order = ["harmless", "may break", "breaking"]
        request, answer = (
            max((verdict for verdict, _ in each), key=order.index, default="none") for each in found
        )
        return request, answer


class KeywordTests(BothWays):
    """Requests may only widen, answers may only narrow."""

    def test_bounds(self) -> None:
        """What narrows breaks requests, what widens breaks answers."""
        for old, new in (
            ({"maxLength": 9}, {"maxLength": 5}),
            ({}, {"maxLength": 5}),
            ({"minimum": 0}, {"minimum": 1}),
            ({"exclusiveMinimum": 0}, {"exclusiveMinimum": 1}),
            ({"minItems": 0}, {"minItems": 2}),
            ({}, {"uniqueItems": True}),
            ({"type": ["string", "null"]}, STRING),
            (NUMBER, {"type": "integer"}),
            ({}, STRING),
            ({"enum": ["a", "b"]}, {"enum": ["a"]}),
            (STRING, {"enum": ["a"]}),
            ({"enum": ["a", "b"]}, {"const": "a"}),
            (STRING, STRING | {"format": "uuid"}),
            (STRING, STRING | {"pattern": "^a"}),
            ({"multipleOf": 2}, {"multipleOf": 4}),
            ({}, {"not": STRING}),
            ({"anyOf": [STRING, NULL]}, STRING),
        ):
            self.assertEqual(self.both(old, new), ("breaking", "harmless"), (old, new))
            self.assertEqual(self.both(new, old), ("harmless", "breaking"), (new, old))

    def test_another_type(self) -> None:
        """A type that is another one breaks both."""
        self.assertEqual(self.both(STRING, NUMBER), ("breaking", "breaking"))

    def test_numbers_that_hold_more(self) -> None:
        """int64 holds more than int32: clients that read by it cannot keep it."""
        old, new = ({"type": "integer", "format": each} for each in ("int32", "int64"))
        self.assertEqual(self.both(old, new), ("harmless", "breaking"))
        self.assertEqual(self.both(new, old), ("breaking", "harmless"))

    def test_written_otherwise(self) -> None:
        """The same said in another way is no change."""
        for old, new in (
            ({"type": ["string", "null"]}, {"anyOf": [STRING, NULL]}),
            ({"type": ["string", "null"]}, {"type": ["null", "string"]}),
            ({"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 0}),
            ({"enum": ["a"]}, {"const": "a"}),
            ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
            (STRING, STRING | {"description": "x", "example": 1, "title": "y"}),
            ({"allOf": [STRING, {"maxLength": 3}]}, STRING | {"maxLength": 3}),
            ({"required": ["a", "b"]}, {"required": ["b", "a"]}),
        ):
            self.assertEqual(self.both(old, new), ("none", "none"), (old, new))

    def test_true_is_not_one(self) -> None:
        """JSON tells true from 1, though Python does not."""
        self.assertEqual(self.both({"const": 1}, {"const": True}), ("breaking", "breaking"))

    def test_unknowable(self) -> None:
        """Where nobody can know it is told that it may break, and what it is."""
        old, new = STRING | {"pattern": "^a+$"}, STRING | {"pattern": "^[a]+$"}
        found = compared(asked(old), asked(new))
        told = 'the request body (application/json) has pattern "^[a]+$", was "^a+$"'
        self.assertEqual(found, [("may break", told)])
        (change,) = changes(asked(old), asked(new))
        self.assertEqual((change.breaking, change.certain), (True, False))

    def test_default(self) -> None:
        """Another default is told, and harmless."""
        self.assertEqual(self.both({"default": 1}, {"default": 2}), ("harmless", "harmless"))
        self.assertEqual(
            self.both({"default": 1, "maximum": 9}, {"default": 2, "maximum": 5}),
            ("breaking", "harmless"),
        )


class FieldTests(BothWays):
    """Fields and items."""

    def test_new_optional_field(self) -> None:
        """A new optional field is harmless both ways."""
        old, new = {"properties": {"a": STRING}}, {"properties": {"a": STRING, "b": STRING}}
        self.assertEqual(self.both(old, new), ("harmless", "harmless"))

    def test_new_required_field(self) -> None:
        """A new required field breaks requests, and is harmless in answers."""
        old = {"properties": {"a": STRING}}
        new = {"properties": {"a": STRING, "b": STRING}, "required": ["b"]}
        self.assertEqual(self.both(old, new), ("breaking", "harmless"))
        found = compared(asked(old), asked(new))
        told = "the request body (application/json) wants a new field 'b'"
        self.assertEqual(found, [("breaking", told)])

    def test_field_gone(self) -> None:
        """A field that is gone may break; it does where it was promised, or is refused now."""
        old, new = {"properties": {"a": STRING, "b": STRING}}, {"properties": {"a": STRING}}
        self.assertEqual(self.both(old, new), ("may break", "may break"))
        promised = old | {"required": ["b"]}
        self.assertEqual(self.both(promised, new)[1], "breaking")
        closed = new | {"additionalProperties": False}
        self.assertEqual(self.both(old, closed)[0], "breaking")

    def test_required(self) -> None:
        """To require more breaks requests, to promise less breaks answers."""
        old, new = {"properties": {"a": STRING}}, {"properties": {"a": STRING}, "required": ["a"]}
        self.assertEqual(self.both(old, new), ("breaking", "harmless"))
        self.assertEqual(self.both(new, old), ("harmless", "breaking"))

    def test_read_only(self) -> None:
        """What goes one way only is compared for that way only."""
        for mark, expected in (
            ("readOnly", ("none", "breaking")),
            ("writeOnly", ("breaking", "none")),
        ):
            old, new = (
                {"properties": {"a": {"type": kind, mark: True}}, "required": ["a"]}
                for kind in ("string", "integer")
            )
            self.assertEqual(self.both(old, new), expected)

    def test_further_fields(self) -> None:
        """To refuse further fields breaks requests."""
        self.assertEqual(self.both({}, {"additionalProperties": False}), ("breaking", "harmless"))
        old, new = {"additionalProperties": STRING}, {"additionalProperties": NUMBER}
        self.assertEqual(self.both(old, new), ("breaking", "breaking"))

    def test_items(self) -> None:
        """Items are compared, those of a place of their own too."""
        old, new = {"items": NUMBER}, {"items": {"type": "integer"}}
        self.assertEqual(self.both(old, new), ("breaking", "harmless"))
        self.assertEqual(
            self.both({"prefixItems": [STRING]}, {"prefixItems": [NUMBER]})[0], "breaking"
        )
        self.assertEqual(self.both({}, {"items": STRING}), ("breaking", "harmless"))

    def test_where(self) -> None:
        """The message says where in the body, the pointer where in the document."""
        old, new = (
            asked(
                {"properties": {"pets": {"items": ref("Pet")}}}, Pet={"properties": {"age": kind}}
            )
            for kind in (STRING, NUMBER)
        )
        (change,) = changes(old, new)
        told = 'the request body (application/json) at /pets/*/age has type "number", was "string"'
        self.assertEqual(change.message, told)
        self.assertEqual(change.pointer, "/components/schemas/Pet/properties/age/type")


class BranchTests(BothWays):
    """Alternatives, references, recursion."""

    def test_alternatives(self) -> None:
        """One more alternative widens, one fewer narrows."""
        one = {"A": {"properties": {"a": STRING}}, "B": {"properties": {"b": STRING}}, "C": NUMBER}
        for keyword in ("anyOf", "oneOf"):
            few, many = ({keyword: [ref(n) for n in names]} for names in ("AB", "ABC"))
            found = compared(asked(few, **one), asked(many, **one))
            told = "the request body (application/json) has as further alternative C"
            self.assertEqual(found, [("harmless", told)])
            self.assertEqual(
                compared(answered(few, **one), answered(many, **one))[0][0], "breaking"
            )
            self.assertEqual(compared(asked(many, **one), asked(few, **one))[0][0], "breaking")
            self.assertEqual(
                compared(answered(many, **one), answered(few, **one))[0][0], "harmless"
            )

    def test_order_of_alternatives(self) -> None:
        """Their order is no change."""
        self.assertEqual(
            self.both({"oneOf": [STRING, NUMBER]}, {"oneOf": [NUMBER, STRING]}), ("none",) * 2
        )

    def test_alternative_changed(self) -> None:
        """What changes within an alternative is told as that."""
        schema = {"oneOf": [ref("A"), NUMBER]}
        old, new = (asked(schema, A={"properties": {"a": kind}}) for kind in (STRING, NUMBER))
        self.assertEqual([verdict for verdict, _ in compared(old, new)], ["breaking"])

    def test_recursion(self) -> None:
        """Schemas that contain themselves are compared once."""
        both = [
            asked(ref("Node"), Node={"properties": {"next": ref("Node"), "v": {"type": kind}}})
            for kind in ("integer", "number")
        ]
        self.assertEqual(compared(both[0], both[0]), [])
        self.assertEqual([verdict for verdict, _ in compared(*both)], ["harmless"])
        self.assertEqual([verdict for verdict, _ in compared(*reversed(both))], ["breaking"])

    def test_component_renamed(self) -> None:
        """The names of components are the document's own."""
        schema = {"properties": {"a": STRING}}
        self.assertEqual(compared(asked(ref("A"), A=schema), asked(ref("B"), B=schema)), [])
        self.assertEqual(compared(asked(ref("A"), A=schema), asked(schema)), [])

    def test_all_of(self) -> None:
        """The parts of an allOf hold together, whichever of them says what."""
        parts = {"allOf": [ref("A"), {"properties": {"b": STRING}, "required": ["a"]}]}
        one = {"properties": {"a": STRING, "b": STRING}, "required": ["a"]}
        part = {"properties": {"a": STRING}}
        self.assertEqual(compared(asked(parts, A=part), asked(one)), [])
        self.assertEqual(compared(asked(one), asked(parts, A=part)), [])

    def test_far_away(self) -> None:
        """A change behind many references is found, at every operation that is concerned."""
        chain = {f"S{n}": {"properties": {"x": ref(f"S{n + 1}")}} for n in range(30)}
        old, new = (asked(ref("S0"), **chain, S30=end) for end in (STRING, NUMBER))
        ((verdict, message),) = compared(old, new)
        self.assertEqual(verdict, "breaking")
        self.assertIn("at " + "/x" * 30, message)

    def test_too_much(self) -> None:
        """Where not all places are compared, it may break, and that is told."""
        self.patch(schemas, "PAIRS", 10)
        many = {f"S{n}": {"properties": {"x": ref(f"S{n + 1}")}} for n in range(30)}
        old, new = (asked(ref("S0"), **many, S30=end) for end in (STRING, NUMBER))
        told = "the request body (application/json) has more places than are compared"
        self.assertEqual(compared(old, new), [("may break", told)])

    @given(st.data())
    def test_against_values(self, data: st.DataObject) -> None:
        """A value that the old schema takes and the new one refuses is never a harmless change."""
        keywords = {
            "type": st.sampled_from(["string", "integer", "number", ["string", "null"]]),
            "enum": st.lists(st.sampled_from(["a", "bb", 1, 2.5, None]), min_size=1, unique=True),
            "maxLength": st.integers(0, 3),
            "minLength": st.integers(0, 3),
            "maximum": st.integers(0, 3),
            "exclusiveMinimum": st.integers(0, 3),
            "pattern": st.sampled_from(["^a", "b$"]),
            "multipleOf": st.sampled_from([1, 2]),
        }
        old, new = (data.draw(st.fixed_dictionaries({}, optional=keywords)) for _ in range(2))
        values = ["", "a", "ab", "bb", "abab", 0, 1, 2, 2.5, 3, 7, None, True]
        taken = Draft202012Validator(old).is_valid
        broken = [v for v in values if taken(v) and not Draft202012Validator(new).is_valid(v)]
        verdicts = {verdict for verdict, _ in compared(asked(old), asked(new))}
        if broken:
            self.assertTrue(verdicts - {"harmless"}, (old, new, broken))
        back = {verdict for verdict, _ in compared(answered(new), answered(old))}
        if broken:
            self.assertTrue(back - {"harmless"}, (old, new, broken))
