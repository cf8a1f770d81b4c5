"""What routes ask for beside the path."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.predicates import Predicate, header, host, method
from altlas.settings.units import NotAmong


class PredicateTests(SynchronousTestCase):
    """Header fields and query parameters."""

    def test_spellings(self) -> None:
        """A name alone, a value after ``=`` or ``:``, and a regex after ``~``."""
        self.assertEqual(
            [Predicate.parse(line) for line in ("A", "A = b c", "A: b=c", "A=", "A = ~^b$")],
            [
                Predicate("A"),
                Predicate("A", "b c"),
                Predicate("A", "b=c"),
                Predicate("A", ""),
                Predicate("A", regex="^b$"),
            ],
        )

    def test_refusals(self) -> None:
        """A name is needed, of a header a token, and a regex must compile."""
        for written in ("", "= a", "a b", "A = ~("):
            self.assertRaises(ValueError, Predicate.parse, written)
        self.assertRaises(ValueError, header, "X[1] = a")

    def test_hosts(self) -> None:
        """Hosts come out in lower case, IPv6 in its one spelling, ports are refused."""
        self.assertEqual(host("*.Example.COM"), "*.example.com")
        self.assertEqual(host("[0::1]"), "[::1]")
        for written in ("a:80", "*", "a.*.b", "a..b", "http://a"):
            self.assertRaises(ValueError, host, written)

    def test_methods(self) -> None:
        """Methods are told apart by case, as on the wire."""
        self.assertEqual(method("PATCH"), "PATCH")
        self.assertRaises(NotAmong, method, "get")
