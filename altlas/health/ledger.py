"""What is known of one instance's health, and why.

Every verdict about an instance goes through its one ledger, so that two judges can
never contradict each other, and each change keeps its reason. Counting is by
consecutive results, as HAProxy's ``fall`` and ``rise``. An instance begins as up but
unproven: it may be used before the first result, and a first success proves it.
"""

from __future__ import annotations

from collections import deque

from attrs import define, field, frozen

UP = "up"
DOWN = "down"
UNPROVEN = "unproven"

#: how many changes are kept for the admin page
REMEMBERED = 10


@frozen
class Change:
    """The instance went from `before` to `after`, at `at` seconds of the caller's clock.

    The words are ``up``, ``down`` and ``unproven``.
    """

    before: str
    after: str
    reason: str
    at: float

    @property
    def leaves(self) -> bool:
        """Whether the instance left the pool by this change."""
        return self.after == DOWN

    @property
    def returns(self) -> bool:
        """Whether the instance came back into the pool by this change."""
        return self.before == DOWN


@frozen
class Result:
    """One probe's result as reported to a ledger: good or not, why, and when (seconds)."""

    ok: bool
    reason: str
    at: float


@define(eq=False)
class Ledger:
    """One instance's health: `fall` bad results in a row put it out, `rise` good ones back in.

    Both are at least 1. All times are seconds of the clock whose `now` is passed in;
    `since` is when the present state began, `started` for the first.
    """

    _fall: int
    _rise: int
    _since: float = field(default=0.0, alias="started")
    _state: str = field(default=UNPROVEN, init=False)
    _reason: str = field(default="not probed yet", init=False)
    #: results in a row that speak against the present state
    _against: int = field(default=0, init=False)
    _last: Result | None = field(default=None, init=False)
    _history: deque[Change] = field(factory=lambda: deque(maxlen=REMEMBERED), init=False)

    def report(self, ok: bool, reason: str, now: float, probe: bool = True) -> Change | None:
        """Note a result, of a `probe` or a request; the change of state it caused, or None.

        A success proves an unproven instance at once; a failure of an unproven one counts
        as one of `fall`.
        """
        if probe:
            self._last = Result(ok, reason, now)
        if self._state == UNPROVEN and ok:
            return self._become(UP, reason, now)
        if ok is self.healthy:
            self._against = 0
            self._reason = reason
            return None
        self._against += 1
        if self._against < (self._rise if ok else self._fall):
            return None
        return self._become(UP if ok else DOWN, reason, now)

    def _become(self, after: str, reason: str, now: float) -> Change:
        change = Change(self._state, after, reason, now)
        self._history.append(change)
        self._state = after
        self._reason = reason
        self._since = now
        self._against = 0
        return change

    @property
    def healthy(self) -> bool:
        """Whether the instance may be used; true while it is unproven."""
        return self._state != DOWN

    @property
    def state(self) -> str:
        """``up``, ``down`` or ``unproven``."""
        return self._state

    @property
    def in_transition(self) -> bool:
        """Whether the last results speak against the state, without enough of them yet."""
        return self._against > 0

    @property
    def reason(self) -> str:
        """Why the state is what it is, in the words of the last result that agrees with it."""
        return self._reason

    @property
    def since(self) -> float:
        """When the present state began."""
        return self._since

    @property
    def last_result(self) -> Result | None:
        """The latest result of a probe, whichever way it spoke, or None before the first."""
        return self._last

    @property
    def last_probe_at(self) -> float | None:
        """When the latest probe ended, or None before the first."""
        return None if self._last is None else self._last.at

    @property
    def history(self) -> tuple[Change, ...]:
        """The last ten changes, oldest first."""
        return tuple(self._history)
