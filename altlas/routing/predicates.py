"""Conditions of a route on header fields and query, compiled once."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import partial

from attrs import frozen

from altlas.routing.facts import Facts
from altlas.settings.tree import Predicate
from altlas.wire.fields import values

Accepts = Callable[[bytes], object]


@frozen(eq=False)
class FieldTest:
    """Whether some line of a header field is there and accepted."""

    name: bytes
    accepts: Accepts

    def __call__(self, facts: Facts) -> bool:
        return any(map(self.accepts, values(facts.fields, self.name)))


@frozen(eq=False)
class QueryTest:
    """Whether some pair of the query has the name and an accepted value."""

    name: bytes
    accepts: Accepts

    def __call__(self, facts: Facts) -> bool:
        return any(name == self.name and self.accepts(value) for name, value in facts.pairs)


Test = FieldTest | QueryTest


def field_test(predicate: Predicate) -> FieldTest:
    """The test of a ``header`` line: names are compared without case, values with it."""
    return FieldTest(predicate.name.lower().encode("latin-1"), _accepts(predicate))


def query_test(predicate: Predicate) -> QueryTest:
    """The test of a ``query`` line: names and values are compared with case, decoded."""
    return QueryTest(predicate.name.encode(), _accepts(predicate))


def _accepts(predicate: Predicate) -> Accepts:
    if predicate.regex is not None:
        return re.compile(predicate.regex.encode()).search
    if predicate.value is not None:
        return partial(operator.eq, predicate.value.encode())
    return _anything


def _anything(_: bytes) -> bool:
    return True
