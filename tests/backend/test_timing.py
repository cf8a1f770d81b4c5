"""Time limits, and what they count for."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import ClientGone, DeadlinePassed, TryTimeout, UpstreamReset, UpstreamTimeout
from altlas.settings.backends import QueueSettings, RetrySettings, Timeouts
from altlas.testing import NEVER, Answer, Step
from tests.backend.scene import Scene, backend, body, take, timers_left


def scene_of(*steps: Step, more: dict[str, Any] | None = None, **limits: float | None) -> Scene:
    """A scene with one instance and these time limits only."""
    timeout = Timeouts(**{"response": None, "total": None, **limits})
    return Scene(backend(1, timeout=timeout, **(more or {})), *steps)


class TryLimitTests(SynchronousTestCase):
    """One try, from its start to its response head."""

    def test_response(self) -> None:
        """A try without a response in time is cancelled, and is a failure of its instance."""
        scene = scene_of(NEVER, response=2.0)
        call = scene.call()
        pending = scene.send(call)
        scene.clock.advance(1.9)
        self.assertNoResult(pending)
        scene.clock.advance(0.2)
        error = self.failureResultOf(pending, UpstreamTimeout).value
        self.assertEqual(
            (error.status, error.flag, error.reason), (504, "UT", "no response within 2 s")
        )
        self.assertTrue(scene.asked[0].cancelled)
        self.assertEqual(scene.member(1).failures, 1)
        self.assertTrue(scene.idle())

    def test_in_time(self) -> None:
        """Only the nearest limit is waited for, and an answer in time leaves none behind."""
        scene = scene_of(NEVER, response=2.0, total=3.0)
        pending = scene.send(scene.call())
        self.assertEqual(timers_left(scene.timers), 1)
        scene.asked[0].answer(Answer())
        self.successResultOf(pending)
        self.assertEqual(timers_left(scene.timers), 0)

    def test_at_once(self) -> None:
        """An answer that is there before anybody waits leaves none behind either."""
        scene = scene_of(Answer(), UpstreamReset(), response=2.0, total=3.0)
        self.successResultOf(scene.send(scene.call()))
        self.failureResultOf(scene.send(scene.call()), UpstreamReset)
        self.assertEqual(timers_left(scene.timers), 0)

    def test_of_the_call(self) -> None:
        """The limits are those of the call: routes of one backend may differ in them."""
        scene = scene_of(NEVER, NEVER, response=2.0)
        brief = Timeouts(response=1.0, total=None)
        one, other = scene.send(scene.call(timeouts=brief)), scene.send(scene.call())
        scene.clock.advance(1.5)
        self.failureResultOf(one, UpstreamTimeout)
        self.assertNoResult(other)
        scene.clock.advance(1.0)
        self.failureResultOf(other, UpstreamTimeout)

    def test_per_try(self) -> None:
        """A try that is cut short leaves time for another one."""
        retry = RetrySettings(tries=1, backoff=0.0)
        scene = scene_of(NEVER, Answer(), per_try=1.0, response=2.0, more={"retry": retry})
        pending = scene.send(scene.call())
        scene.clock.advance(1.0)
        scene.clock.advance(0.0)
        self.assertEqual(self.successResultOf(pending).code, 200)

    def test_shorter_one_holds(self) -> None:
        """Of both limits the shorter one strikes, and says which it was."""
        for limits, error in (
            ({"per_try": 1.0, "response": None}, TryTimeout),
            ({"per_try": 2.0, "response": 1.0}, UpstreamTimeout),
        ):
            scene = scene_of(NEVER, **limits)
            pending = scene.send(scene.call())
            scene.clock.advance(1.0)
            self.assertIs(type(self.failureResultOf(pending).value), error)

    def test_uploads_take_their_time(self) -> None:
        """While the client sends its body neither limit runs; both count from its last byte."""
        scene = scene_of(NEVER, response=1.0, total=1.5)
        sent = body(length=100)
        pending = scene.send(scene.call(b"PUT", body=sent))
        for _ in range(100):
            scene.clock.advance(0.4)
            sent.feed(b"x")
        self.assertNoResult(pending)
        scene.clock.advance(0.9)
        self.assertNoResult(pending)
        scene.clock.advance(0.2)
        self.failureResultOf(pending, UpstreamTimeout)

    def test_unwanted_body(self) -> None:
        """A body that its instance does not invite stops no limit."""
        scene = scene_of(NEVER, response=1.0)
        sent = body(length=4)
        sent.invited = False
        pending = scene.send(scene.call(b"PUT", body=sent))
        scene.clock.advance(1.1)
        self.failureResultOf(pending, UpstreamTimeout)

    def test_client_whose_answer_takes_two_steps(self) -> None:
        """A Deferred that was called and waits for another is watched like any other."""
        inner: Deferred[Any] = Deferred()

        class Pooling:
            def request(self, *arguments: Any, **options: Any) -> Deferred[Any]:
                return succeed(None).addCallback(lambda _: inner)

        limits = Timeouts(response=1.0, total=None)
        scene = Scene(backend(1, timeout=limits), client=Pooling())
        pending = scene.send(scene.call())
        scene.clock.advance(1.1)
        self.failureResultOf(pending, UpstreamTimeout)


class DeadlineTests(SynchronousTestCase):
    """The whole call, up to its response head."""

    def test_under_way(self) -> None:
        """A deadline that strikes within a try is a failure of that try."""
        scene = scene_of(NEVER, total=2.0)
        pending = scene.send(scene.call())
        scene.clock.advance(2.1)
        error = self.failureResultOf(pending, DeadlinePassed).value
        self.assertEqual((error.status, error.flag), (504, "UT"))
        self.assertEqual(scene.member(1).failures, 1)
        self.assertTrue(scene.asked[0].cancelled)
        self.assertTrue(scene.idle())

    def test_is_not_tried_again(self) -> None:
        """After the deadline there is no other try, whatever ``retry.on`` says."""
        retry = RetrySettings(tries=5, on=frozenset({"timeout", "504", "reset"}))
        scene = scene_of(NEVER, total=2.0, more={"retry": retry})
        pending = scene.send(scene.call())
        scene.clock.advance(2.1)
        self.failureResultOf(pending, DeadlinePassed)
        self.assertTrue(scene.idle())

    def test_in_the_queue(self) -> None:
        """A deadline that strikes in the queue counts for nobody, and leaves the queue."""
        more = {"max_requests": 1, "queue": QueueSettings(timeout=9.0)}
        scene = scene_of(total=2.0, more=more)
        (lease,) = take(scene.picker, 1)
        pending = scene.send(scene.call())
        scene.clock.advance(2.1)
        self.failureResultOf(pending, DeadlinePassed)
        scene.picker.give_back(lease)
        self.assertEqual((scene.member(1).requests, scene.member(1).failures), (0, 0))
        self.assertTrue(scene.idle())

    def test_uploads_in_the_queue(self) -> None:
        """It counts anew from the last byte of a body that came while the call waited."""
        more = {"max_requests": 1, "queue": QueueSettings(timeout=9.0)}
        scene = scene_of(total=2.0, more=more)
        take(scene.picker, 1)
        sent = body(length=4)
        pending = scene.send(scene.call(b"PUT", body=sent))
        scene.clock.advance(1.5)
        sent.feed(b"data")
        scene.clock.advance(1.9)
        self.assertNoResult(pending)
        scene.clock.advance(0.2)
        self.failureResultOf(pending, DeadlinePassed)
        self.assertEqual(timers_left(scene.timers), 0)

    def test_after_the_queue(self) -> None:
        """What a call waited in the queue is taken off the time that its try has left."""
        scene = scene_of(NEVER, response=1.5, total=2.0, more={"max_requests": 1})
        (lease,) = take(scene.picker, 1)
        pending = scene.send(scene.call())
        scene.clock.advance(1.0)
        scene.picker.give_back(lease)
        scene.clock.advance(0.9)
        self.assertNoResult(pending)
        scene.clock.advance(0.2)
        error = self.failureResultOf(pending, DeadlinePassed).value
        self.assertEqual(error.reason, "no response within 2 s")
        self.assertTrue(scene.idle())

    def test_in_the_pause(self) -> None:
        """A deadline that strikes in a back-off counts for nobody."""
        retry = RetrySettings(tries=1, backoff=5.0, backoff_max=5.0)
        scene = scene_of(Answer(503), total=2.0, more={"retry": retry})
        pending = scene.send(scene.call())
        scene.clock.advance(2.1)
        self.failureResultOf(pending, DeadlinePassed)
        self.assertEqual((scene.member(1).requests, scene.member(1).failures), (1, 1))
        self.assertTrue(scene.idle())

    def test_covers_all_tries(self) -> None:
        """Tries and pauses together take no longer than the deadline."""
        retry = RetrySettings(tries=9, backoff=0.5, backoff_max=0.5, on=frozenset({"504"}))
        scene = scene_of(*[NEVER] * 9, per_try=1.0, total=4.0, more={"retry": retry})
        pending = scene.send(scene.call())
        for _ in range(39):
            scene.clock.advance(0.1)
        self.assertNoResult(pending)
        scene.clock.advance(0.2)
        self.failureResultOf(pending, DeadlinePassed)
        self.assertEqual(len(scene.asked), 3)
        self.assertTrue(scene.idle())

    def test_client_leaves_first(self) -> None:
        """A client that leaves before the deadline leaves no timer behind."""
        scene = scene_of(NEVER, total=2.0, response=1.0)
        call = scene.call()
        pending = scene.send(call)
        call.give_up(ClientGone())
        self.failureResultOf(pending, ClientGone)
        self.assertEqual(timers_left(scene.timers), 0)

    def test_not_over_the_body(self) -> None:
        """Once the head is there the body may take as long as it wants."""
        scene = scene_of(Answer(open=True), total=2.0, response=1.0)
        response = self.successResultOf(scene.send(scene.call()))
        scene.clock.advance(60)
        self.assertEqual((response.code, scene.asked[0].flow.aborted), (200, False))
