"""Timers fire once, on time, whatever the others do, and leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.timers import MOST, Timer, Timers

#: multiples of an eighth of a second, which floats hold exactly
eighths = st.integers(0, 40).map(lambda number: number / 8)


class TimerTests(SynchronousTestCase):
    """What one timer promises."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.timers = Timers(self.clock)
        self.fired: list[tuple[str, float]] = []

    def call(self, name: str) -> Callable[[], None]:
        return lambda: self.fired.append((name, self.clock.seconds()))

    def test_fires_when_due(self) -> None:
        """A timer fires at its time, not before, and once."""
        timer = self.timers.after(2.0, self.call("a"))
        self.clock.advance(1.5)
        self.assertEqual(self.fired, [])
        self.assertTrue(timer.active)
        self.clock.advance(0.5)
        self.assertEqual(self.fired, [("a", 2.0)])
        self.assertFalse(timer.active)
        self.clock.advance(10)
        self.assertEqual(len(self.fired), 1)

    def test_cancelled_does_not_fire(self) -> None:
        """A cancelled timer never fires, and may be cancelled again."""
        timer = self.timers.after(2.0, self.call("a"))
        timer.cancel()
        timer.cancel()
        self.assertFalse(timer.active)
        self.clock.advance(5)
        self.assertEqual(self.fired, [])

    def test_cancel_after_firing(self) -> None:
        """Cancelling what has fired does nothing."""
        timer = self.timers.after(1.0, self.call("a"))
        self.clock.advance(1)
        timer.cancel()
        self.assertEqual(self.fired, [("a", 1.0)])

    def test_cancelled_by_another_due_at_once(self) -> None:
        """A call may cancel a timer that is due at the same moment."""
        later: list[Timer] = []
        self.timers.after(1.0, lambda: later[0].cancel())
        later.append(self.timers.after(1.0, self.call("b")))
        self.clock.advance(1)
        self.assertEqual(self.fired, [])

    def test_restart_counts_anew(self) -> None:
        """A restarted timer fires its whole length after the restart."""
        timer = self.timers.after(2.0, self.call("a"))
        self.timers.after(2.0, self.call("b"))
        self.clock.advance(1)
        timer.restart()
        self.clock.advance(1)
        self.assertEqual(self.fired, [("b", 2.0)])
        self.clock.advance(1)
        self.assertEqual(self.fired, [("b", 2.0), ("a", 3.0)])

    def test_restart_after_firing(self) -> None:
        """A timer that has fired can be restarted, by its own call too."""
        ticks: list[float] = []

        def tick() -> None:
            ticks.append(self.clock.seconds())
            if len(ticks) < 3:
                timer.restart()

        timer = self.timers.after(1.0, tick)
        self.clock.pump([1, 1, 1, 1])
        self.assertEqual(ticks, [1.0, 2.0, 3.0])

    def test_restarted_by_another_due_at_once(self) -> None:
        """A timer that another due at the same moment restarts waits its whole length."""
        later: list[Timer] = []
        self.timers.after(1.0, lambda: later[0].restart())
        later.append(self.timers.after(1.0, self.call("b")))
        self.clock.advance(1)
        self.assertEqual(self.fired, [])
        self.clock.advance(1)
        self.assertEqual(self.fired, [("b", 2.0)])

    def test_error_does_not_stop_others(self) -> None:
        """A call that raises is logged, and those after it are made."""
        self.timers.after(1.0, lambda: 1 // 0)
        self.timers.after(1.0, self.call("b"))
        self.timers.after(3.0, self.call("c"))
        self.clock.pump([1, 2])
        self.assertEqual(self.fired, [("b", 1.0), ("c", 3.0)])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_call_sets_another(self) -> None:
        """A call may set a timer of its own length, which waits that length."""
        self.timers.after(1.0, lambda: self.timers.after(1.0, self.call("b")))
        self.clock.pump([1, 0.5])
        self.assertEqual(self.fired, [])
        self.clock.advance(0.5)
        self.assertEqual(self.fired, [("b", 2.0)])

    def test_seconds(self) -> None:
        """The time is the clock's."""
        self.clock.advance(7)
        self.assertEqual(self.timers.seconds(), 7.0)


class ManyTimersTests(SynchronousTestCase):
    """What timers promise together."""

    def test_crowd(self) -> None:
        """A crowd that is due at once is called in turns, in order; others come in between."""
        clock, called = Clock(), list[int]()
        timers = Timers(clock)
        for number in range(2 * MOST + 1):
            timers.after(1.0, lambda number=number: called.append(number))  # type: ignore[misc]
        clock.callLater(1.0, lambda: called.append(-1))
        clock.advance(1.0)
        self.assertEqual(called, [*range(MOST), -1, *range(MOST, 2 * MOST + 1)])

    def test_one_delayed_call_a_length(self) -> None:
        """However many timers there are, the reactor has one call for each length."""
        clock = Clock()
        timers = Timers(clock)
        for _ in range(50):
            timers.after(1.0, lambda: None)
            timers.after(2.0, lambda: None)
        self.assertEqual(len(clock.getDelayedCalls()), 2)

    def test_lengths_used_once_are_forgotten(self) -> None:
        """A length that has no timers any more leaves nothing behind, fired or cancelled."""
        clock = Clock()
        timers = Timers(clock)
        for number in range(100):
            timer = timers.after(1 + number / 128, lambda: None)
            if number % 2:
                timer.cancel()
        clock.advance(5)
        self.assertEqual(clock.getDelayedCalls(), [])
        self.assertEqual(timers._queues, {})

    def test_restart_of_a_forgotten_length(self) -> None:
        """A timer restarted after its length was forgotten shares the call of the new ones."""
        clock = Clock()
        timers = Timers(clock)
        fired: list[str] = []
        old = timers.after(1.0, lambda: fired.append("old"))
        clock.advance(1)
        timers.after(1.0, lambda: fired.append("new"))
        old.restart()
        self.assertEqual(len(clock.getDelayedCalls()), 1)
        clock.advance(1)
        self.assertEqual(fired, ["old", "new", "old"])

    def test_close_leaves_nothing(self) -> None:
        """After closing, nothing fires and the clock has no call left."""
        clock = Clock()
        timers = Timers(clock)
        fired: list[str] = []
        timers.after(1.0, lambda: fired.append("a"))
        timers.after(2.0, lambda: fired.append("b"))
        timers.close()
        self.assertEqual(clock.getDelayedCalls(), [])
        clock.advance(5)
        self.assertEqual(fired, [])

    def test_close_within_a_call(self) -> None:
        """A call may close the timers; those due with it do not fire."""
        clock = Clock()
        timers = Timers(clock)
        fired: list[str] = []
        timers.after(1.0, timers.close)
        timers.after(1.0, lambda: fired.append("b"))
        timers.after(2.0, lambda: fired.append("c"))
        clock.advance(1)
        self.assertEqual(clock.getDelayedCalls(), [])
        clock.advance(5)
        self.assertEqual(fired, [])

    @given(
        st.lists(
            st.tuples(
                eighths,  # when it is set
                st.sampled_from([0.25, 0.5, 1.0, 2.0]),
                st.none() | eighths,  # when it is cancelled
                st.booleans(),  # whether its call fails
            ),
            max_size=30,
        )
    )
    def test_each_fires_once_when_due(
        self, plan: list[tuple[float, float, float | None, bool]]
    ) -> None:
        """Every timer fires exactly once, at its time, unless it was cancelled before."""
        clock = Clock()
        timers = Timers(clock)
        fired: list[tuple[int, float]] = []

        def begin(number: int) -> None:
            _, length, cancelled, fails = plan[number]

            def call() -> None:
                fired.append((number, clock.seconds()))
                if fails:
                    raise ZeroDivisionError

            timer = timers.after(length, call)
            if cancelled is not None:
                clock.callLater(cancelled, timer.cancel)

        for number, (start, _, _, _) in enumerate(plan):
            clock.callLater(start, begin, number)
        # Clock makes its calls at the end of a step: a step an eighth is a true clock.
        clock.pump([1 / 8] * 8 * 12)
        self.flushLoggedErrors(ZeroDivisionError)
        seen = dict(fired)
        self.assertEqual(len(seen), len(fired))
        for number, (start, length, cancelled, _) in enumerate(plan):
            if cancelled is None or cancelled > length:
                self.assertEqual(seen[number], max(start, 1 / 8) + length)
            elif cancelled < length:
                self.assertNotIn(number, seen)
        self.assertEqual(clock.getDelayedCalls(), [])

    @given(
        st.lists(st.tuples(eighths, st.sampled_from([0.5, 1.0, 3.0])), max_size=20),
        st.lists(eighths, min_size=1, max_size=20),
    )
    def test_late_clock_loses_none(
        self, plan: list[tuple[float, float]], steps: list[float]
    ) -> None:
        """A clock that moves in leaps makes calls late, but none early, twice or never."""
        clock = Clock()
        timers = Timers(clock)
        fired: list[int] = []
        early: list[int] = []

        def begin(number: int, length: float) -> None:
            due = clock.seconds() + length

            def call() -> None:
                fired.append(number)
                if clock.seconds() < due:
                    early.append(number)

            timers.after(length, call)

        for number, (start, length) in enumerate(plan):
            clock.callLater(start, begin, number, length)
        clock.pump([*steps, 10, 10])
        self.assertEqual(sorted(fired), list(range(len(plan))))
        self.assertEqual(early, [])


class Waiting:
    """Somebody who stands in a queue himself."""

    def __init__(self) -> None:
        self.due = 0.0
        self.late = 0

    def expired(self) -> None:
        """Count it."""
        self.late += 1


class QueueTests(SynchronousTestCase):
    """`Timers.queue`: for who often waits for the same length."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.timers = Timers(self.clock)
        self.queue = self.timers.queue(2.0)

    def test_expires_once(self) -> None:
        """Who waits hears after the whole length, once, and may wait again."""
        one = Waiting()
        for round in (1, 2):
            self.queue.add(one, self.clock.seconds())
            self.clock.advance(1.5)
            self.assertEqual(one.late, round - 1)
            self.clock.advance(0.5)
            self.assertEqual(one.late, round)
            self.clock.advance(10.0)

    def test_dropped(self) -> None:
        """Who was dropped hears nothing, nor who never waited; the others do."""
        one, other = Waiting(), Waiting()
        for each in (one, other):
            self.queue.add(each, self.clock.seconds())
        self.queue.drop(one)
        self.queue.drop(Waiting())
        self.clock.advance(2.0)
        self.assertEqual((one.late, other.late), (0, 1))

    def test_stays(self) -> None:
        """A queue that is held stays the one for its length, shared with `after`, even closed."""
        self.timers.after(2.0, lambda: None)
        self.clock.advance(3.0)
        self.timers.close()
        self.assertIs(self.timers.queue(2.0), self.queue)
        self.queue.add(Waiting(), self.clock.seconds())
        self.timers.close()
        self.assertEqual(self.clock.getDelayedCalls(), [])
