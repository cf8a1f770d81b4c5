"""The breaker around each try."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from altlas.backend.call import Call
from altlas.backend.guarding import Guard
from altlas.errors import (
    BreakerOpen,
    ClientGone,
    NoneHealthy,
    QueueFull,
    UpstreamReset,
    UpstreamTimeout,
)
from altlas.resilience.breaker import closed
from altlas.resilience.outcome import classify_status
from altlas.settings.backends import BreakerSettings, QueueSettings
from altlas.testing import NEVER, Answer, Step
from tests.backend.scene import Scene, backend, take

BAD = Answer(500)
GOOD = Answer(200)


def scene_of(*steps: Step, **breaker: Any) -> Scene:
    """A scene whose breaker opens after two failures, for a second, and needs one trial."""
    said = {"minimum": 2, "open_for": 1.0, "trials": 1, "ramp": 0.0, **breaker}
    return Scene(backend(1, breaker=BreakerSettings(**said)), *steps)


class GuardTests(SynchronousTestCase):
    """When a try is refused."""

    def sent(self, scene: Scene, count: int = 1) -> Deferred[Any]:
        """The end of the last of so many calls, each of them finished."""
        for _ in range(count):
            call = scene.call()
            pending = scene.send(call)
            pending.addBoth(lambda end, call=call: (call.finish(), end)[1])
        return pending

    def state(self, scene: Scene) -> str:
        """The breaker's state."""
        return scene.guard.breaker.state

    def test_opens(self) -> None:
        """After too many failures nothing is sent, and the client hears when to come again."""
        scene = scene_of(BAD, UpstreamReset())
        self.sent(scene, 2).addErrback(lambda _: None)
        self.assertEqual(self.state(scene), "open")
        scene.clock.advance(0.25)
        refusal = self.failureResultOf(self.sent(scene), BreakerOpen).value
        self.assertEqual((refusal.status, refusal.flag, refusal.retry_after), (503, "UO", 0.75))
        self.assertIn("open", refusal.reason)
        self.assertEqual(len(scene.asked), 2)
        self.assertTrue(scene.idle())

    def test_refusals_do_not_count(self) -> None:
        """Refused calls are in no count: not the member's, not the breaker's."""
        scene = scene_of(BAD, BAD, GOOD)
        self.sent(scene, 2)
        for _ in range(10):
            self.failureResultOf(self.sent(scene), BreakerOpen)
        self.assertEqual((scene.member(1).requests, scene.member(1).failures), (2, 2))
        scene.clock.advance(1.1)
        self.assertEqual(self.successResultOf(self.sent(scene)).code, 200)

    def test_nobody_was_asked(self) -> None:
        """A call that was refused names no instance; one that was tried before, names that one."""
        scene = scene_of(BAD, BAD)
        self.sent(scene, 2)
        call = scene.call()
        self.failureResultOf(scene.send(call), BreakerOpen)
        self.assertEqual((call.record.instance, call.record.tries), ("", 0))

    def test_recovering(self) -> None:
        """Who is refused in the ramp is told how far it is."""
        scene = scene_of(BAD, BAD, GOOD, ramp=10.0)
        self.sent(scene, 2)
        scene.clock.advance(1.0)
        self.sent(scene)
        self.assertEqual(self.state(scene), "closed")
        refusal = self.failureResultOf(self.sent(scene), BreakerOpen).value
        self.assertEqual(refusal.reason, "breaker recovering: 0% of the calls pass")

    def test_chance(self) -> None:
        """Chance is asked in the ramp, and nowhere else."""
        rolled: list[float] = []
        settings = BreakerSettings(minimum=1, error_rate=0.4, open_for=1.0, trials=1)
        guard = Guard(closed(settings, 0.0), lambda: rolled.append(0.0) or 0.0)
        guard.settle(guard.ask(0.0), classify_status(200), 0.0, 0.0)
        self.assertEqual(rolled, [])
        guard.settle(guard.ask(0.0), classify_status(500), 0.0, 0.0)
        guard.settle(guard.ask(1.0), classify_status(200), 0.0, 1.0)
        rolled.clear()
        guard.ask(10.9)
        self.assertEqual(rolled, [0.0])
        guard.ask(11.0)
        self.assertEqual(rolled, [0.0])

    def test_no_calls_no_count(self) -> None:
        """What never reached an instance does not count: none healthy, a full queue."""
        settings = backend(
            1, breaker=BreakerSettings(minimum=1), max_requests=1, queue=QueueSettings(size=0)
        )
        scene = Scene(settings)
        take(scene.picker, 1)
        self.failureResultOf(self.sent(scene), QueueFull)
        scene.down(1)
        self.failureResultOf(self.sent(scene), NoneHealthy)
        self.assertEqual(self.state(scene), "closed")

    def test_client_errors_do_not_count(self) -> None:
        """Statuses of the client's fault are successes of the backend."""
        scene = scene_of(*[Answer(404)] * 5)
        self.sent(scene, 5)
        self.assertEqual(self.state(scene), "closed")

    def test_client_gone_does_not_count(self) -> None:
        """A client that leaves says nothing about the backend."""
        scene = scene_of(*[NEVER] * 4, minimum=1)
        for _ in range(4):
            call = scene.call()
            pending = scene.send(call)
            call.give_up(ClientGone())
            self.failureResultOf(pending, ClientGone)
        self.assertEqual(self.state(scene), "closed")

    def test_giving_up_on_the_backend_counts(self) -> None:
        """A call that was given up because the backend took too long is a failure."""
        scene = scene_of(NEVER, minimum=1)
        call = scene.call()
        pending = scene.send(call)
        call.give_up(UpstreamTimeout())
        self.failureResultOf(pending, UpstreamTimeout)
        self.assertEqual(self.state(scene), "open")

    def test_half_open(self) -> None:
        """After its time one trial goes through, others are refused until it ended."""
        scene = scene_of(BAD, BAD, NEVER, GOOD)
        self.sent(scene, 2)
        scene.clock.advance(1.1)
        trial = self.sent(scene)
        self.assertEqual(self.state(scene), "half-open")
        self.failureResultOf(self.sent(scene), BreakerOpen)
        scene.asked[2].answer(GOOD)
        self.successResultOf(trial)
        self.assertEqual(self.state(scene), "closed")
        self.assertEqual(self.successResultOf(self.sent(scene)).code, 200)

    def test_failed_trial(self) -> None:
        """A trial that fails opens it again, for twice as long."""
        scene = scene_of(BAD, BAD, BAD)
        self.sent(scene, 2)
        scene.clock.advance(1.1)
        self.sent(scene)
        refusal = self.failureResultOf(self.sent(scene), BreakerOpen).value
        self.assertEqual(refusal.retry_after, 2.0)

    def test_trial_without_verdict(self) -> None:
        """A trial whose client left gives its place to the next."""
        scene = scene_of(BAD, BAD, NEVER, GOOD)
        self.sent(scene, 2)
        scene.clock.advance(1.1)
        call = scene.call()
        trial = scene.send(call)
        call.give_up(ClientGone())
        self.failureResultOf(trial, ClientGone)
        self.successResultOf(self.sent(scene))
        self.assertEqual(self.state(scene), "closed")

    def test_mistake_of_the_client_library(self) -> None:
        """A trial that ends in a mistake of a program gives its place to the next."""
        scene = scene_of(BAD, BAD, ValueError("odd"), GOOD)
        self.sent(scene, 2)
        scene.clock.advance(1.1)
        self.failureResultOf(self.sent(scene))
        self.successResultOf(self.sent(scene))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_slow_calls(self) -> None:
        """Slow answers open it too, if it is told what slow is."""
        scene = scene_of(NEVER, NEVER, slow_after=0.5)
        calls = [self.sent(scene), self.sent(scene)]
        scene.clock.advance(0.6)
        for asked in scene.asked:
            asked.answer(GOOD)
        for each in calls:
            self.successResultOf(each)
        self.assertEqual(self.state(scene), "open")

    def test_tells_of_changes(self) -> None:
        """Listeners hear of each change of state, and of nothing else."""
        scene = scene_of(BAD, BAD, GOOD, GOOD)
        heard: list[str] = []
        scene.guard.on_change.append(lambda breaker: heard.append(breaker.state))
        self.sent(scene, 2)
        scene.clock.advance(1.1)
        self.sent(scene, 2)
        self.assertEqual(heard, ["open", "half-open", "closed"])

    def test_off(self) -> None:
        """Without a breaker nothing is refused."""
        scene = Scene(backend(1), *[BAD] * 50)
        self.sent(scene, 50)
        self.assertEqual(len(scene.asked), 50)


class BrokenTests(SynchronousTestCase):
    """Bodies that break off after a good head."""

    def answered(self, scene: Scene) -> Call:
        """A call whose response is there."""
        call = scene.call()
        self.successResultOf(scene.send(call))
        return call

    def test_counts(self) -> None:
        """A body that broke off is a failure."""
        scene = scene_of(GOOD, GOOD, minimum=2, error_rate=0.49)
        for call in [self.answered(scene), self.answered(scene)]:
            scene.stack.broken(call, UpstreamReset())
        self.assertEqual(scene.guard.breaker.state, "open")
        self.assertEqual(scene.member(1).failures, 2)

    def test_client_gone(self) -> None:
        """A body that the client did not want is none."""
        scene = scene_of(GOOD, minimum=1, error_rate=0.1)
        scene.stack.broken(self.answered(scene), ClientGone())
        self.assertEqual((scene.guard.breaker.state, scene.member(1).failures), ("closed", 0))

    def test_without_breaker(self) -> None:
        """It counts at the instance even where there is no breaker."""
        scene = Scene(backend(1), GOOD)
        scene.stack.broken(self.answered(scene), UpstreamReset())
        self.assertEqual(scene.member(1).failures, 1)
