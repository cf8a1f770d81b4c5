"""All templates in one tree."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.pattern import compiled_template
from altlas.routing.rule import Rule
from altlas.settings.tree import Route


def operation(path: str, *method: str, priority: int = 0) -> Rule:
    """The rule of an operation, named by its path."""
    route = Route(name=path, path=path, method=method, priority=priority)
    return Rule(route, pattern=compiled_template(path))


class TemplatesTests(SynchronousTestCase):
    """Which template takes which path."""

    def found(self, index: RouteIndex, path: bytes, method: bytes = b"GET") -> str:
        """The name of the route that was found."""
        return index.find(Facts(b"", path, method, [], None)).route.name

    def test_order(self) -> None:
        """What is concrete goes before templates, these by their segments from the left."""
        paths = ("/{a}/{b}", "/docs/{b}", "/docs/{b}.json", "/{a}/new", "/docs/new", "/docs/x{b}")
        index = RouteIndex([*map(operation, paths), Rule(Route(name="/docs/", path="/docs/"))])
        for path, name in {
            b"/docs/new": "/docs/new",
            b"/docs/old": "/docs/{b}",
            b"/docs/a.json": "/docs/{b}.json",
            b"/docs/x.json": "/docs/{b}.json",
            b"/docs/xy": "/docs/x{b}",
            b"/x/new": "/{a}/new",
            b"/x/old": "/{a}/{b}",
            b"/docs/": "/docs/",
            b"/docs/a/b": "/docs/",
        }.items():
            self.assertEqual(self.found(index, path), name, path)

    def test_before_prefixes(self) -> None:
        """A template goes before each prefix, however long that is."""
        index = RouteIndex(
            [operation("/{a}/b"), operation("/{a}"), Rule(Route(name="p", path="/a/"))]
        )
        found = [self.found(index, path) for path in (b"/a/b", b"/a", b"/a/", b"/a/c")]
        self.assertEqual(found, ["/{a}/b", "/{a}", "p", "p"])

    def test_falls_through(self) -> None:
        """A method that a template does not take is left to the next one, and to prefixes."""
        prefix = Rule(Route(name="p", path="/a/", method=("PUT",)))
        index = RouteIndex([operation("/a/{x}", "GET"), operation("/{y}/b", "POST"), prefix])
        for method in (b"GET", b"POST", b"PUT"):
            self.assertEqual(
                self.found(index, b"/a/b", method),
                {b"GET": "/a/{x}", b"POST": "/{y}/b", b"PUT": "p"}[method],
            )

    def test_priority(self) -> None:
        """A higher priority goes before a more specific path."""
        index = RouteIndex([operation("/a/{x}"), operation("/{y}/b", priority=1)])
        self.assertEqual(self.found(index, b"/a/b"), "/{y}/b")

    def test_long_paths(self) -> None:
        """Paths deeper than every template are none of theirs."""
        index = RouteIndex([operation("/{a}"), Rule(Route(name="root", path="/"))])
        for path in (b"/a/b", b"/a" * 5000, b"*"):
            self.assertEqual(self.found(index, path), "root")

    def test_sure(self) -> None:
        """Where no template is, or one that asks for nothing, the path alone decides."""
        root = Rule(Route(name="root", path="/"))
        index = RouteIndex([operation("/{a}", "GET"), operation("/{a}/b"), root])
        found = [index.sure(path) for path in (b"/a", b"/a/b", b"/a/c")]
        self.assertEqual([rule and rule.route.name for rule in found], [None, "/{a}/b", "root"])
