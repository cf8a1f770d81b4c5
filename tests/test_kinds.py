"""Kinds are found by looking, told apart by name, and asked for with help."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from attrs import frozen
from twisted.trial.unittest import SynchronousTestCase

import altlas.balancing
from altlas.kinds import Catalog, DuplicateKind, Kind, UnknownKind, discover


@frozen
class Plain:
    """Settings without keys."""


@frozen
class Other:
    """Other settings without keys."""


PLAIN = Kind("plain", Plain, lambda settings: settings)
OTHER = Kind("other", Other, lambda settings: settings)


class CatalogTests(SynchronousTestCase):
    """What a catalog promises."""

    def test_gets_by_name(self) -> None:
        """A kind is found by its group and name."""
        catalog = Catalog.of({"thing": [PLAIN, OTHER]})
        self.assertIs(catalog.get("thing", "plain"), PLAIN)

    def test_names_in_order(self) -> None:
        """Names and kinds come in alphabetical order, whatever order they were found in."""
        catalog = Catalog.of({"thing": [PLAIN, OTHER]})
        self.assertEqual(catalog.names("thing"), ("other", "plain"))
        self.assertEqual(catalog.kinds("thing"), (OTHER, PLAIN))
        self.assertEqual(catalog.groups(), ("thing",))

    def test_unknown_name_has_nearest(self) -> None:
        """An unknown name is reported with the nearest known one."""
        catalog = Catalog.of({"thing": [PLAIN, OTHER]})
        error = self.assertRaises(UnknownKind, catalog.get, "thing", "plian")
        self.assertEqual(error.nearest, "plain")
        self.assertEqual(error.known, ("other", "plain"))
        self.assertIn("'plian'", str(error))

    def test_unknown_name_without_likeness(self) -> None:
        """A name that resembles nothing has no nearest one."""
        error = self.assertRaises(UnknownKind, Catalog.of({"thing": [PLAIN]}).get, "thing", "xyz")
        self.assertIsNone(error.nearest)

    def test_unknown_group_is_empty(self) -> None:
        """A group nobody has kinds for is an empty one."""
        self.assertEqual(Catalog().names("thing"), ())
        self.assertRaises(UnknownKind, Catalog().get, "thing", "plain")

    def test_kind_of_settings(self) -> None:
        """A kind is found again by an instance of its settings."""
        catalog = Catalog.of({"thing": [PLAIN, OTHER]})
        self.assertIs(catalog.kind_of("thing", Other()), OTHER)
        self.assertRaises(UnknownKind, catalog.kind_of, "thing", object())

    def test_same_name_twice(self) -> None:
        """Two kinds of one name in a group are refused."""
        twin = Kind("plain", Other, lambda settings: settings)
        self.assertRaises(DuplicateKind, Catalog.of, {"thing": [PLAIN, twin]})

    def test_same_settings_twice(self) -> None:
        """Two kinds that share a settings class are refused."""
        twin = Kind("twin", Plain, lambda settings: settings)
        self.assertRaises(DuplicateKind, Catalog.of, {"thing": [PLAIN, twin]})


class DiscoverTests(SynchronousTestCase):
    """What discovery promises."""

    def test_finds_the_balancers(self) -> None:
        """Every balancer of the package is found, by module or by the package's name."""
        for package in (altlas.balancing, "altlas.balancing"):
            names = discover(package).names("balancer")
            self.assertEqual(names, ("least-requests", "round-robin"))

    def test_new_file_is_enough(self) -> None:
        """A file with a `KIND` is a new kind; files without one are left alone."""
        folder = Path(self.mktemp()).resolve()
        package = folder / "found_kinds"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text('GROUP = "thing"\n')
        (package / "aside.py").write_text("")
        (package / "one.py").write_text(f"from {__name__} import PLAIN as KIND\n")
        sys.path.insert(0, str(folder))
        self.addCleanup(sys.path.remove, str(folder))
        self.assertEqual(discover("found_kinds").kinds("thing"), (PLAIN,))

    def test_group_of_several_packages(self) -> None:
        """Packages of the same group add up, and an empty one has no kinds."""
        empty = ModuleType("empty")
        empty.GROUP = "balancer"  # type: ignore[attr-defined]
        empty.__path__ = []
        catalog = discover(empty, altlas.balancing)
        self.assertEqual(len(catalog.kinds("balancer")), 2)
