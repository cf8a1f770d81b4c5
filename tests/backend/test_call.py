"""A call over all its tries."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import ClientGone, DeadlinePassed
from altlas.testing import NEVER, Answer
from tests.backend.scene import Scene, backend


class CallTests(SynchronousTestCase):
    """What may be done to a call from outside."""

    def test_given_up(self) -> None:
        """A call that is given up fails with the reason, and its request is cancelled."""
        scene = Scene(backend(), NEVER)
        call = scene.call()
        pending = scene.send(call)
        call.give_up(ClientGone())
        self.failureResultOf(pending, ClientGone)
        self.assertTrue(scene.asked[0].cancelled)
        self.assertTrue(scene.idle())

    def test_first_reason_holds(self) -> None:
        """A second reason to give up changes nothing."""
        scene = Scene(backend(), NEVER)
        call = scene.call()
        pending = scene.send(call)
        call.give_up(ClientGone())
        call.give_up(DeadlinePassed())
        self.failureResultOf(pending, ClientGone)
        self.assertIsInstance(call.given_up, ClientGone)

    def test_given_up_before_it_is_sent(self) -> None:
        """The reason is remembered even when there is nothing to cancel yet."""
        call = Scene(backend()).call()
        call.give_up(ClientGone())
        self.assertIsInstance(call.given_up, ClientGone)

    def test_finish(self) -> None:
        """The lease stays until the call is finished; to finish twice gives back once."""
        scene = Scene(backend(), Answer())
        call = scene.call()
        self.successResultOf(scene.send(call))
        self.assertEqual((scene.picker.in_flight, call.held), (1, True))
        call.finish()
        call.finish()
        self.assertEqual((scene.picker.in_flight, call.held), (0, False))
        self.assertTrue(scene.idle())
