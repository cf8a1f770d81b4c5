"""What a closed breaker has seen in its window, and when that is too much."""

from __future__ import annotations

from attrs import frozen

from altlas.resilience.rolling import Rolling
from altlas.settings.tree import BreakerSettings


def exceeds(count: int, calls: int, rate: float) -> bool:
    """Whether `count` of `calls` is more than `rate`, a fraction; all of them exceed any rate."""
    return count > rate * calls or 0 < calls == count


@frozen
class Counts:
    """Calls, and how many of them failed or were slow; a call may be both."""

    calls: Rolling
    failures: Rolling
    slow: Rolling

    @classmethod
    def none(cls, settings: BreakerSettings, now: float) -> Counts:
        """Counts that begin now."""
        calls, failures, slow = (Rolling(settings.window, settings.buckets, now) for _ in range(3))
        return cls(calls, failures, slow)

    def add(self, failed: bool, slow: bool, now: float) -> None:
        """Count one call."""
        self.calls.add(now)
        if failed:
            self.failures.add(now)
        if slow:
            self.slow.add(now)

    def totals(self, now: float) -> tuple[int, int, int]:
        """Calls, failures and slow calls in the window that ends now."""
        return self.calls.total(now), self.failures.total(now), self.slow.total(now)
