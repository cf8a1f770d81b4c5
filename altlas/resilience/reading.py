"""A breaker as shown to people."""

from __future__ import annotations

from attrs import frozen

from altlas.resilience.breaker import Breaker, Closed, Open


@frozen
class Reading:
    """A breaker at one moment.

    `opens_until` is the end of the open time on the caller's clock, None unless open;
    `error_rate` a fraction of the `calls` in the window, both 0 unless closed.
    """

    state: str
    reason: str
    opens_until: float | None
    error_rate: float
    calls: int


def reading(breaker: Breaker, now: float) -> Reading:
    """What `breaker` shows at `now`; reading it changes nothing that it decides."""
    calls = failures = 0
    if isinstance(breaker, Closed):
        calls, failures, _ = breaker.counts.totals(now)
    return Reading(
        state=breaker.state,
        reason=breaker.reason,
        opens_until=breaker.until if isinstance(breaker, Open) else None,
        error_rate=failures / calls if calls else 0.0,
        calls=calls,
    )
