"""A breaker's counts, and the one comparison that they are for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.resilience.counts import Counts, exceeds
from altlas.settings.tree import BreakerSettings


class ExceedsTests(SynchronousTestCase):
    """When a share is too much."""

    def test_exactly_the_rate(self) -> None:
        """The rate itself is not exceeded, one more is."""
        self.assertFalse(exceeds(5, 10, 0.5))
        self.assertTrue(exceeds(6, 10, 0.5))

    @given(st.integers(0, 1000))
    def test_whole_rate(self, calls: int) -> None:
        """A rate of 1 is exceeded when all calls were bad, if there were any."""
        self.assertEqual(exceeds(calls, calls, 1.0), calls > 0)
        self.assertFalse(exceeds(calls, calls + 1, 1.0))

    @given(st.integers(0, 1000), st.floats(0, 1))
    def test_none_bad(self, calls: int, rate: float) -> None:
        """No rate is exceeded when nothing was bad."""
        self.assertFalse(exceeds(0, calls, rate))


class CountsTests(SynchronousTestCase):
    """What is counted."""

    def test_a_call_may_be_both(self) -> None:
        """A call may be failed and slow at once, and is one call."""
        counts = Counts.none(BreakerSettings(), 0.0)
        counts.add(failed=True, slow=True, now=1.0)
        counts.add(failed=False, slow=True, now=1.0)
        counts.add(failed=False, slow=False, now=1.0)
        self.assertEqual(counts.totals(1.0), (3, 1, 2))

    def test_window_is_the_settings(self) -> None:
        """Counts forget by the window and the buckets that are set."""
        counts = Counts.none(BreakerSettings(window=2.0, buckets=2), 0.0)
        counts.add(failed=True, slow=False, now=0.0)
        self.assertEqual(counts.totals(1.9), (1, 1, 0))
        self.assertEqual(counts.totals(2.0), (0, 0, 0))
