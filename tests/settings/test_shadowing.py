"""Routes that stand in one another's way."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.predicates import Predicate
from altlas.settings.shadowing import shadowed
from altlas.settings.tree import Route


def names(*routes: dict[str, Any]) -> list[tuple[str, str]]:
    """The unreachable routes and those in their way; routes are named by their positions."""
    built = [Route(**{"name": str(at), "path": "/a/", **more}) for at, more in enumerate(routes)]
    return [(route.name, by.name) for route, by in shadowed(built)]


class ShadowTests(SynchronousTestCase):
    """A route is unreachable when one that is asked before it takes all that it takes."""

    def test_same(self) -> None:
        """Of two routes alike the second is unreachable."""
        self.assertEqual(names({}, {}), [("1", "0")])

    def test_paths(self) -> None:
        """A wider path is asked later and so harms nobody, unless its priority is higher."""
        self.assertEqual(names({"path": "/"}, {}, {"path": "/a/b"}), [])
        self.assertEqual(names({"path": "/", "priority": 1}, {}), [("1", "0")])
        self.assertEqual(names({"priority": 1}, {"path": "/a"}), [("1", "0")])
        self.assertEqual(names({"priority": 1}, {"path": "~^/a"}, {"path": "/ab"}), [])

    def test_made_by_a_contract(self) -> None:
        """What is no operation is left to others, and operations are closer than any prefix."""
        made = {"routes": "from-contract"}
        self.assertEqual(names(made, {}), [])
        self.assertEqual(names({}, made), [])
        self.assertEqual(names({"path": "/", "priority": 1}, made), [("1", "0")])

    def test_regexes(self) -> None:
        """A regex below a path is asked after it, unless it has priority or asks for less."""
        events = {"path": "~^/a/[0-9]+/events$"}
        for text in ("^/a/[0-9]+$", "^/a/b/.*", "^/a$", "^/a/$", "^/a/(b|c)$"):
            self.assertEqual(names({"path": f"~{text}"}, {}), [("0", "1")], text)
        for text in ("^/b/", "^/ab", "^/a", "^/a/b|/c", "/a/b", "^/a/?$"):
            self.assertEqual(names({"path": f"~{text}"}, {}), [], text)
        self.assertEqual(names({"path": "~^/a$"}, {"path": "/a"}), [("0", "1")])
        self.assertEqual(names({"path": "~^/a$"}, {"path": "/a/b"}), [])
        self.assertEqual(names({**events, "priority": 1}, {}), [])
        self.assertEqual(names(events, {"priority": 1}), [("0", "1")])
        self.assertEqual(names(events, {"host": ("x",)}), [])
        self.assertEqual(names(events, {"method": ("GET",)}), [])
        self.assertEqual(names({**events, "method": ("GET",)}, {}), [("0", "1")])
        self.assertEqual(names({**events, "host": ("x",)}, {"host": ("x", "y")}), [("0", "1")])

    def test_root(self) -> None:
        """The root covers every regex there is."""
        for text in ("^/$", "x", "(?i)^/a", "^/a|^/b", ""):
            self.assertEqual(names({"path": f"~{text}"}, {"path": "/"}), [("0", "1")], text)

    def test_schemes(self) -> None:
        """A route for one scheme leaves the other to the rest, and is asked before them."""
        self.assertEqual(names({}, {"scheme": "http"}), [])
        self.assertEqual(names({"scheme": "http"}, {}), [])
        self.assertEqual(names({"scheme": "http"}, {"scheme": "https"}), [])
        self.assertEqual(names({"scheme": "http"}, {"scheme": "http"}), [("1", "0")])
        self.assertEqual(names({"priority": 1}, {"scheme": "https"}), [("1", "0")])

    def test_conditions(self) -> None:
        """More conditions are asked earlier, so a narrow route is reached beside a wide one."""
        self.assertEqual(names({}, {"method": ("GET",)}), [])
        self.assertEqual(names({"priority": 1}, {"method": ("GET",)}), [("1", "0")])
        self.assertEqual(names({"method": ("GET",)}, {"method": ("HEAD",)}), [("1", "0")])
        self.assertEqual(names({"method": ("GET",)}, {"method": ("GET", "POST")}), [])

    def test_predicates(self) -> None:
        """A field that need only be there takes one with a value; names have no case."""
        there, valued = (Predicate("X-A"),), (Predicate("x-a", "1"),)
        self.assertEqual(names({"header": there}, {"header": valued}), [("1", "0")])
        self.assertEqual(names({"header": valued}, {"header": there}), [])
        self.assertEqual(names({"query": there}, {"query": valued}), [])

    def test_hosts(self) -> None:
        """A closer host is asked earlier; only the same spelling stands in the way."""
        one, wild = {"host": ("a.b.c",)}, {"host": ("*.b.c",)}
        self.assertEqual(names(wild, one), [])
        self.assertEqual(names({}, one), [])
        self.assertEqual(names({"host": ("a.b.c", "x")}, one), [("1", "0")])
        self.assertEqual(names({**wild, "priority": 1}, one), [("1", "0")])
        self.assertEqual(names({**one, "priority": 1}, wild), [])
