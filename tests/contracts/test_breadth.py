"""How many schemas may be asked about one place."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.breadth import FRACTION, Breadths, Joints


def breadths(**schemas: Any) -> dict[str, int]:
    """The breadth of each of some components."""
    found = Breadths(Joints({"components": {"schemas": schemas}}))
    return {name: found.of(schema) for name, schema in schemas.items()}


def ref(name: str) -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


class BreadthTests(SynchronousTestCase):
    """What is counted."""

    def test_plain(self) -> None:
        """One schema asks once, however many properties it has; what is at one place adds up."""
        names = {str(number): {"type": "string"} for number in range(100)}
        both = {"allOf": [{"properties": names}, {"properties": names}]}
        found = breadths(flat={"properties": names}, both=both, any={"anyOf": [{}, {}, {}]})
        self.assertEqual(found, {"flat": 1, "both": 3, "any": 4})

    def test_fractions(self) -> None:
        """A division by a fraction costs more than other rules."""
        self.assertEqual(breadths(it={"multipleOf": 0.01})["it"], 1 + FRACTION)

    def test_recursion(self) -> None:
        """A schema that holds itself is as broad as without; it grows with the depth if two ways
        lead back from one place.
        """
        inside = {"properties": {"n": ref("twice")}}
        schemas = {
            "tree": {"properties": {"l": ref("tree"), "r": ref("tree")}, "items": ref("tree")},
            "twice": {"anyOf": [inside, {"properties": {"n": ref("twice")}}]},
            "above": {"items": {"items": ref("twice")}},
            "same": {"oneOf": [ref("child"), ref("child")]},
            "child": {"items": ref("same")},
        }
        found = Breadths(Joints({"components": {"schemas": schemas}}))
        growing = {name for name, schema in schemas.items() if found.grows(schema)}
        self.assertEqual(growing, {"twice", "above", "same", "child"})
        self.assertLess(max(map(found.of, schemas.values())), 10)

    def test_ladders(self) -> None:
        """Branches multiply where no way leads round, too, and then by a number."""
        rungs = {f"a{n}": {"anyOf": [ref(f"a{n + 1}"), ref(f"a{n + 1}")]} for n in range(30)}
        self.assertGreater(breadths(**rungs, a30={})["a0"], 1 << 30)

    def test_comparing(self) -> None:
        """What leads to unique items, or to a fraction, is known."""
        schemas: dict[str, Any] = {
            "unique": {"properties": {"a": {"items": {"uniqueItems": True}}}},
            "fraction": {"multipleOf": 0.1},
            "neither": {"items": {"uniqueItems": False, "multipleOf": 2}},
        }
        found = Breadths(Joints(schemas))
        told = [found.compares(each) for each in (*schemas.values(), True)]
        self.assertEqual(told, [True, True, False, False])

    def test_nowhere(self) -> None:
        """A reference to nothing asks nothing."""
        self.assertEqual(breadths(it=ref("missing")), {"it": 1})
