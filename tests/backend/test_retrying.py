"""What is tried again, where, when, and how often."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from altlas.backend.call import Call
from altlas.errors import (
    BreakerOpen,
    ClientGone,
    ConnectFailed,
    NoneHealthy,
    TryTimeout,
    UpstreamReset,
    UpstreamTimeout,
)
from altlas.resilience.retry import RetryWishes
from altlas.settings.backends import BreakerSettings, RetrySettings
from altlas.testing import NEVER, Answer, Step, StubClient
from altlas.upstream.request import UpstreamRequest
from tests.backend.scene import OwnClient, Scene, backend, body, endless_body, origin

BUSY = Answer(503, body=b"busy")
FINE = Answer(200, body=b"fine")


def scene_of(*steps: Step, count: int = 2, **retry: Any) -> Scene:
    """A scene with retries on, whose back-off takes its longest."""
    retry.setdefault("budget_minimum", 10)
    return Scene(backend(count, retry=RetrySettings(**retry)), *steps)


class Retried(SynchronousTestCase):
    """What the tests below have in common: a call and its end, back-off passed."""

    def sent(self, scene: Scene, method: bytes = b"GET", **said: Any) -> tuple[Call, Deferred[Any]]:
        """A call that was sent, and all its back-off waited for."""
        call = scene.call(method, **said)
        pending = scene.send(call)
        for _ in range(20):
            scene.clock.advance(0.05)
        return call, pending


class WhatTests(Retried):
    """Which ends of a try are followed by another."""

    def test_safe_ones(self) -> None:
        """An idempotent request is tried again after a reset, 502, 503 and 504."""
        for step in (UpstreamReset(), Answer(502), Answer(503), Answer(504)):
            for method in (b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS"):
                scene = scene_of(step, FINE)
                _, pending = self.sent(scene, method)
                self.assertEqual(self.successResultOf(pending).code, 200, (step, method))
                self.assertEqual(len(scene.asked), 2)

    def test_what_may_have_been_carried_out(self) -> None:
        """A POST or PATCH that was sent is never sent again."""
        for method in (b"POST", b"PATCH"):
            scene = scene_of(UpstreamReset())
            call, pending = self.sent(scene, method)
            self.failureResultOf(pending, UpstreamReset)
            self.assertEqual((len(scene.asked), call.record.flag), (1, "-"))
            scene = scene_of(BUSY)
            _, pending = self.sent(scene, method)
            self.assertEqual(self.successResultOf(pending).code, 503)
            self.assertEqual(len(scene.asked), 1)

    def test_what_was_never_sent(self) -> None:
        """A connect failure is followed by another try with any method, body or none."""
        for coming in (None, body(b"data"), endless_body(), body(b"part", length=10**6)):
            scene = scene_of(ConnectFailed(), FINE)
            _, pending = self.sent(scene, b"POST", body=coming)
            # The stub reads what there is of a body even when it then fails to connect.
            self.assertEqual(self.successResultOf(pending).code, 200)

    def test_other_ends(self) -> None:
        """What is not in ``retry.on`` is passed on as it is: 500, 404, a timeout."""
        for step in (Answer(500), Answer(404), Answer(501)):
            scene = scene_of(step)
            call, pending = self.sent(scene)
            self.assertEqual(self.successResultOf(pending).code, step.status)
            self.assertEqual((len(scene.asked), call.record.flag), (1, "-"))
        _, pending = self.sent(scene_of(UpstreamTimeout()))
        self.failureResultOf(pending, UpstreamTimeout)

    def test_own_choice(self) -> None:
        """The causes are those of the settings."""
        scene = scene_of(Answer(429), TryTimeout(), Answer(502), on=frozenset({"429", "504"}))
        _, pending = self.sent(scene)
        self.assertEqual(self.successResultOf(pending).code, 502)
        self.assertEqual(len(scene.asked), 3)

    def test_refusals(self) -> None:
        """The gateway's own refusals are no tries."""
        scene = scene_of()
        scene.down(1)
        scene.down(2)
        call, pending = self.sent(scene)
        self.failureResultOf(pending, NoneHealthy)
        self.assertEqual((call.record.tries, call.record.flag), (0, "-"))

    def test_client_gone(self) -> None:
        """What nobody waits for any more is not tried again."""
        scene = scene_of(NEVER)
        call = scene.call()
        pending = scene.send(call)
        call.give_up(ClientGone())
        self.failureResultOf(pending, ClientGone)
        self.assertTrue(scene.idle())

    def test_given_up_for_a_cause(self) -> None:
        """Nor is a call that was given up for what would be tried again otherwise."""
        scene = scene_of(NEVER, on=frozenset({"timeout"}))
        call = scene.call()
        pending = scene.send(call)
        call.give_up(UpstreamTimeout())
        self.failureResultOf(pending, UpstreamTimeout)
        self.assertTrue(scene.idle())

    def test_given_up_but_answered(self) -> None:
        """Nor one that was given up in the moment in which its answer came."""

        class Answering(OwnClient):
            def send(self, request: UpstreamRequest) -> Deferred[Any]:
                call.give_up(ClientGone())
                return super().send(request)

        script = StubClient(BUSY)
        scene = Scene(backend(retry=RetrySettings()), client=Answering(script))
        call = scene.call()
        self.assertEqual(self.successResultOf(scene.send(call)).code, 503)
        self.assertEqual(len(script.asked), 1)


class WishesTests(Retried):
    """What an operation says of itself."""

    def tries(self, method: bytes, wishes: RetryWishes, **retry: Any) -> int:
        """How many tries a call has that a reset ends, each time."""
        scene = scene_of(*[UpstreamReset()] * 9, **retry)
        self.failureResultOf(self.sent(scene, method, wishes=wishes)[1], UpstreamReset)
        return len(scene.asked)

    def test_idempotent(self) -> None:
        """A POST that may be carried out twice is tried again, a GET that may not is not."""
        self.assertEqual(self.tries(b"POST", RetryWishes(idempotent=True)), 3)
        self.assertEqual(self.tries(b"GET", RetryWishes(idempotent=False)), 1)

    def test_tries(self) -> None:
        """The number of tries after the first, in place of the policy's, even of none."""
        for policy in (0, 1, 5):
            for wished in (0, 1, 3):
                tries = self.tries(b"GET", RetryWishes(tries=wished), tries=policy)
                self.assertEqual(tries, wished + 1)

    def test_body(self) -> None:
        """A body is kept for them where the policy would keep none."""
        scene = scene_of(UpstreamReset(), FINE, tries=0)
        wishes = RetryWishes(tries=1, idempotent=True)
        _, pending = self.sent(scene, b"POST", body=body(b"data"), wishes=wishes)
        self.successResultOf(pending)
        self.assertEqual([each.body for each in scene.asked], [b"data"] * 2)

    def test_none(self) -> None:
        """Where no further try is wanted the end is no exhausted one."""
        scene = scene_of(BUSY)
        call, _ = self.sent(scene, wishes=RetryWishes(tries=0))
        self.assertEqual(call.record.flag, "-")


class BodyTests(Retried):
    """Bodies that were sent are sent again only if they were kept whole."""

    def test_kept(self) -> None:
        """A body up to the limit is sent again from its first byte."""
        scene = scene_of(UpstreamReset(), FINE, body_limit=8)
        _, pending = self.sent(scene, b"PUT", body=body(b"12345678"))
        self.successResultOf(pending)
        self.assertEqual([each.body for each in scene.asked], [b"12345678"] * 2)

    def test_too_long(self) -> None:
        """A longer one that was sent is not: the first end stands."""
        scene = scene_of(UpstreamReset(), body_limit=7)
        _, pending = self.sent(scene, b"PUT", body=body(b"12345678"))
        self.failureResultOf(pending, UpstreamReset)

    def test_without_retries(self) -> None:
        """Without retries nothing of a body is kept."""
        scene = scene_of(UpstreamReset(), tries=0)
        sent = body(b"data")
        _, pending = self.sent(scene, b"PUT", body=sent)
        self.failureResultOf(pending, UpstreamReset)
        self.assertFalse(sent.replayable)


class WhereTests(Retried):
    """The next try goes elsewhere."""

    def test_another_instance(self) -> None:
        """Each try goes to an instance that was not tried, where there is one."""
        scene = scene_of(BUSY, BUSY, FINE, count=3)
        self.sent(scene)
        self.assertEqual(sorted(scene.origins), [origin(1), origin(2), origin(3)])

    def test_only_instance(self) -> None:
        """With one instance the next try goes there again."""
        scene = scene_of(BUSY, FINE, count=1)
        _, pending = self.sent(scene)
        self.assertEqual(self.successResultOf(pending).code, 200)
        self.assertEqual(scene.origins, [origin(1)] * 2)

    def test_breaker_opens_between(self) -> None:
        """A breaker that opened meanwhile refuses the next try, which was none then."""
        settings = backend(retry=RetrySettings(), breaker=BreakerSettings(minimum=1))
        scene = Scene(settings, BUSY)
        call, pending = self.sent(scene)
        self.failureResultOf(pending, BreakerOpen)
        self.assertEqual((call.record.tries, len(scene.asked)), (1, 1))
        self.assertTrue(scene.idle())


class WhenTests(Retried):
    """The pause before another try, and what happens within it."""

    def test_back_off(self) -> None:
        """The pauses grow to their limit, and chance makes them shorter."""
        scene = scene_of(*[BUSY] * 4, FINE, tries=4, backoff=0.1, backoff_max=0.3)
        pending = scene.send(scene.call())
        for pause in (0.1, 0.2, 0.3, 0.3):
            before = len(scene.asked)
            scene.clock.advance(pause - 0.01)
            self.assertEqual(len(scene.asked), before)
            scene.clock.advance(0.02)
            self.assertEqual(len(scene.asked), before + 1)
        self.successResultOf(pending)
        scene = scene_of(BUSY, FINE, backoff=0.1)
        scene.roll = 0.5
        pending = scene.send(scene.call())
        scene.clock.advance(0.051)
        self.successResultOf(pending)

    def test_first_answer_is_let_go(self) -> None:
        """The refused answer's body and its lease are given up before the pause."""
        scene = scene_of(Answer(503, body=b"part", open=True), FINE)
        call = scene.call()
        scene.send(call)
        self.assertEqual((scene.picker.in_flight, scene.asked[0].flow.drained), (0, True))
        self.assertFalse(call.held)

    def test_given_up_in_the_pause(self) -> None:
        """To give up in a pause ends the call; nothing is left that would go on."""
        scene = scene_of(BUSY, backoff=0.1)
        call = scene.call()
        pending = scene.send(call)
        call.give_up(ClientGone())
        self.failureResultOf(pending, ClientGone)
        self.assertEqual(scene.clock.getDelayedCalls(), [])
        self.assertTrue(scene.idle())


class HowOftenTests(Retried):
    """Tries end, and so does the budget."""

    def test_tries(self) -> None:
        """After ``retry.tries`` further tries the last end is passed on, flagged so."""
        scene = scene_of(BUSY, BUSY, Answer(503, body=b"last"), tries=2)
        call, pending = self.sent(scene)
        response = self.successResultOf(pending)
        self.assertEqual(response.take_body(), b"last")
        self.assertEqual((call.record.tries, call.record.flag), (3, "URX"))
        self.assertEqual(call.record.reason, "3 tries, the last answered 503")

    def test_failure_passed_on(self) -> None:
        """The last end may be a failure."""
        scene = scene_of(BUSY, UpstreamReset(), tries=1)
        call, pending = self.sent(scene)
        self.failureResultOf(pending, UpstreamReset)
        self.assertEqual(call.record.flag, "URX")
        self.assertEqual(call.record.reason, "2 tries, the last failed (reset)")

    def test_not_exhausted(self) -> None:
        """What could not be tried again for another reason is not called exhausted."""
        scene = scene_of(ConnectFailed(), BUSY)
        call, pending = self.sent(scene, b"POST")
        self.assertEqual(self.successResultOf(pending).code, 503)
        self.assertEqual((call.record.tries, call.record.flag), (2, "-"))

    def test_off(self) -> None:
        """Without retries there is one try, and nothing to be exhausted."""
        scene = scene_of(BUSY, tries=0)
        call, _ = self.sent(scene)
        self.assertEqual((call.record.tries, call.record.flag), (1, "-"))

    def test_budget(self) -> None:
        """A spent budget ends all retries, and says so."""
        scene = scene_of(*[BUSY] * 12, budget=0.0, budget_minimum=1)
        call, _ = self.sent(scene)
        self.assertEqual((call.record.tries, call.record.flag), (2, "URX"))
        call, _ = self.sent(scene)
        self.assertEqual((call.record.tries, call.record.flag), (1, "URX"))
        self.assertEqual(call.record.reason, "the retry budget is spent, the try answered 503")
        scene.clock.advance(11)
        call, _ = self.sent(scene)
        self.assertEqual(call.record.tries, 2)

    def test_connects_need_no_budget(self) -> None:
        """A try after a failed connect is made whatever the budget, and leaves it as it was."""
        scene = scene_of(ConnectFailed(), FINE, BUSY, FINE, budget=0.0, budget_minimum=1)
        for _ in range(2):
            call, _ = self.sent(scene)
            self.assertEqual((call.record.tries, call.record.flag), (2, "-"))

    def test_budget_grows(self) -> None:
        """Requests that go well earn retries for those that do not."""
        scene = scene_of(*[FINE] * 10, *[BUSY] * 3, budget=0.2, budget_minimum=0)
        for _ in range(10):
            scene.send(scene.call()).addCallback(lambda _: None)
        call, _ = self.sent(scene)
        self.assertEqual(call.record.tries, 3)
