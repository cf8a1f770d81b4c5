"""Waiting times grow, are spread, and have a bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.resilience.backoff import backoff

rolls = st.floats(0, 1, exclude_max=True)


class BackoffTests(SynchronousTestCase):
    """What the back-off promises."""

    def test_doubles(self) -> None:
        """The longest wait doubles with each retry until the cap."""
        waits = [backoff(attempt, 0.025, 0.25, 1.0) for attempt in range(1, 7)]
        self.assertEqual(waits, [0.025, 0.05, 0.1, 0.2, 0.25, 0.25])

    @given(st.integers(0, 10**6), st.floats(0, 10), st.floats(0, 100), rolls)
    def test_bounds(self, attempt: int, base: float, cap: float, roll: float) -> None:
        """A wait is never negative and never above the cap, however many tries there were."""
        self.assertTrue(0.0 <= backoff(attempt, base, cap, roll) <= cap)

    @given(st.integers(1, 20), rolls)
    def test_full_jitter(self, attempt: int, roll: float) -> None:
        """The wait is the roll's share of the whole span, down to nothing."""
        span = backoff(attempt, 0.025, 0.25, 1.0)
        self.assertAlmostEqual(backoff(attempt, 0.025, 0.25, roll), roll * span)
        self.assertEqual(backoff(attempt, 0.025, 0.25, 0.0), 0.0)
