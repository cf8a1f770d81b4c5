"""A breaker as shown to people."""

from __future__ import annotations

from attrs import frozen

from altlas.resilience.breaker import Breaker, Closed, Open


@frozen
class Reading:
    """A breaker at one moment.

    `open_until` is the end of the open time on the caller's clock, None unless open;
    `error_rate` a fraction of the `calls` in the window, both 0 unless closed. `share` is the
    fraction of calls that pass: 1 when closed, less in the ramp after a recovery, 0 while it is
    open or half-open, when at most a few trials do.
    """

    state: str
    reason: str
    open_until: float | None
    error_rate: float
    calls: int
    share: float


def reading(breaker: Breaker, now: float) -> Reading:
    """What `breaker` shows at `now`; reading it changes nothing that it decides."""
    calls = failures = 0
    reason, share = breaker.reason, 0.0
    if isinstance(breaker, Closed):
        calls, failures, _ = breaker.counts.totals(now)
        share = _share(breaker, now)
        if share < 1.0:
            reason = f"recovering: {share:.0%} of the calls pass"
    return Reading(
        state=breaker.state,
        reason=reason,
        open_until=breaker.until if isinstance(breaker, Open) else None,
        error_rate=failures / calls if calls else 0.0,
        calls=calls,
        share=share,
    )


def _share(breaker: Closed, now: float) -> float:
    left = breaker.ramped - now
    return 1.0 - min(1.0, left / breaker.settings.ramp) if left > 0.0 else 1.0
