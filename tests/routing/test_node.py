"""The rules of one path."""

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import MethodNotAllowed, NoRoute
from altlas.routing.facts import Facts
from altlas.routing.node import Node, chosen, grouped
from altlas.routing.rule import Rule
from altlas.settings.tree import Predicate, Route


def rule(name: str, *host: str, method: tuple[str, ...] = (), priority: int = 0) -> Rule:
    """A rule for the root."""
    return Rule(Route(name=name, path="/", host=host, method=method, priority=priority))


def node(*rules: Rule) -> Node:
    """The one node of the rules."""
    (only,) = grouped(rules)
    return only


def asked(host: bytes = b"a.test", method: bytes = b"GET") -> Facts:
    """A request for the root."""
    return Facts(host, b"/", method, [], None)


class NodeTests(SynchronousTestCase):
    """Which rule of a path takes a request."""

    def picked(self, node: Node, facts: Facts) -> str | None:
        """The name of the route that was picked."""
        rule = node.pick(facts)
        return None if rule is None else rule.route.name

    def test_hosts(self) -> None:
        """A name goes before wildcards, a long wildcard before a short one, any host last."""
        many = node(
            rule("any"),
            rule("short", "*.test"),
            rule("long", "*.b.test"),
            rule("name", "a.b.test"),
        )
        for host, name in {
            b"a.b.test": "name",
            b"x.b.test": "long",
            b"x.y.b.test": "long",
            b"b.test": "short",
            b"test": "any",
            b".test": "any",
            b"": "any",
        }.items():
            self.assertEqual(self.picked(many, asked(host)), name, host)

    def test_long_host(self) -> None:
        """A host of many labels still finds its wildcard."""
        many = node(rule("wild", "*.test"))
        self.assertEqual(self.picked(many, asked(b"a." * 1000 + b"test")), "wild")

    def test_more_conditions_first(self) -> None:
        """Of rules for one host the one that asks for more is asked first, then the earlier."""
        many = node(rule("first"), rule("get", method=("GET",)), rule("late", method=("GET",)))
        self.assertEqual(self.picked(many, asked()), "get")
        self.assertEqual(self.picked(many, asked(method=b"PUT")), "first")

    def test_priority(self) -> None:
        """A higher priority goes before a more specific host."""
        many = node(rule("name", "a.test"), rule("any", priority=1))
        self.assertEqual(self.picked(many, asked()), "any")

    def test_sure(self) -> None:
        """A rule is sure only if no host, method or condition can send a request elsewhere."""
        first = rule("first")
        self.assertIs(node(first).sure, first)
        self.assertIs(node(first, rule("second")).sure, first)
        self.assertIsNone(node(first, rule("name", "a.test")).sure)
        self.assertIsNone(node(first, rule("get", method=("GET",))).sure)
        self.assertIsNone(node(rule("wild", "*.test")).sure)


class ChosenTests(SynchronousTestCase):
    """Which of several nodes takes a request."""

    def test_falls_through(self) -> None:
        """What the first node refuses is left to the next one, a wrong method too."""
        narrow, wide = rule("narrow", method=("GET",)), rule("wide")
        self.assertIs(chosen([node(narrow), node(wide)], asked(method=b"PUT")), wide)

    def test_method_not_allowed(self) -> None:
        """With only methods refused, the error names those that would have been taken here."""
        query = Route(name="q", path="/", method=("PUT",), query=(Predicate("x"),))
        nodes = [
            node(rule("get", method=("GET",)), rule("other", "b.test", method=("PATCH",))),
            node(rule("post", method=("POST",)), Rule(query)),
        ]
        error = self.assertRaises(MethodNotAllowed, chosen, nodes, asked(method=b"DELETE"))
        self.assertEqual(set(error.allowed), {"GET", "HEAD", "POST"})

    def test_no_route(self) -> None:
        """With nothing that suits there is no route."""
        self.assertRaises(NoRoute, chosen, [], asked())
        self.assertRaises(NoRoute, chosen, [node(rule("b", "b.test"))], asked())
