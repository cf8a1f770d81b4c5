"""Conditions on header fields and query."""

from twisted.trial.unittest import SynchronousTestCase

from altlas.routing.facts import Facts
from altlas.routing.predicates import field_test, query_test
from altlas.settings.tree import Predicate
from altlas.wire.fields import Fields


def asked(fields: Fields | None = None, query: bytes | None = None) -> Facts:
    """A request of which only fields and query matter."""
    return Facts(b"", b"/", b"GET", fields or [], query)


class FieldTestTests(SynchronousTestCase):
    """What is asked of header fields."""

    def test_presence(self) -> None:
        """A name alone asks that the field be there, in whatever case, empty or not."""
        test = field_test(Predicate("X-Debug"))
        self.assertTrue(test(asked([(b"x-deBUG", b"")])))
        self.assertFalse(test(asked([(b"X-Debugger", b"1")])))

    def test_value(self) -> None:
        """A value is compared with case and as a whole, with every line of the field."""
        test = field_test(Predicate("X-Tenant", "blue"))
        self.assertTrue(test(asked([(b"X-Tenant", b"red"), (b"x-tenant", b"blue")])))
        for value in (b"Blue", b"blues", b"red, blue"):
            self.assertFalse(test(asked([(b"X-Tenant", value)])), value)

    def test_regex(self) -> None:
        """A regex is searched for in every line of the field."""
        test = field_test(Predicate("Accept", regex=r"\bjson$"))
        self.assertTrue(test(asked([(b"Accept", b"text/html"), (b"Accept", b"application/json")])))
        self.assertFalse(test(asked([(b"Accept", b"application/jsonl")])))


class QueryTestTests(SynchronousTestCase):
    """What is asked of the query."""

    def test_presence(self) -> None:
        """A name alone asks that it be there; names are compared with case, decoded."""
        test = query_test(Predicate("debug"))
        for query in (b"debug", b"debug=", b"a=1&debug=x", b"%64ebug"):
            self.assertTrue(test(asked(query=query)), query)
        for other in (None, b"", b"Debug", b"x=debug", b"debugger=1"):
            self.assertFalse(test(asked(query=other)), other)

    def test_value(self) -> None:
        """One pair with the name and the decoded value is enough."""
        test = query_test(Predicate("who", "a b"))
        self.assertTrue(test(asked(query=b"who=x&who=a+b")))
        self.assertTrue(test(asked(query=b"who=a%20b")))
        self.assertFalse(test(asked(query=b"who=a+bc")))

    def test_regex(self) -> None:
        """A regex is searched for in the decoded value."""
        test = query_test(Predicate("v", regex="^[0-9]+$"))
        self.assertTrue(test(asked(query=b"v=%31")))
        self.assertFalse(test(asked(query=b"v=1x")))
