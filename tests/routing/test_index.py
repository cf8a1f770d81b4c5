"""The compiled form of all routes."""

from hypothesis import given, settings
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import MethodNotAllowed, NoRoute
from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings.tree import Route
from tests.routing.generated import answer, expected, facts, rule_lists


def index(*paths: str | Route) -> RouteIndex:
    """An index of routes, named by their paths."""
    routes = (path if isinstance(path, Route) else Route(name=path, path=path) for path in paths)
    return RouteIndex(map(Rule, routes))


def asked(path: bytes, method: bytes = b"GET") -> Facts:
    """A request of which only path and method matter."""
    return Facts(b"a.test", path, method, [], None)


class RouteIndexTests(SynchronousTestCase):
    """Which route takes which path."""

    def found(self, index: RouteIndex, path: bytes) -> str:
        """The name of the route that was found."""
        return index.find(asked(path)).route.name

    def test_longest_wins(self) -> None:
        """Exact goes before prefixes, these from the longest on, whatever the file's order."""
        routes = index("/", "/a/", "/a/b/", "/a/b", "/a/b/c")
        for path, name in {
            b"/": "/",
            b"/ab": "/",
            b"*": "/",
            b"/a": "/a/",
            b"/a/": "/a/",
            b"/a/x/y": "/a/",
            b"/a/b": "/a/b",
            b"/a/b/": "/a/b/",
            b"/a/b/c": "/a/b/c",
            b"/a/b/c/": "/a/b/",
            b"/a/b/cd": "/a/b/",
        }.items():
            self.assertEqual(self.found(routes, path), name, path)

    def test_segment_boundary(self) -> None:
        """A prefix does not take names that only begin like it."""
        self.assertRaises(NoRoute, index("/products/").find, asked(b"/products-for-sale"))

    def test_regexes_come_last(self) -> None:
        """Regexes are tried after all prefixes, in order of the file."""
        routes = index("~^/v[0-9]", "~^/v", "/v1/")
        self.assertEqual(self.found(routes, b"/v1/x"), "/v1/")
        self.assertEqual(self.found(routes, b"/v2"), "~^/v[0-9]")
        self.assertEqual(self.found(routes, b"/vx"), "~^/v")

    def test_priority_overrides(self) -> None:
        """A higher priority goes before any longer path, a lower one after all shorter ones."""
        routes = index(
            Route(name="first", path="~/health$", priority=1),
            Route(name="last", path="/a/b", priority=-1),
            "/a/",
        )
        self.assertEqual(self.found(routes, b"/a/health"), "first")
        self.assertEqual(self.found(routes, b"/a/b"), "/a/")

    def test_method_falls_through(self) -> None:
        """A wrong method is an error only when no wider route takes the request."""
        exact = Route(name="exact", path="/a/x", method=("GET",))
        wider = index(exact, Route(name="wider", path="/a/", method=("PUT",)))
        self.assertEqual(wider.find(asked(b"/a/x", b"PUT")).route.name, "wider")
        error = self.assertRaises(MethodNotAllowed, wider.find, asked(b"/a/x", b"DELETE"))
        self.assertEqual(error.allowed, ("GET", "HEAD", "PUT"))

    def test_sure(self) -> None:
        """The path alone decides where nothing else is asked for, or could go before."""
        asking = Route(name="asking", path="/a/b/", method=("GET",))
        early = Route(name="early", path="~c", priority=1)
        for routes, path, name in (
            (index("/", "/a/", asking), b"/a/x", "/a/"),
            (index("/", "/a/", asking), b"/a/b/x", None),
            (index("/", early), b"/x", None),
            (index("/a/"), b"/x", None),
        ):
            rule = routes.sure(path)
            self.assertEqual(rule and rule.route.name, name)

    def test_empty(self) -> None:
        """Without routes there is no route."""
        self.assertRaises(NoRoute, index().find, asked(b"/"))
        self.assertRaises(NoRoute, index("/a/").find, asked(b"*"))

    @settings(deadline=None, max_examples=300)
    @given(rules=rule_lists, asked=facts())
    def test_as_trying_every_rule(self, rules: list[Rule], asked: Facts) -> None:
        """The index finds what trying every rule finds, errors included; where it is sure,
        it finds the same by the path alone.
        """
        index = RouteIndex(rules)
        found = answer(index.find, asked)
        self.assertIn(index.sure(asked.path), (None, found))
        wanted = expected(rules, asked)
        if isinstance(wanted, Rule):
            self.assertIs(found, wanted)
        else:
            self.assertEqual(found, wanted)
