"""Numbers in words."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.counts import counted


class CountedTests(SynchronousTestCase):
    """One is one, all else is many."""

    def test_counted(self) -> None:
        """Only one thing is named without an s."""
        found = [counted(number, "route") for number in (0, 1, 2)]
        self.assertEqual(found, ["0 routes", "1 route", "2 routes"])
