"""How many retries may still be spent.

A limit on tries per request lets a backend in trouble see several times its usual
load, just when it can bear it least. A budget ties retries to requests instead: with
20 % a backend never sees more than 1.2 times the requests that came (Finagle's
RetryBudget, Envoy's ``retry_budget``). The minimum lets quiet backends retry at all.
"""

from __future__ import annotations

from attrs import define, field

from altlas.resilience.rolling import Rolling

#: seconds over which requests and retries are held against each other, and its slices
SPAN = 10.0
SLICES = 10


@define(eq=False)
class RetryBudget:
    """Retries up to `fraction` of the last ten seconds' requests, and `minimum` besides.

    `fraction` is 0.2 for 20 %. Times are seconds of the clock whose `now` is passed in.
    """

    _fraction: float
    _minimum: int
    _started: float = 0.0
    _requests: Rolling = field(init=False)
    _retries: Rolling = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._requests = Rolling(SPAN, SLICES, self._started)
        self._retries = Rolling(SPAN, SLICES, self._started)

    def deposit(self, now: float) -> None:
        """A request came (its first try; retries are not requests)."""
        requests = self._requests
        if now >= requests.end:
            requests.advance(now)
        requests.count += 1

    def withdraw(self, now: float) -> bool:
        """Take one retry; False, and nothing taken, when none is left."""
        if self.balance(now) < 1.0:
            return False
        self._retries.add(now)
        return True

    def balance(self, now: float) -> float:
        """How many retries are left; less than 1 is none."""
        earned = self._minimum + self._fraction * self._requests.total(now)
        return max(0.0, earned - self._retries.total(now))
