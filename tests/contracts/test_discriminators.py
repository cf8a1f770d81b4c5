"""Tests for `altlas.contracts.discriminators`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.documents import VERSIONS, faults_of, of_schemas, ref, schema_of


def _animal(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": ["kind"], "properties": {"kind": {}, **properties}}


_CAT, _DOG = _animal(lives={"type": "integer"}), _animal(name={"type": "string"})
_BY = {"propertyName": "kind", "mapping": {"kitty": "#/components/schemas/Cat", "pup": "Dog"}}
_UNION = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": _BY}

_PET = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"type": "string"}},
    "discriminator": {"propertyName": "kind", "mapping": {"kitty": "#/components/schemas/Cat"}},
}


def _child(**properties: Any) -> dict[str, Any]:
    return {"allOf": [ref("Pet"), {"type": "object", "properties": properties}]}


class _Told(SynchronousTestCase):
    """What is told of values, in both versions alike."""

    def told(self, value: Any, name: str, **schemas: Any) -> list[tuple[str, str]]:
        """The faults of a value."""
        found = [
            faults_of(schema_of(of_schemas(version, **schemas), name), value)
            for version in VERSIONS
        ]
        self.assertEqual(found[0], found[1])
        return found[0]


class UnionTests(_Told):
    """Of ``oneOf`` and ``anyOf`` the property's value picks one."""

    def faults(self, value: Any, keyword: str = "oneOf") -> list[tuple[str, str]]:
        """The faults of a value that is a cat or a dog."""
        union = {keyword: _UNION["oneOf"], "discriminator": _BY}
        return self.told(value, "it", it=union, Cat=_CAT, Dog=_DOG)

    def test_picks(self) -> None:
        """A mapped name and a schema's own pick alike, though the value would fit others too."""
        for keyword in ("oneOf", "anyOf"):
            for kind in ("kitty", "Cat"):
                self.assertEqual(self.faults({"kind": kind, "name": 3}, keyword), [])
                self.assertEqual(
                    self.faults({"kind": kind, "lives": "x"}, keyword),
                    [("/lives", "must be an integer")],
                )
            self.assertEqual(
                self.faults({"kind": "pup", "name": 3}, keyword), [("/name", "must be a string")]
            )

    def test_unknown(self) -> None:
        """Another name is the only fault."""
        message = 'must be one of "kitty", "Cat", "pup", "Dog"'
        for kind in ("cow", 3, None):
            self.assertEqual(self.faults({"kind": kind, "lives": "x"}), [("/kind", message)])

    def test_missing(self) -> None:
        """Where the property is missing it is asked for."""
        self.assertEqual(self.faults({}), [("/kind", "is required")])
        self.assertEqual(self.faults(3), [("", "must be an object")])

    def test_nullable(self) -> None:
        """A nullable union takes null."""
        document = of_schemas("3.0.3", it={**_UNION, "nullable": True}, Cat=_CAT, Dog=_DOG)
        schema = schema_of(document, "it")
        self.assertTrue(schema.valid(None))
        self.assertEqual(
            faults_of(schema, {"kind": "pup", "name": 3}), [("/name", "must be a string")]
        )

    def test_by_constants(self) -> None:
        """Schemas without a name are known by the property's own value."""
        one = {"type": "object", "properties": {"kind": {"enum": ["one"]}, "x": {"type": "null"}}}
        two = {"type": "object", "properties": {"kind": {"enum": ["two"]}}}
        document = of_schemas(it={"oneOf": [one, two], "discriminator": {"propertyName": "kind"}})
        schema = schema_of(document, "it")
        self.assertEqual(
            faults_of(schema, {"kind": "three"}), [("/kind", 'must be "one" or "two"')]
        )
        self.assertEqual(faults_of(schema, {"kind": "one", "x": 1}), [("/x", "must be null")])


class FamilyTests(_Told):
    """Whoever asks for a parent gets the child that the property names."""

    def faults(self, value: Any, name: str = "Pet") -> list[tuple[str, str]]:
        """The faults of a value that is asked to be of a family."""
        return self.told(
            value,
            name,
            Pet=_PET,
            Cat=_child(lives={"type": "integer"}),
            Dog=_child(friend=ref("Pet")),
            Puppy={"allOf": [ref("Dog"), {"properties": {"weeks": {"type": "integer"}}}]},
            Pets={"type": "array", "items": ref("Pet")},
            Owner={"properties": {"pet": {"allOf": [ref("Pet")]}}},
        )

    def test_picks(self) -> None:
        """A child is held to its own schema, wherever the parent is asked for."""
        message = [("/lives", "must be an integer")]
        wrong = {"kind": "kitty", "lives": "x"}
        self.assertEqual(self.faults(wrong), message)
        self.assertEqual(self.faults([wrong], "Pets"), [(f"/0{message[0][0]}", message[0][1])])
        self.assertEqual(self.faults({"pet": wrong}, "Owner")[0][0], "/pet/lives")
        self.assertEqual(self.faults({"kind": "Dog", "friend": wrong})[0][0], "/friend/lives")

    def test_grandchildren(self) -> None:
        """Children of children belong to the family."""
        self.assertEqual(
            self.faults({"kind": "Puppy", "weeks": ""}), [("/weeks", "must be an integer")]
        )

    def test_parent(self) -> None:
        """The parent's own name is one of the family; a child alone is asked for nothing else."""
        self.assertEqual(self.faults({"kind": "Pet"}), [])
        self.assertEqual(self.faults({"kind": "Cat", "lives": 1}, "Cat"), [])

    def test_unknown(self) -> None:
        """Another name is a fault."""
        message = 'must be one of "kitty", "Cat", "Dog", "Pet", "Puppy"'
        self.assertEqual(self.faults({"kind": "cow"}), [("/kind", message)])
        self.assertEqual(self.faults({}), [("/kind", "is required")])
