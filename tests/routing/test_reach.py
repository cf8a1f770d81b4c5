"""What a route takes beside others."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.routing.reach import Reach
from altlas.settings.tree import Predicate, Route


def route(name: str, path: str, **more: Any) -> Route:
    """A route to some backend."""
    return Route(name=name, path=path, backend="b", **more)


class ReachTests(SynchronousTestCase):
    """Paths with variables in braces, held against all routes."""

    def taken(self, path: str, *routes: Route, method: str = "GET") -> list[str]:
        """The names of the routes that take it."""
        reach = Reach(routes)
        return [one.name for one in routes if reach.takes(one, method, path)]

    def test_specific(self) -> None:
        """The more specific route takes it alone."""
        wide, narrow = route("wide", "/"), route("narrow", "/a/")
        self.assertEqual(self.taken("/a/{x}", wide, narrow), ["narrow"])
        self.assertEqual(self.taken("/b/{x}", wide, narrow), ["wide"])

    def test_values(self) -> None:
        """A route for one value of a variable does not take the whole."""
        self.assertEqual(self.taken("/a/{x}", route("wide", "/"), route("one", "/a/1")), ["wide"])

    def test_methods(self) -> None:
        """A route for other methods takes nothing, and takes nothing away."""
        routes = route("all", "/"), route("posts", "/a/", method=("POST",))
        self.assertEqual(self.taken("/a/x", *routes), ["all"])
        self.assertEqual(self.taken("/a/x", *routes, method="POST"), ["posts"])

    def test_conditions(self) -> None:
        """A route that asks for more takes what asks for it, and nothing from the others."""
        asking = route("asking", "/a/", header=(Predicate("X", regex="[0-9]+$"),))
        self.assertEqual(self.taken("/a/x", route("all", "/a/"), asking), ["all", "asking"])

    def test_hosts(self) -> None:
        """A route for hosts takes it at one of them; others do at the rest."""
        hosted = route("hosted", "/a/", host=("a.test", "*.b.test"))
        self.assertEqual(self.taken("/a/x", route("all", "/"), hosted), ["all", "hosted"])

    def test_schemes(self) -> None:
        """A route for one scheme takes nothing from those for both."""
        secure = route("secure", "/a/", scheme="https")
        self.assertEqual(self.taken("/a/x", route("all", "/"), secure), ["all", "secure"])

    def test_priority(self) -> None:
        """The priority goes before the path."""
        self.assertEqual(
            self.taken("/a/x", route("first", "/", priority=1), route("second", "/a/")), ["first"]
        )
