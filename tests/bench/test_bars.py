"""The bars, and whether they hold."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.bars import Bar, bar_table, compared
from bench.figures import Figures

TITLES = {"json": "JSON", "512": "512 clients"}


def figures(cpu: float, rate: float = 1000.0, errors: int = 0) -> Figures:
    """What a proxy came to."""
    return Figures(3, cpu, cpu, cpu, rate, 1.0, 2.0, 1024, errors)


class BarTests(SynchronousTestCase):
    """When a promise is kept."""

    def test_holds(self) -> None:
        """A bar that is just reached is cleared; a figure that is missing clears none."""
        self.assertIs(Bar("", 2.0, 2.0).holds, True)
        self.assertIs(Bar("", 2.1, 2.0).holds, False)
        self.assertIs(Bar("", 4.0, 4.0, at_most=False).holds, True)
        self.assertIs(Bar("", 3.9, 4.0, at_most=False).holds, False)
        self.assertIsNone(Bar("", None, 4.0).holds)

    def test_compared(self) -> None:
        """Bars come of the workloads that were run, and of proxies that may be missing."""
        row = {"gateway": figures(30, rate=9000), "haproxy": figures(20), "express": figures(200)}
        bars = [*compared({"json": row}, TITLES)]
        self.assertEqual([bar.found for bar in bars], [1.5, 0.15, None, 9.0])
        self.assertEqual([bar.holds for bar in bars], [True, True, None, True])

    def test_errors(self) -> None:
        """One error with 512 clients is one too many."""
        bars = [*compared({"512": {"gateway": figures(30, errors=1)}}, TITLES)]
        self.assertEqual([bar.holds for bar in bars], [None, False])

    def test_table(self) -> None:
        """A bar that is missed catches the eye."""
        self.assertIn("NO", bar_table([Bar("x", 3.0, 2.0)]))
