"""What is safe to try again, while the budget lasts."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, evolve, field

from altlas.backend.call import Body, Call
from altlas.errors import Retry
from altlas.resilience.backoff import backoff
from altlas.resilience.budget import RetryBudget
from altlas.resilience.outcome import Outcome
from altlas.resilience.retry import RetryWishes, may_retry
from altlas.settings.tree import RetrySettings

# Looked up once: a member of an Enum costs a call each time it is named by its class.
_ALWAYS = Retry.ALWAYS
_NONE = RetryWishes()


@define(eq=False)
class Retrying:
    """Decides whether a try is followed by another, and after what pause.

    At most ``retry.tries`` times, or as often as the call's operation wishes, and, unless
    nothing was sent, never beyond the budget.
    """

    _policy: RetrySettings
    _budget: RetryBudget
    _random: Callable[[], float]
    #: the causes of a try's outcome for which `again` need be asked
    causes: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.causes = self._policy.on

    def expect(self, body: Body, wishes: RetryWishes | None) -> None:
        """A call with this body comes: keep of it what another try would need."""
        if self._policy.tries or (wishes is not None and wishes.tries):
            body.keep(self._policy.body_limit)

    def again(self, call: Call, outcome: Outcome, now: float) -> bool:
        """Whether to try again after this outcome. The record is told if only the number of
        tries, or the budget, is in the way.
        """
        if call.given_up is not None or outcome.cause not in self.causes:
            return False
        policy, wishes = self._policy, call.wishes or _NONE
        if wishes.tries is not None:
            policy = evolve(policy, tries=wishes.tries)
        if not policy.tries:
            return False
        tries = len(call.tried) + 1
        if tries > policy.tries:
            return _exhausted(call, f"{tries} tries, the last {_told(outcome)}")
        replayable = call.body is None or call.body.replayable
        if not may_retry(policy, wishes.is_idempotent(call.method), outcome, tries, replayable):
            return False
        # A connect that failed cost the instance nothing: it cannot be the storm that the
        # budget is there to hold back, and needs none.
        if outcome.retry is _ALWAYS or self._budget.withdraw(now):
            return True
        return _exhausted(call, f"the retry budget is spent, the try {_told(outcome)}")

    def pause(self, call: Call) -> float:
        """Seconds to wait before the next try of `call`: full jitter."""
        policy, tries = self._policy, len(call.tried) + 1
        return backoff(tries, policy.backoff, policy.backoff_max, self._random())


def _exhausted(call: Call, reason: str) -> bool:
    call.record.flag = "URX"
    call.record.reason = reason
    return False


def _told(outcome: Outcome) -> str:
    return f"failed ({outcome.cause})" if outcome.status is None else f"answered {outcome.status}"
