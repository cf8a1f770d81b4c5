"""Tries again what is safe to try again, while the budget lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from altlas.backend.call import Call
from altlas.backend.picking import Layer
from altlas.errors import Retry
from altlas.resilience.backoff import backoff
from altlas.resilience.budget import RetryBudget
from altlas.resilience.outcome import Outcome
from altlas.resilience.retry import may_retry
from altlas.settings.tree import RetrySettings
from altlas.timers import Clock

# Looked up once: a member of an Enum costs a call each time it is named by its class.
_ALWAYS = Retry.ALWAYS


@define(eq=False)
class Retrying:
    """Makes tries out of a call.

    A response or failure that `may_retry` names safe is dropped and the call sent
    again after a full-jitter back-off, at most ``retry.tries`` times and, unless nothing was
    sent, never beyond the budget. What cannot be tried again is passed on as it is.
    """

    _policy: RetrySettings
    _budget: RetryBudget
    _clock: Clock
    _random: Callable[[], float]
    _following: Layer

    def send(self, call: Call) -> Deferred[Any]:
        """The first try, and what may follow it."""
        self._budget.deposit(self._clock.seconds())
        if call.body is not None and self._policy.tries:
            call.body.keep(self._policy.body_limit)
        return self._try(call)

    def _try(self, call: Call) -> Deferred[Any]:
        call.tries += 1
        call.outcome = None
        return self._following.send(call).addCallbacks(
            self._answered, self._failed, callbackArgs=(call,), errbackArgs=(call,)
        )

    def _answered(self, response: Any, call: Call) -> Any:
        outcome = call.outcome
        if outcome is None or not self._again(call, outcome):
            return response
        response.discard()
        return self._later(call)

    def _failed(self, failure: Failure, call: Call) -> Any:
        outcome = call.outcome
        if outcome is None or call.given_up is not None or not self._again(call, outcome):
            return failure
        return self._later(call)

    def _again(self, call: Call, outcome: Outcome) -> bool:
        # Asked in order of price: nearly every call ends at the first question.
        if outcome.cause not in self._policy.on:
            return False
        if call.tries > self._policy.tries > 0:
            return self._exhausted(call, f"{call.tries} tries, the last {_told(outcome)}")
        replayable = call.body is None or call.body.replayable
        if not may_retry(self._policy, call.method, outcome, call.tries, replayable):
            return False
        # A connect that failed cost the instance nothing: it cannot be the storm that the
        # budget is there to hold back, and needs none.
        if outcome.retry is _ALWAYS or self._budget.withdraw(self._clock.seconds()):
            return True
        return self._exhausted(call, f"the retry budget is spent, the try {_told(outcome)}")

    def _exhausted(self, call: Call, reason: str) -> bool:
        call.record.flag = "URX"
        call.record.reason = reason
        return False

    def _later(self, call: Call) -> Deferred[Any]:
        lease = call.lease
        if lease is not None:
            call.tried.append(lease.member)
        call.finish()
        pause = backoff(call.tries, self._policy.backoff, self._policy.backoff_max, self._random())
        waited: Deferred[None] = deferLater(self._clock, pause)  # type: ignore[arg-type]
        return waited.addCallback(lambda _: self._try(call))


def _told(outcome: Outcome) -> str:
    return f"failed ({outcome.cause})" if outcome.status is None else f"answered {outcome.status}"
