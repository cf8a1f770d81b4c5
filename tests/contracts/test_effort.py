"""What would take too long is not given to a validator."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.effort import Effort, Efforts


def effort(schema: Any, **components: Any) -> Effort:
    """The estimate for one schema."""
    return Efforts({"components": {"schemas": components}}).of(schema)


def ref(name: str) -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def nested(depth: int, leaf: Any = 1) -> Any:
    """``{"n": {"n": ...}}``."""
    for _ in range(depth):
        leaf = {"n": leaf}
    return leaf


BRANCH = {"properties": {"n": ref("Node")}}
NODE = {"anyOf": [{**BRANCH, "required": ["a"]}, {**BRANCH, "required": ["b"]}, BRANCH, BRANCH]}


class EffortTests(SynchronousTestCase):
    """Which values are too much."""

    def test_plain(self) -> None:
        """For most schemas nothing is."""
        narrow = effort({"type": "array", "items": {"type": "integer"}})
        self.assertTrue(narrow.is_small)
        self.assertFalse(narrow.exceeds([1] * 500_000))

    def test_branches_of_branches(self) -> None:
        """Where branches multiply with the depth, it is known whether a value is valid, but too
        much is wrong with a deep one to tell.
        """
        node = effort(ref("Node"), Node=NODE)
        self.assertFalse(node.is_small)
        self.assertFalse(node.exceeds(nested(200)))
        self.assertFalse(node.exceeds([nested(5)] * 10_000))
        self.assertTrue(node.tells_too_much(nested(8)))
        self.assertFalse(node.tells_too_much(nested(3)))

    def test_ladders(self) -> None:
        """Where they multiply without a circle, a validator would go all the ways."""
        rungs = {f"a{n}": {"anyOf": [ref(f"a{n + 1}"), ref(f"a{n + 1}")]} for n in range(30)}
        self.assertTrue(effort(ref("a0"), **rungs, a30={}).exceeds(1))

    def test_wide(self) -> None:
        """Many branches are too much for many items."""
        wide = effort({"items": {"anyOf": [{"const": number} for number in range(100)]}})
        self.assertFalse(wide.exceeds([99] * 10_000))
        self.assertTrue(wide.exceeds([99] * 100_000))

    def test_marks(self) -> None:
        """A discriminator, as it is made into rules, leaves one branch of many."""
        kinds = [
            {"if": {"properties": {"k": {"enum": [kind]}}}, "then": ref(kind)} for kind in "abcd"
        ]
        inner = {"properties": {"n": ref("Node")}, "items": ref("Node")}
        node = effort(ref("Node"), Node={"allOf": kinds}, **dict.fromkeys("abcd", inner))
        value: Any = {"k": "a"}
        for _ in range(50):
            value = {"k": "b", "n": value}
        self.assertFalse(node.tells_too_much(value))
        self.assertTrue(node.tells_too_much(nested(50)))

    def test_numbers_alike(self) -> None:
        """Integers that are one float cannot be told apart by a table of hashes."""
        unique = effort({"uniqueItems": True})
        self.assertFalse(unique.is_small)
        self.assertFalse(unique.exceeds([*range(100_000)]))
        self.assertFalse(unique.exceeds([10**30 * number for number in range(10_000)]))
        self.assertTrue(unique.exceeds([10**30 + number for number in range(2000)]))
        self.assertTrue(unique.exceeds([{"a": [2**62 + number]} for number in range(8000)]))

    def test_numbers_far(self) -> None:
        """A large float takes long to divide."""
        cents = effort({"items": {"multipleOf": 0.01}})
        self.assertFalse(cents.exceeds([0.07] * 20_000))
        self.assertTrue(cents.exceeds([1e308] * 50_000))
