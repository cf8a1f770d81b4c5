"""A circuit breaker as a value: what it says now, and what it is next.

Its three states are three classes. `admit` answers a call and gives the breaker that
the answer makes; `after` gives the one that an outcome makes. Whoever guards a backend
keeps the latest. The clock's `now` (seconds) and chance are passed in; nothing waits,
and an open breaker has no timer: it is over when the clock says so.

                  rate passed                      time over
       Closed ------------------> Open ----------------------------> HalfOpen
         ^                          ^      (the next call is a trial)  |  |
         |                          +----------------------------------+  |
         |                                   a trial failed               |
         +----------------------------------------------------------------+
              all trials passed; traffic then grows over `breaker.ramp`

What is counted: outcomes of calls that were let through by the very state that judges
them. Refused calls, ignorable outcomes and late ones of an earlier state never count.

One thing here is no value: the counts of `Closed` are changed in place, since copying
the slices for each call costs more than all the rest of a call does.
"""

from __future__ import annotations

from math import inf

from attrs import field, frozen

from altlas.resilience.admission import Admission, Decision
from altlas.resilience.counts import Counts, exceeds
from altlas.resilience.outcome import Outcome, Verdict
from altlas.settings.tree import BreakerSettings

# Looked up once: a member of an Enum costs a call each time it is named by its class.
_SUCCESS = Verdict.SUCCESS
_FAILURE = Verdict.FAILURE
_IGNORABLE = Verdict.IGNORABLE

#: seconds after which another call is worth it when no time is known (trials under way)
SOON = 1.0


@frozen(eq=False)
class Closed:
    """Calls go through. Once there are enough of them and too many are bad, it opens.

    After a recovery a growing share goes through until `ramped`; if it opens before that,
    the recovery has failed and counts as one opening more in a row (`openings`).
    """

    settings: BreakerSettings
    generation: int
    counts: Counts
    openings: int = 0
    ramped: float = -inf
    #: what every call gets once the ramp is over: who asks at each may look himself
    go: Admission = field(init=False)
    _refusal: Admission = field(init=False)
    _slow_after: float = field(init=False)

    state = "closed"

    @go.default
    def _make_go(self) -> Admission:
        return Admission(Decision.GO, self.generation)

    @_refusal.default
    def _make_refusal(self) -> Admission:
        return Admission(Decision.REFUSE, self.generation)

    @_slow_after.default
    def _resolve_slow_after(self) -> float:
        limit = self.settings.slow_after
        return inf if limit is None else limit

    @property
    def reason(self) -> str:
        """Why it is in this state."""
        return "" if self.ramped == -inf else "the trials passed"

    def admit(self, now: float, roll: float) -> tuple[Admission, Breaker]:
        """Go; during the ramp, only if `roll`, a random number in [0, 1), is in the share."""
        if now < self.ramped and roll >= 1.0 - (self.ramped - now) / self.settings.ramp:
            return self._refusal, self
        return self.go, self

    def after(self, outcome: Outcome, took: float, admission: Admission, now: float) -> Breaker:
        """Count a call that took `took` seconds; open if that is one bad call too many."""
        verdict = outcome.verdict
        if verdict is _IGNORABLE or admission.generation != self.generation:
            return self
        if verdict is _SUCCESS and took <= self._slow_after:  # as nearly all are: no call more
            calls = self.counts.calls
            if now >= calls.end:
                calls.advance(now)
            calls.count += 1
            return self
        self.counts.add(verdict is _FAILURE, took > self._slow_after, now)
        return self._judged(now)

    def given_up(self, admission: Admission, now: float) -> Breaker:
        """A call ended without a verdict: nothing to count."""
        return self

    def _judged(self, now: float) -> Breaker:
        calls, failures, slow = self.counts.totals(now)
        if calls < self.settings.minimum:
            return self
        if exceeds(failures, calls, self.settings.error_rate):
            return self._opened(f"{failures} of {calls} calls failed", now)
        if exceeds(slow, calls, self.settings.slow_rate):
            return self._opened(f"{slow} of {calls} calls were slow", now)
        return self

    def _opened(self, reason: str, now: float) -> Breaker:
        openings = self.openings if now < self.ramped else 0
        return opened(self.settings, self.generation + 1, openings + 1, reason, now)

    def retry_after(self, now: float) -> float:
        """Seconds until a refused call is worth another try."""
        return min(SOON, self.ramped - now) if now < self.ramped else 0.0


@frozen(eq=False)
class Open:
    """Calls are refused until `until`; the next one after that is a trial."""

    settings: BreakerSettings
    generation: int
    openings: int
    reason: str
    until: float

    state = "open"

    def admit(self, now: float, roll: float) -> tuple[Admission, Breaker]:
        """Refuse, or become half-open once it is time."""
        if now < self.until:
            return Admission(Decision.REFUSE, self.generation), self
        trying = HalfOpen(self.settings, self.generation + 1, self.openings)
        return trying.admit(now, roll)

    def after(self, outcome: Outcome, took: float, admission: Admission, now: float) -> Breaker:
        """The call was let through by an earlier state: it says nothing about this one."""
        return self

    def given_up(self, admission: Admission, now: float) -> Breaker:
        """As `after`."""
        return self

    def retry_after(self, now: float) -> float:
        """Seconds until a refused call is worth another try."""
        return max(0.0, self.until - now)


@frozen
class Place:
    """A trial under way, and until when it is waited for."""

    number: int
    until: float


@frozen(eq=False)
class HalfOpen:
    """A few trials go through. All must succeed for it to close; the first failure opens it.

    A trial that is not heard of within ``breaker.open-for`` loses its place to another, so
    that one that hangs cannot hold this state for ever.
    """

    settings: BreakerSettings
    generation: int
    openings: int
    passed: int = 0
    slow: int = 0
    places: tuple[Place, ...] = ()
    _numbers: int = 0

    state = "half-open"

    @property
    def reason(self) -> str:
        """Why it is in this state."""
        return f"{self.passed} of {self.settings.trials} trials passed"

    def admit(self, now: float, roll: float) -> tuple[Admission, Breaker]:
        """A trial if there is a place for one, else refuse."""
        waited = tuple(place for place in self.places if now < place.until)
        if self.passed + len(waited) >= self.settings.trials:
            return Admission(Decision.REFUSE, self.generation), self
        number = self._numbers + 1
        place = Place(number, now + self.settings.open_for)
        following = self._with(self.passed, self.slow, (*waited, place), number)
        return Admission(Decision.TRIAL, self.generation, number), following

    def after(self, outcome: Outcome, took: float, admission: Admission, now: float) -> Breaker:
        """Open again on a failure; close once all trials passed and few enough were slow."""
        if not self._holds(admission):
            return self
        if outcome.verdict is _IGNORABLE:
            return self.given_up(admission, now)
        if outcome.verdict is _FAILURE:
            return self._reopened(f"a trial failed ({outcome.cause})", now)
        return self._passed_by(took, admission, now)

    def given_up(self, admission: Admission, now: float) -> Breaker:
        """A trial ended without a verdict: its place is free for another."""
        places = self._places_without(admission)
        return self._with(self.passed, self.slow, places, self._numbers)

    def retry_after(self, now: float) -> float:
        """Seconds until a refused call is worth another try."""
        return SOON

    def _holds(self, admission: Admission) -> bool:
        return admission.generation == self.generation and any(
            place.number == admission.number for place in self.places
        )

    def _places_without(self, admission: Admission) -> tuple[Place, ...]:
        if admission.generation != self.generation:
            return self.places
        return tuple(place for place in self.places if place.number != admission.number)

    def _with(self, passed: int, slow: int, places: tuple[Place, ...], numbers: int) -> HalfOpen:
        return HalfOpen(
            self.settings, self.generation, self.openings, passed, slow, places, numbers
        )

    def _passed_by(self, took: float, admission: Admission, now: float) -> Breaker:
        limit = self.settings.slow_after
        slow = self.slow + (limit is not None and took > limit)
        passed = self.passed + 1
        if passed < self.settings.trials:
            return self._with(passed, slow, self._places_without(admission), self._numbers)
        if exceeds(slow, passed, self.settings.slow_rate):
            return self._reopened(f"{slow} of {passed} trials were slow", now)
        return Closed(
            self.settings,
            self.generation + 1,
            Counts.none(self.settings, now),
            openings=self.openings,
            ramped=now + self.settings.ramp,
        )

    def _reopened(self, reason: str, now: float) -> Breaker:
        return opened(self.settings, self.generation + 1, self.openings + 1, reason, now)


Breaker = Closed | Open | HalfOpen


def closed(settings: BreakerSettings, now: float) -> Closed:
    """A breaker for a backend that has not been asked anything yet."""
    return Closed(settings, 0, Counts.none(settings, now))


def opened(
    settings: BreakerSettings, generation: int, openings: int, reason: str, now: float
) -> Open:
    """A breaker that opens now, for twice as long with each opening in a row."""
    # The power is kept finite; open-for-max has been reached long before.
    length = settings.open_for * 2.0 ** min(openings - 1, 32)
    until = now + min(length, settings.open_for_max)
    return Open(settings, generation, openings, reason, until)
