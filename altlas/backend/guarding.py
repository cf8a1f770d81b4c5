"""The breaker as the state of a deferred chain.

The breaker itself is a value (`altlas.resilience.breaker`). A guard holds the latest one: it is
asked before a try, and the try's callback and errback (`altlas.backend.stack`) have it store the
next and pass the result on.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from altlas.errors import BreakerOpen
from altlas.resilience.admission import Admission
from altlas.resilience.breaker import Breaker, Closed
from altlas.resilience.outcome import Outcome
from altlas.resilience.reading import reading


@define(eq=False)
class Guard:
    """Holds a backend's breaker. `on_change` hears of each change of its state."""

    breaker: Breaker
    _random: Callable[[], float]
    on_change: list[Callable[[Breaker], object]] = field(factory=list, init=False)

    def ask(self, now: float) -> Admission:
        """May a try be made now? A refusal raises `BreakerOpen`."""
        breaker = self.breaker
        if isinstance(breaker, Closed) and now >= breaker.ramped:
            return breaker.go  # as `admit` would say, without chance or anything made
        admission, following = breaker.admit(now, self._random())
        if following is not breaker:
            self._become(following)
        if admission.refused:
            raise BreakerOpen(
                "The service has failed too often; it is left alone for a while.",
                reason=_why(following, now),
                retry_after=following.retry_after(now),
            )
        return admission

    def settle(self, admission: Admission, outcome: Outcome, took: float, now: float) -> None:
        """The try that `admission` let through meant `outcome`, after `took` seconds."""
        breaker = self.breaker
        following = breaker.after(outcome, took, admission, now)
        if following is not breaker:
            self._become(following)

    def _become(self, following: Breaker) -> None:
        changed = following.state != self.breaker.state
        self.breaker = following
        if changed:
            for listener in self.on_change:
                listener(following)


def _why(breaker: Breaker, now: float) -> str:
    reason = reading(breaker, now).reason
    # That of a closed one says by itself that it is recovering.
    return (
        f"breaker {reason}" if isinstance(breaker, Closed) else f"breaker {breaker.state}: {reason}"
    )
