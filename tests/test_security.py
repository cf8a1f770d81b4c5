"""docs/security.md names tests that there are, and all that stand for a weakness."""

from __future__ import annotations

import ast
import re

from twisted.trial.unittest import SynchronousTestCase

from tests import house
from tests.wire.corpus.requests import ALL as REQUESTS
from tests.wire.corpus.responses import ALL as RESPONSES

TEXT = (house.ROOT / "docs" / "security.md").read_text()


def tests_of(module: house.Module) -> set[str]:
    """The names of a module's tests, from below ``tests`` on."""
    return {
        f"{module.name.removeprefix('tests.')}.{case.name}.{function.name}"
        for case in module.tree.body
        if isinstance(case, ast.ClassDef)
        for function in case.body
        if isinstance(function, house.Function) and function.name.startswith("test_")
    }


class SecurityTests(SynchronousTestCase):
    """The page keeps its word."""

    def test_names(self) -> None:
        """Every test that is named there exists."""
        known = set().union(*map(tests_of, house.modules("tests")))
        named = set(re.findall(r"`(\w+(?:\.\w+)*\.\w+Tests\.test_\w+)`", TEXT))
        self.assertEqual(named - known, set())
        self.assertGreater(len(named), 30)

    def test_all(self) -> None:
        """Every test of a published weakness is named there."""
        ours = (one for one in house.modules("tests") if one.name.startswith("tests.weaknesses."))
        missing = [name for name in set().union(*map(tests_of, ours)) if f"`{name}`" not in TEXT]
        self.assertEqual(sorted(missing), [])

    def test_counts(self) -> None:
        """The corpus has as many cases as is said there."""
        found = re.search(r"over (\d+) raw requests and over (\d+) raw answers", TEXT)
        assert found is not None
        self.assertGreater(len(REQUESTS), int(found[1]))
        self.assertGreater(len(RESPONSES), int(found[2]))
