"""Whatever happens to a breaker, in any order, it keeps to its rules."""

from __future__ import annotations

from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from twisted.trial.unittest import SynchronousTestCase

from altlas import errors
from altlas.resilience.admission import Admission, Decision
from altlas.resilience.breaker import Breaker, HalfOpen, Open, closed
from altlas.resilience.outcome import Outcome, Verdict, classify_error, classify_status
from altlas.settings.tree import BreakerSettings

SETTINGS = BreakerSettings(
    minimum=3, window=8.0, buckets=8, open_for=5.0, open_for_max=20.0, trials=2, ramp=4.0
)
OUTCOMES = [
    classify_status(200),
    classify_status(404),
    classify_status(502),
    classify_error(errors.UpstreamReset()),
    classify_error(errors.UpstreamCancelled()),
]


class BreakerMachine(RuleBasedStateMachine):
    """Calls begin and end in any order, some never, while time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.breaker: Breaker = closed(SETTINGS, 0.0)
        self.calls: list[Admission] = []
        #: when the calls that count against the present state ended, and whether they failed
        self.heard: list[tuple[float, bool]] = []
        self.generation = 0

    def become(self, following: Breaker) -> None:
        if following.generation != self.breaker.generation:
            assert following.generation == self.breaker.generation + 1
            self.heard = []
        self.breaker = following

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 3.0, 7.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(roll=st.sampled_from([0.0, 0.5, 0.99]))
    def begin(self, roll: float) -> None:
        before = self.breaker
        admission, following = before.admit(self.now, roll)
        if isinstance(before, Open):
            assert admission.refused is (self.now < before.until)
        if admission.refused:
            assert following is before
        else:
            self.calls.append(admission)
            assert admission.generation == following.generation
        self.become(following)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), outcome=st.sampled_from(OUTCOMES), often=st.booleans())
    def end(self, data: st.DataObject, outcome: Outcome, often: bool) -> None:
        admission = data.draw(st.sampled_from(self.calls))
        if not often:
            self.calls.remove(admission)
        before = self.breaker
        following = before.after(outcome, 0.1, admission, self.now)
        ignorable = outcome.verdict is Verdict.IGNORABLE
        if admission.generation != before.generation or isinstance(before, Open):
            assert following is before
        elif before.state == "closed" and not ignorable:
            self.heard.append((self.now, outcome.verdict is Verdict.FAILURE))
            if following.state == "open":
                self.check_opening()
        if ignorable:
            assert following.state == before.state
        self.become(following)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        admission = data.draw(st.sampled_from(self.calls))
        self.calls.remove(admission)
        following = self.breaker.given_up(admission, self.now)
        assert following.state == self.breaker.state
        self.become(following)

    def check_opening(self) -> None:
        """At an opening, the calls of the window did fail too often (give or take a slice)."""
        inner = [failed for at, failed in self.heard if at > self.now - 7.0]
        outer = [failed for at, failed in self.heard if at > self.now - 8.0]
        assert len(outer) >= SETTINGS.minimum
        assert sum(outer) > SETTINGS.error_rate * len(inner)

    @invariant()
    def trials_are_bounded(self) -> None:
        if isinstance(self.breaker, HalfOpen):
            assert self.breaker.passed < SETTINGS.trials
            assert self.breaker.passed + len(self.breaker.places) <= SETTINGS.trials

    @invariant()
    def open_time_is_bounded(self) -> None:
        if isinstance(self.breaker, Open):
            assert 0.0 <= self.breaker.retry_after(self.now) <= SETTINGS.open_for_max

    @invariant()
    def never_stuck(self) -> None:
        """From any state, silence of a bounded length lets the next call through."""
        later = self.now + SETTINGS.open_for_max + SETTINGS.open_for + SETTINGS.ramp
        admission, _ = self.breaker.admit(later, 0.999)
        assert admission.decision is not Decision.REFUSE


class BreakerModelTests(SynchronousTestCase):
    """The rules, held against random histories."""

    def test_any_history(self) -> None:
        """In any history: few trials, late outcomes unheard, never stuck, opened with cause."""
        run_state_machine_as_test(
            BreakerMachine,
            settings=profile(max_examples=150, stateful_step_count=40, deadline=None),
        )
