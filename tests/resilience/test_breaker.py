"""The breaker opens when too much fails, tries again, and cannot be fooled or held."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas import errors
from altlas.resilience.admission import Admission, Decision
from altlas.resilience.breaker import SOON, Breaker, Closed, HalfOpen, Open, closed
from altlas.resilience.outcome import Outcome, classify_error, classify_status
from altlas.settings.tree import BreakerSettings

GOOD = classify_status(200)
BAD = classify_status(502)
MISSING = classify_status(404)
CANCELLED = classify_error(errors.UpstreamCancelled())

SETTINGS = BreakerSettings(
    minimum=4, window=10.0, buckets=10, open_for=30.0, open_for_max=100.0, trials=2, ramp=10.0
)


def called(breaker: Breaker, outcome: Outcome, now: float, took: float = 0.0) -> Breaker:
    """The breaker after one call with this outcome, if it lets the call through."""
    admission, breaker = breaker.admit(now, 0.0)
    if admission.refused:
        return breaker
    return breaker.after(outcome, took, admission, now)


def many(breaker: Breaker, outcomes: list[Outcome], now: float) -> Breaker:
    """The breaker after calls one after the other."""
    for outcome in outcomes:
        breaker = called(breaker, outcome, now)
    return breaker


def opened_at(now: float, settings: BreakerSettings = SETTINGS) -> Breaker:
    """A breaker that opened at `now` for the first time."""
    return many(closed(settings, 0.0), [BAD] * settings.minimum, now)


def half_opened(now: float = 31.0) -> tuple[Admission, Breaker]:
    """A breaker with its first trial under way."""
    return opened_at(0.0).admit(now, 0.0)


class ClosedTests(SynchronousTestCase):
    """What a closed breaker promises."""

    def test_lets_all_through(self) -> None:
        """A new breaker lets every call through."""
        admission, breaker = closed(SETTINGS, 0.0).admit(0.0, 0.999)
        self.assertIs(admission.decision, Decision.GO)
        self.assertEqual((breaker.state, breaker.reason), ("closed", ""))
        self.assertEqual(breaker.retry_after(0.0), 0.0)

    def test_minimum(self) -> None:
        """Fewer calls than the minimum never open it, even if all fail."""
        self.assertEqual(many(closed(SETTINGS, 0.0), [BAD] * 3, 1.0).state, "closed")
        self.assertEqual(many(closed(SETTINGS, 0.0), [BAD] * 4, 1.0).state, "open")

    def test_more_than_the_rate(self) -> None:
        """Half of the calls failing is not more than 50 %; one more is."""
        breaker = many(closed(SETTINGS, 0.0), [GOOD, BAD] * 3, 1.0)
        self.assertEqual(breaker.state, "closed")
        breaker = called(breaker, BAD, 1.0)
        self.assertEqual((breaker.state, breaker.reason), ("open", "4 of 7 calls failed"))

    def test_whole_rate(self) -> None:
        """A rate of 100 % means all calls."""
        settings = BreakerSettings(minimum=4, error_rate=1.0)
        self.assertEqual(many(closed(settings, 0.0), [BAD] * 4, 1.0).state, "open")
        self.assertEqual(many(closed(settings, 0.0), [GOOD] + [BAD] * 9, 1.0).state, "closed")

    def test_window(self) -> None:
        """What failed before the window is forgotten."""
        breaker = many(closed(SETTINGS, 0.0), [BAD] * 3, 0.0)
        self.assertEqual(called(breaker, BAD, 10.0).state, "closed")

    def test_client_errors_are_successes(self) -> None:
        """4xx never opens it: the backend works."""
        self.assertEqual(many(closed(SETTINGS, 0.0), [MISSING] * 50, 1.0).state, "closed")

    def test_ignorable_does_not_count(self) -> None:
        """Calls that say nothing of the backend neither open it nor dilute the rate."""
        breaker = many(closed(SETTINGS, 0.0), [CANCELLED] * 50, 1.0)
        self.assertEqual(breaker.state, "closed")
        self.assertEqual(many(breaker, [BAD] * 4, 1.0).state, "open")

    def test_given_up_does_not_count(self) -> None:
        """A call given up changes nothing."""
        admission, breaker = closed(SETTINGS, 0.0).admit(0.0, 0.0)
        self.assertIs(breaker.given_up(admission, 0.0), breaker)

    def test_slow_calls(self) -> None:
        """Slow calls open it by their own rate, though they succeed."""
        settings = BreakerSettings(minimum=4, slow_after=1.0, slow_rate=0.5)
        breaker: Breaker = closed(settings, 0.0)
        for took in (2.0, 0.5, 2.0, 1.0, 2.0):
            self.assertEqual(breaker.state, "closed")
            breaker = called(breaker, GOOD, 1.0, took)
        self.assertEqual((breaker.state, breaker.reason), ("open", "3 of 5 calls were slow"))

    def test_slow_off(self) -> None:
        """Without a limit no call is slow."""
        breaker: Breaker = closed(SETTINGS, 0.0)
        for _ in range(10):
            breaker = called(breaker, GOOD, 1.0, took=1e9)
        self.assertEqual(breaker.state, "closed")


class OpenTests(SynchronousTestCase):
    """What an open breaker promises."""

    def test_refuses(self) -> None:
        """It refuses until its time is over, and says when that is."""
        admission, breaker = opened_at(5.0).admit(34.9, 0.0)
        self.assertTrue(admission.refused)
        self.assertEqual(breaker.retry_after(15.0), 20.0)
        self.assertEqual(breaker.retry_after(99.0), 0.0)

    def test_refusals_do_not_count(self) -> None:
        """Refused calls change nothing, however many there are."""
        breaker = opened_at(0.0)
        for _ in range(100):
            _, after = breaker.admit(10.0, 0.0)
            self.assertIs(after, breaker)

    def test_time_counts_from_opening(self) -> None:
        """The open time begins when it opens, not when the breaker was made."""
        breaker = opened_at(1000.0)
        self.assertTrue(breaker.admit(1029.9, 0.0)[0].refused)
        self.assertIs(breaker.admit(1030.0, 0.0)[0].decision, Decision.TRIAL)

    def test_late_outcomes(self) -> None:
        """Outcomes of calls let through before it opened do not move it."""
        start = closed(SETTINGS, 0.0)
        admission, _ = start.admit(0.0, 0.0)
        breaker = many(start, [BAD] * 4, 0.0)
        self.assertIs(breaker.after(BAD, 0.0, admission, 1.0), breaker)
        self.assertIs(breaker.after(GOOD, 0.0, admission, 1.0), breaker)
        self.assertIs(breaker.given_up(admission, 1.0), breaker)
        _, trying = breaker.admit(31.0, 0.0)
        self.assertIs(trying.after(BAD, 0.0, admission, 31.0), trying)

    def test_opens_longer_each_time(self) -> None:
        """The open time doubles with each opening in a row, up to its longest."""
        breaker, now, lengths = opened_at(0.0), 0.0, []
        for _ in range(4):
            lengths.append(breaker.retry_after(now))
            now += lengths[-1]
            breaker = called(breaker, BAD, now)
        self.assertEqual(lengths, [30.0, 60.0, 100.0, 100.0])


class HalfOpenTests(SynchronousTestCase):
    """What a half-open breaker promises."""

    def test_as_many_trials(self) -> None:
        """It lets as many trials through as are set, and refuses the rest."""
        first, breaker = half_opened()
        second, breaker = breaker.admit(31.0, 0.0)
        third, breaker = breaker.admit(31.0, 0.0)
        decisions = [first.decision, second.decision, third.decision]
        self.assertEqual(decisions, [Decision.TRIAL, Decision.TRIAL, Decision.REFUSE])
        self.assertEqual((breaker.state, breaker.retry_after(31.0)), ("half-open", SOON))

    def test_closes_when_all_passed(self) -> None:
        """It closes once every trial has succeeded, a 404 included."""
        breaker = called(opened_at(0.0), MISSING, 31.0)
        self.assertEqual((breaker.state, breaker.reason), ("half-open", "1 of 2 trials passed"))
        breaker = called(breaker, GOOD, 32.0)
        self.assertEqual((breaker.state, breaker.reason), ("closed", "the trials passed"))

    def test_one_failure_opens(self) -> None:
        """The first trial that fails opens it again, and says why."""
        breaker = many(opened_at(0.0), [GOOD, BAD], 31.0)
        self.assertEqual((breaker.state, breaker.reason), ("open", "a trial failed (502)"))

    def test_ignorable_neither_closes_nor_opens(self) -> None:
        """A trial that says nothing gives its place to another."""
        breaker = many(opened_at(0.0), [CANCELLED] * 20, 31.0)
        self.assertEqual((breaker.state, breaker.reason), ("half-open", "0 of 2 trials passed"))
        self.assertEqual(many(breaker, [GOOD, GOOD], 32.0).state, "closed")

    def test_given_up(self) -> None:
        """A trial given up gives its place to another, once."""
        first, breaker = half_opened()
        _, breaker = breaker.admit(31.0, 0.0)
        for _ in range(2):
            breaker = breaker.given_up(first, 31.0)
        self.assertIs(breaker.admit(31.0, 0.0)[0].decision, Decision.TRIAL)
        _, breaker = breaker.admit(31.0, 0.0)
        self.assertTrue(breaker.admit(31.0, 0.0)[0].refused)

    def test_hung_trials_lose_their_places(self) -> None:
        """Trials that never end hold the others up for the open time, and no longer."""
        _, breaker = half_opened(31.0)
        _, breaker = breaker.admit(32.0, 0.0)
        self.assertTrue(breaker.admit(60.9, 0.0)[0].refused)
        admission, breaker = breaker.admit(61.0, 0.0)
        self.assertIs(admission.decision, Decision.TRIAL)
        self.assertTrue(breaker.admit(61.0, 0.0)[0].refused)

    def test_trial_counts_once(self) -> None:
        """A trial is heard once; one that lost its place is not heard at all."""
        first, breaker = half_opened(31.0)
        breaker = breaker.after(GOOD, 0.0, first, 31.0)
        self.assertIs(breaker.after(GOOD, 0.0, first, 31.0), breaker)
        hung, breaker = breaker.admit(31.0, 0.0)
        _, breaker = breaker.admit(70.0, 0.0)
        self.assertIs(breaker.after(BAD, 40.0, hung, 71.0), breaker)

    def test_slow_trials(self) -> None:
        """Trials that succeed slowly open it by the slow rate, judged when all have ended."""
        settings = BreakerSettings(minimum=1, trials=2, slow_after=1.0, slow_rate=0.5)
        for second, state in ((0.1, "closed"), (2.0, "open")):
            breaker = called(opened_at(0.0, settings), GOOD, 31.0, took=2.0)
            self.assertEqual(called(breaker, GOOD, 31.0, took=second).state, state)

    def test_late_trial_after_closing(self) -> None:
        """What a trial says after the state has changed is not heard."""
        settings = BreakerSettings(minimum=1, trials=2, open_for=10.0)
        hung, breaker = opened_at(0.0, settings).admit(10.0, 0.0)
        breaker = called(called(breaker, GOOD, 21.0), GOOD, 21.0)
        self.assertEqual(breaker.state, "closed")
        self.assertIs(breaker.after(BAD, 15.0, hung, 25.0), breaker)


class RampTests(SynchronousTestCase):
    """What a breaker promises after it closed again."""

    def recovered(self, ramp: float = 10.0) -> Breaker:
        settings = BreakerSettings(minimum=4, open_for=30.0, trials=2, ramp=ramp)
        return many(opened_at(0.0, settings), [GOOD, GOOD], 100.0)

    @given(st.floats(0, 20), st.floats(0, 1, exclude_max=True))
    def test_grows_evenly(self, elapsed: float, roll: float) -> None:
        """The share let through grows from nothing to all within the ramp."""
        admission, _ = self.recovered().admit(100.0 + elapsed, roll)
        share = elapsed / 10
        if abs(roll - share) > 1e-6:
            self.assertEqual(admission.refused, roll > share)

    def test_asks_for_patience(self) -> None:
        """A call refused on the ramp may come again soon."""
        breaker = self.recovered()
        self.assertEqual(breaker.retry_after(101.0), SOON)
        self.assertEqual(breaker.retry_after(109.5), 0.5)
        self.assertEqual(breaker.retry_after(111.0), 0.0)

    def test_no_ramp(self) -> None:
        """Without a ramp all calls go through at once."""
        self.assertFalse(self.recovered(ramp=0.0).admit(100.0, 0.999)[0].refused)

    def test_begins_with_clean_counts(self) -> None:
        """Failures from before do not count after closing."""
        breaker = many(self.recovered(), [BAD] * 3, 105.0)
        self.assertEqual(breaker.state, "closed")

    def test_opening_on_the_ramp_is_one_more_in_a_row(self) -> None:
        """It stays open longer if it opens again before the ramp is over, and not after."""
        self.assertEqual(many(self.recovered(), [BAD] * 4, 105.0).retry_after(105.0), 60.0)
        self.assertEqual(many(self.recovered(), [BAD] * 4, 110.0).retry_after(110.0), 30.0)

    def test_states_are_three(self) -> None:
        """Each state is a class of its own and is named in words."""
        _, trying = half_opened()
        states = [(type(each), each.state) for each in (self.recovered(), opened_at(0.0), trying)]
        self.assertEqual(states, [(Closed, "closed"), (Open, "open"), (HalfOpen, "half-open")])
