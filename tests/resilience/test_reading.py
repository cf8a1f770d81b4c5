"""A breaker can be shown at any moment, without being moved by it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.resilience.breaker import Breaker, closed
from altlas.resilience.outcome import classify_status
from altlas.resilience.reading import Reading, reading
from altlas.settings.tree import BreakerSettings

SETTINGS = BreakerSettings(minimum=4, open_for=30.0)


def after(statuses: list[int], now: float) -> Breaker:
    """A breaker after calls with these statuses."""
    breaker: Breaker = closed(SETTINGS, 0.0)
    for status in statuses:
        admission, breaker = breaker.admit(now, 0.0)
        breaker = breaker.after(classify_status(status), 0.1, admission, now)
    return breaker


class ReadingTests(SynchronousTestCase):
    """What people are shown."""

    def test_new(self) -> None:
        """A new breaker is closed, and has seen nothing."""
        self.assertEqual(reading(after([], 0.0), 1.0), Reading("closed", "", None, 0.0, 0, 1.0))

    def test_closed(self) -> None:
        """A closed breaker shows its window's calls and their rate of failures."""
        shown = reading(after([200, 502, 200, 200], 1.0), 2.0)
        self.assertEqual((shown.calls, shown.error_rate), (4, 0.25))

    def test_open(self) -> None:
        """An open breaker shows why, and until when."""
        shown = reading(after([502] * 4, 1.0), 2.0)
        self.assertEqual(shown, Reading("open", "4 of 4 calls failed", 31.0, 0.0, 0, 0.0))

    def test_half_open(self) -> None:
        """A half-open breaker shows how its trials stand."""
        _, breaker = after([502] * 4, 1.0).admit(40.0, 0.0)
        shown = reading(breaker, 41.0)
        self.assertEqual((shown.state, shown.reason), ("half-open", "0 of 3 trials passed"))
        self.assertEqual((shown.open_until, shown.share), (None, 0.0))

    def test_ramp(self) -> None:
        """After a recovery it shows which share of the calls passes, until all do."""
        breaker = after([502] * 4, 1.0)
        for _ in range(SETTINGS.trials):
            admission, breaker = breaker.admit(40.0, 0.0)
            breaker = breaker.after(classify_status(200), 0.1, admission, 40.0)
        for now, share, reason in (
            (40.0, 0.0, "recovering: 0% of the calls pass"),
            (44.0, 0.4, "recovering: 40% of the calls pass"),
            (50.0, 1.0, "the trials passed"),
            (60.0, 1.0, "the trials passed"),
        ):
            shown = reading(breaker, now)
            self.assertEqual((shown.state, shown.share, shown.reason), ("closed", share, reason))
            self.assertEqual(breaker.admit(now, 0.39)[0].refused, share < 0.39)

    def test_open_past_its_time(self) -> None:
        """A breaker whose time is over stays open until a call asks; reading moves nothing."""
        breaker = after([502] * 4, 1.0)
        self.assertEqual(reading(breaker, 100.0).state, "open")
        self.assertEqual(breaker.state, "open")
