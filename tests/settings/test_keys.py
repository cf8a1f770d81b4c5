"""Declaring keys."""

# ruff: noqa: RUF009 - what these calls return are declarations, and frozen
from __future__ import annotations

from attrs import frozen
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.keys import Key, declarations, group, key, optional, required
from altlas.settings.schema import slots
from altlas.settings.units import duration, integer, text


@frozen(kw_only=True)
class Inner:
    """A group."""

    try_for: float = key(duration, default="250ms", help="a while")


@frozen(kw_only=True)
class Outer:
    """A section."""

    name: str
    where: str = required(text, example="here", help="a place")
    count: int = key(integer, 3, "some")
    remark: str | None = optional(text, help="anything")
    inner_one: Inner = group(Inner)


class KeyTests(SynchronousTestCase):
    """Settings classes are attrs classes that know how they are written."""

    def test_defaults(self) -> None:
        """Defaults are what their text means, and required keys are required."""
        self.assertEqual(
            Outer(name="x", where="there"),
            Outer(name="x", where="there", count=3, remark=None, inner_one=Inner(try_for=0.25)),
        )
        self.assertRaises(TypeError, Outer, name="x")

    def test_names(self) -> None:
        """Attributes become keys: underscores are dashes, groups are parted by dots."""
        names = [slot.name for slot in slots(Outer)]
        self.assertEqual(names, ["where", "count", "remark", "inner-one.try-for"])

    def test_declarations(self) -> None:
        """A declaration keeps the default as it would be written."""
        found = declarations(Outer)
        self.assertEqual(found["count"], Key(integer, "3", "some"))
        self.assertNotIn("name", found)

    def test_wrong_default(self) -> None:
        """A default that its own parser refuses is found when the class is made."""
        self.assertRaises(ValueError, key, duration, default="soon", help="")
        self.assertRaises(ValueError, required, duration, example="soon", help="")
