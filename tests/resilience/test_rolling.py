"""A rolling count forgets, slice by slice, and only what is old."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.resilience.rolling import Rolling


class RollingTests(SynchronousTestCase):
    """What a rolling count promises."""

    def test_counts(self) -> None:
        """What was added within the window is counted."""
        count = Rolling(10.0, 10, 0.0)
        for second in range(10):
            count.add(float(second))
        self.assertEqual(count.total(9.9), 10)

    def test_forgets_by_the_slice(self) -> None:
        """A slice leaves the count as a whole when its time is over."""
        count = Rolling(10.0, 10, 0.0)
        count.add(0.0)
        count.add(0.9)
        count.add(1.0)
        self.assertEqual(count.total(9.99), 3)
        self.assertEqual(count.total(10.0), 1)
        self.assertEqual(count.total(11.0), 0)

    def test_forgets_all_after_silence(self) -> None:
        """Nothing is left after a silence longer than the window."""
        count = Rolling(10.0, 10, 0.0)
        count.add(3.0)
        self.assertEqual(count.total(1e6), 0)
        count.add(1e6)
        self.assertEqual(count.total(1e6 + 8), 1)

    def test_clock_that_goes_back(self) -> None:
        """A clock that goes back loses and doubles nothing."""
        count = Rolling(10.0, 10, 100.0)
        count.add(105.0)
        count.add(90.0)
        self.assertEqual(count.total(80.0), 2)

    @given(
        st.integers(1, 12),
        st.lists(st.integers(0, 80), max_size=40),
    )
    def test_covers_the_window(self, buckets: int, gaps: list[int]) -> None:
        """It never counts what is older than the window, and always what is a slice younger."""
        window = buckets / 2
        count = Rolling(window, buckets, 0.0)
        now = 0.0
        added: list[float] = []
        for gap in gaps:
            now += gap / 16
            count.add(now)
            added.append(now)
            surely = sum(1 for at in added if at > now - (window - 0.5))
            at_most = sum(1 for at in added if at > now - window)
            self.assertTrue(surely <= count.total(now) <= at_most)
