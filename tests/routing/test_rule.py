"""A route, compiled."""

from twisted.trial.unittest import SynchronousTestCase

from altlas.routing.facts import Facts
from altlas.routing.rule import Rule
from altlas.settings.tree import Predicate, Route


def facts(method: bytes = b"GET", query: bytes | None = None) -> Facts:
    """A request for the root."""
    return Facts(b"a.test", b"/", method, [], query)


class RuleTests(SynchronousTestCase):
    """What a rule takes."""

    def test_any_method(self) -> None:
        """A route that names no method takes them all."""
        rule = Rule(Route(name="r", path="/"))
        self.assertTrue(rule.takes(facts(b"PURGE")))
        self.assertEqual((rule.allowed, rule.conditions), ((), 0))

    def test_get_brings_head(self) -> None:
        """A route for GET takes HEAD too, and says so; one for POST does not."""
        rule = Rule(Route(name="r", path="/", method=("GET", "POST")))
        self.assertTrue(rule.takes(facts(b"HEAD")))
        self.assertFalse(rule.takes(facts(b"DELETE")))
        self.assertEqual(rule.allowed, ("GET", "POST", "HEAD"))
        self.assertFalse(Rule(Route(name="r", path="/", method=("POST",))).takes(facts(b"HEAD")))

    def test_all_conditions(self) -> None:
        """Every condition must hold, and suiting is all of them but the method."""
        query = (Predicate("a"), Predicate("b", "1"))
        rule = Rule(Route(name="r", path="/", method=("GET",), query=query))
        self.assertEqual(rule.conditions, 3)
        self.assertTrue(rule.takes(facts(query=b"a&b=1")))
        self.assertFalse(rule.suits(facts(query=b"a")))
        self.assertTrue(rule.suits(facts(b"PUT", b"a&b=1")))

    def test_leaf(self) -> None:
        """A rule carries the settings and whatever serves them."""
        route, leaf = Route(name="r", path="/"), object()
        rule = Rule(route, leaf)
        self.assertIs(rule.route, route)
        self.assertIs(rule.leaf, leaf)
