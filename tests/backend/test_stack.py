"""The way of a call: what holds whatever happens."""

from __future__ import annotations

import gc
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.backend.call import Call
from altlas.errors import (
    BreakerOpen,
    ClientGone,
    ConnectFailed,
    DeadlinePassed,
    GatewayError,
    QueueTimeout,
    UpstreamReset,
)
from altlas.settings.backends import (
    BreakerSettings,
    QueueSettings,
    RetrySettings,
    Timeouts,
)
from altlas.testing import NEVER, Answer, Asked
from tests.backend.scene import Scene, backend, body, take, timers_left


class OrderTests(SynchronousTestCase):
    """Each step stands where the others need it."""

    def test_deadline_covers_the_queue(self) -> None:
        """The total time runs while a call waits for a lease."""
        limits = Timeouts(response=None, total=1.0)
        scene = Scene(backend(1, max_requests=1, timeout=limits))
        take(scene.picker, 1)
        pending = scene.send(scene.call())
        scene.clock.advance(1.1)
        self.failureResultOf(pending, DeadlinePassed)

    def test_try_limit_does_not_cover_the_queue(self) -> None:
        """A try's time begins with the try."""
        limits = Timeouts(response=1.0, total=None)
        scene = Scene(backend(1, max_requests=1, timeout=limits), NEVER)
        (lease,) = take(scene.picker, 1)
        pending = scene.send(scene.call())
        scene.clock.advance(1.1)
        scene.picker.give_back(lease)
        scene.asked[0].answer(Answer())
        self.assertEqual(self.successResultOf(pending).code, 200)

    def test_breaker_is_asked_after_the_queue(self) -> None:
        """A breaker that opened while a call waited in the queue refuses it."""
        scene = Scene(backend(1, max_requests=1, breaker=BreakerSettings(minimum=1)), NEVER)
        first, second = scene.call(), scene.call()
        scene.send(first).addErrback(lambda _: None)
        pending = scene.send(second)
        scene.asked[0].answer(UpstreamReset())
        self.failureResultOf(pending, BreakerOpen)
        self.assertTrue(scene.idle())

    def test_each_try_is_judged(self) -> None:
        """The breaker and the member hear of every try, the retries of the last one."""
        retry = RetrySettings(tries=1, backoff=0.0)
        breaker = BreakerSettings(minimum=100)
        scene = Scene(backend(2, retry=retry, breaker=breaker), Answer(503), Answer(200))
        pending = scene.send(scene.call())
        scene.clock.advance(0)
        self.successResultOf(pending)
        self.assertEqual(scene.guard.breaker.counts.totals(0.0), (2, 1, 0))

    def test_queue_timeout_is_no_try(self) -> None:
        """A call that left the queue for its time was never tried, and is not tried again."""
        scene = Scene(
            backend(1, max_requests=1, retry=RetrySettings(), queue=QueueSettings(timeout=1.0))
        )
        take(scene.picker, 1)
        call = scene.call()
        pending = scene.send(call)
        scene.clock.advance(1.1)
        self.failureResultOf(pending, QueueTimeout)
        self.assertEqual((call.record.tries, scene.asked), (0, []))


ENDS = st.sampled_from(
    [
        Answer(200),
        Answer(200, open=True),
        Answer(404),
        Answer(500),
        Answer(503),
        UpstreamReset(),
        ConnectFailed(),
    ]
)
SOON = st.one_of(st.just(NEVER), ENDS)
NUMBER = st.integers(0, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from([b"GET", b"POST", b"PUT"])),
        st.tuples(st.just("answer"), NUMBER, ENDS),
        st.tuples(st.just("leave"), NUMBER),
        st.tuples(st.just("finish"), NUMBER),
        st.tuples(st.just("break"), NUMBER),
        st.tuples(st.just("advance"), st.sampled_from([0.0, 0.05, 0.6, 1.1, 5.0])),
        st.tuples(st.just("down"), st.integers(1, 2)),
        st.tuples(st.just("up"), st.integers(1, 2)),
    ),
    max_size=40,
)
LIMITS = st.sampled_from([None, 1, 2])
TRIES = 2


class Play:
    """A script of whatever may happen, carried out, with what must hold at each moment."""

    def __init__(self, test: SynchronousTestCase, limit: int | None, soon: list[Any]) -> None:
        self.test = test
        self.limit = limit
        self.scene = Scene(
            backend(
                2,
                max_requests=limit,
                queue=QueueSettings(size=2, timeout=1.0),
                retry=RetrySettings(tries=TRIES, backoff=0.1, backoff_max=0.1, body_limit=4),
                breaker=BreakerSettings(minimum=3, open_for=0.5, trials=1, ramp=0.0),
                timeout=Timeouts(response=1.0, total=3.0),
            ),
            *soon,
            *[NEVER] * 200,
        )
        self.soon = soon
        self.calls: list[Call] = []
        #: what came of each call, by its target
        self.ends: dict[bytes, Any] = {}
        self.answers: dict[int, Any] = {}

    def act(self, what: str, *about: Any) -> None:
        """Carry out one step, and look whether all is well."""
        getattr(self, f"_{what}")(*about)
        self._check()

    def _send(self, method: bytes) -> None:
        call = self.scene.call(method, body=None if method == b"GET" else body(b"data"))
        call.target = b"/%d" % len(self.calls)
        self.calls.append(call)
        self.scene.send(call).addBoth(self._ended, call)

    def _ended(self, end: Any, call: Call) -> None:
        self.test.assertNotIn(call.target, self.ends)
        self.ends[call.target] = end
        if hasattr(end, "value"):
            self.test.assertIsInstance(end.value, GatewayError)
            call.finish()  # as an exchange does

    def _answer(self, number: int, end: Any) -> None:
        waiting = [each for each in self.scene.asked if not each.pending.called]
        if waiting:
            asked = waiting[number % len(waiting)]
            self.answers[self.scene.asked.index(asked)] = end
            asked.answer(end)

    def _leave(self, number: int) -> None:
        waiting = [call for call in self.calls if call.target not in self.ends]
        if waiting:
            call = waiting[number % len(waiting)]
            call.give_up(ClientGone())
            self.test.assertIn(call.target, self.ends)

    def _finish(self, number: int) -> None:
        if self.calls:
            call = self.calls[number % len(self.calls)]
            if call.target in self.ends:
                call.finish()

    def _break(self, number: int) -> None:
        answered = [call for call in self.calls if call.held]
        answered = [call for call in answered if call.target in self.ends]
        if answered:
            call = answered[number % len(answered)]
            self.scene.stack.broken(call, UpstreamReset())
            call.finish()

    def _advance(self, seconds: float) -> None:
        self.scene.clock.advance(seconds)

    def _down(self, port: int) -> None:
        self.scene.down(port)

    def _up(self, port: int) -> None:
        self.scene.up(port)

    def _check(self) -> None:
        members = self.scene.roster.members
        for member in members:
            self.test.assertGreaterEqual(member.active, 0)
            self.test.assertLessEqual(member.active, self.limit or 10**9)
        held = sum(call.held for call in self.calls)
        self.test.assertEqual(sum(member.active for member in members), held)
        self.test.assertEqual(self.scene.picker.in_flight, held)
        self.test.assertLessEqual(self.scene.picker.waiting, 2)
        for call in self.calls:
            self._check_tries(call)

    def _check_tries(self, call: Call) -> None:
        tries = [
            (number, asked)
            for number, asked in enumerate(self.scene.asked)
            if asked.request.target == call.target
        ]
        self.test.assertLessEqual(len(tries), TRIES + 1)
        under_way = [asked for _, asked in tries if not asked.pending.called]
        self.test.assertLessEqual(len(under_way), call.target not in self.ends)
        for number, asked in tries[:-1]:
            self._check_safe(number, asked)

    def _check_safe(self, number: int, asked: Asked) -> None:
        """That another try was made after this one must have been safe."""
        end = self.answers.get(number, self.soon[number] if number < len(self.soon) else NEVER)
        if asked.request.method == b"POST":
            self.test.assertIsInstance(end, ConnectFailed)
        self.test.assertFalse(asked.cancelled)

    def end(self) -> None:
        """Let everything end, and look at what is left."""
        for call in list(self.calls):
            if call.target not in self.ends:
                call.give_up(ClientGone())
            call.finish()
        self._check()
        self.test.assertEqual(len(self.ends), len(self.calls))
        self.test.assertEqual(timers_left(self.scene.timers), 0)
        self.test.assertTrue(self.scene.idle())


class AnythingTests(SynchronousTestCase):
    """Random scripts: answers, failures, leavers, queues, health, breaker, time."""

    @settings(max_examples=300, deadline=None)
    @given(LIMITS, st.lists(SOON, max_size=6), STEPS)
    def test_leases(self, limit: int | None, soon: list[Any], steps: list[Any]) -> None:
        """Each lease comes back once, no limit is passed, no unsafe try made, nothing is left."""
        play = Play(self, limit, soon)
        for what, *about in steps:
            play.act(what, *about)
        play.end()

    def test_no_unhandled_errors(self) -> None:
        """No Deferred within keeps an error that nobody looked at."""
        play = Play(self, 1, [UpstreamReset(), Answer(503), ConnectFailed(), NEVER])
        for method in (b"GET", b"POST", b"PUT", b"GET"):
            play.act("send", method)
        for step in (("advance", 0.2), ("leave", 0), ("down", 1), ("down", 2), ("advance", 9.0)):
            play.act(*step)
        play.end()
        play.ends.clear()
        del play
        gc.collect()
        self.assertEqual(self.flushLoggedErrors(), [])
