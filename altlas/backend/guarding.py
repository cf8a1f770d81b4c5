"""The breaker as the state of a deferred chain.

The breaker itself is a value (`altlas.resilience.breaker`). Here it is asked before a
try, and the try's callback and errback store its next value and pass the result on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure

from altlas.backend.call import Call
from altlas.backend.picking import Layer
from altlas.errors import BreakerOpen
from altlas.resilience.admission import Admission
from altlas.resilience.breaker import Breaker, Closed
from altlas.resilience.outcome import Outcome
from altlas.resilience.reading import reading
from altlas.timers import Clock


@define(eq=False)
class Guard:
    """Holds a backend's breaker. `on_change` hears of each change of its state."""

    breaker: Breaker
    _clock: Clock
    _random: Callable[[], float]
    on_change: list[Callable[[Breaker], object]] = field(factory=list, init=False)

    def ask(self) -> Admission:
        """May a try be made now? A refusal raises `BreakerOpen`."""
        now = self._clock.seconds()
        admission, following = self.breaker.admit(now, self._random())
        if following is not self.breaker:
            self._become(following)
        if admission.refused:
            raise BreakerOpen(
                "The service has failed too often; it is left alone for a while.",
                reason=_why(following, now),
                retry_after=following.retry_after(now),
            )
        return admission

    def settle(self, admission: Admission, outcome: Outcome, took: float) -> None:
        """The try that `admission` let through meant `outcome`, after `took` seconds."""
        following = self.breaker.after(outcome, took, admission, self._clock.seconds())
        if following is not self.breaker:
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


@define(eq=False)
class Guarding:
    """Refuses a try early while the breaker is open, and tells it how each try ended."""

    _guard: Guard
    _following: Layer

    def send(self, call: Call) -> Deferred[Any]:
        """Send if the breaker lets it; fails with `BreakerOpen`."""
        try:
            admission = self._guard.ask()
        except BreakerOpen as refusal:
            return fail(refusal)
        return self._following.send(call).addCallbacks(
            self._answered,
            self._failed,
            callbackArgs=(call, admission),
            errbackArgs=(call, admission),
        )

    def _answered(self, response: Any, call: Call, admission: Admission) -> Any:
        self._settle(call, admission)
        call.admission = admission
        return response

    def _failed(self, failure: Failure, call: Call, admission: Admission) -> Failure:
        self._settle(call, admission)
        return failure

    def _settle(self, call: Call, admission: Admission) -> None:
        outcome = call.outcome
        assert outcome is not None  # the layer below has classified the try, whatever its end
        self._guard.settle(admission, outcome, call.record.upstream_duration)

    def broken(self, call: Call, outcome: Outcome) -> None:
        """A body broke off after its head was counted as a success: a failure more."""
        if call.admission is not None:
            self._guard.settle(call.admission, outcome, call.record.upstream_duration)
