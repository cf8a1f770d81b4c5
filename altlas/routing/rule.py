"""One route of the settings, compiled to a rule that requests are held against."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from altlas.routing.facts import Facts
from altlas.routing.pattern import PathPattern, compiled_pattern
from altlas.routing.predicates import Test, field_test, query_test
from altlas.settings.tree import Route


@frozen(eq=False)
class Rule:
    """The match of `route`, and the `leaf` that serves what it takes.

    The rest is made of the route: `pattern` of its path, `hosts` (none: any), `allowed`
    methods (none: all; GET brings HEAD along, RFC 9110, 9.3.2), `tests` of fields and query.
    """

    route: Route
    leaf: Any = None
    pattern: PathPattern = field(kw_only=True, repr=False)
    hosts: tuple[bytes, ...] = field(init=False, repr=False)
    allowed: tuple[str, ...] = field(init=False, repr=False)
    methods: frozenset[bytes] | None = field(init=False, repr=False)
    tests: tuple[Test, ...] = field(init=False, repr=False)
    priority: int = field(init=False, repr=False)

    @pattern.default
    def _pattern(self) -> PathPattern:
        return compiled_pattern(self.route.path)

    @hosts.default
    def _hosts(self) -> tuple[bytes, ...]:
        return tuple(text.encode() for text in self.route.host)

    @allowed.default
    def _allowed(self) -> tuple[str, ...]:
        names = dict.fromkeys(self.route.method)
        if "GET" in names:
            names.setdefault("HEAD")
        return tuple(names)

    @methods.default
    def _methods(self) -> frozenset[bytes] | None:
        return frozenset(name.encode() for name in self.allowed) or None

    @tests.default
    def _tests(self) -> tuple[Test, ...]:
        return (*map(field_test, self.route.header), *map(query_test, self.route.query))

    @priority.default
    def _priority(self) -> int:
        return self.route.priority

    @property
    def conditions(self) -> int:
        """How much it asks for beside host and path: the more, the earlier it is asked."""
        one_scheme = len(self.route.schemes) == 1
        return len(self.tests) + (self.methods is not None) + one_scheme

    def takes(self, facts: Facts) -> bool:
        """Whether a request is taken, as to everything but host and path."""
        return (self.methods is None or facts.method in self.methods) and self.suits(facts)

    def suits(self, facts: Facts) -> bool:
        """Whether a request would be taken if it had the right method."""
        # A loop, since `all` with a generator costs three times as much.
        for test in self.tests:  # noqa: SIM110
            if not test(facts):
                return False
        return True
