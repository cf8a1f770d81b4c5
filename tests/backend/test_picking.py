"""Leases, and the queue for them."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from altlas.backend.roster import Member
from altlas.errors import ClientGone, NoneHealthy, QueueFull, QueueTimeout, UpstreamReset
from altlas.settings.backends import QueueSettings
from altlas.testing import NEVER, Answer
from tests.backend.scene import Scene, backend, take, timers_left


def full(count: int = 1, limit: int = 1, **queue: Any) -> tuple[Scene, list[Member]]:
    """A scene whose members are all at their limit, and the leases."""
    scene = Scene(backend(count, max_requests=limit, queue=QueueSettings(**queue)))
    return scene, take(scene.picker, count * limit)


class LeaseTests(SynchronousTestCase):
    """The right to use a member."""

    def test_counts(self) -> None:
        """A lease counts at its member and at the picker until it is given back."""
        picker = Scene(backend(1)).picker
        (member,) = take(picker, 1)
        self.assertEqual((member.active, picker.in_flight), (1, 1))
        picker.give_back(member)
        self.assertEqual((member.active, picker.in_flight), (0, 0))


class PickerTests(SynchronousTestCase):
    """Who gets which member, and when."""

    def test_at_once(self) -> None:
        """While members have room a lease is there at once, by the balancer's turn."""
        picker = Scene(backend(2)).picker
        members = take(picker, 4)
        self.assertEqual([member.instance.port for member in members], [1, 2, 1, 2])

    def test_another_than_tried(self) -> None:
        """A member that was not tried comes first, where there is one."""
        scene = Scene(backend(2))
        first, second = scene.roster.members
        self.assertIs(scene.picker.take((first,)), second)
        self.assertIsNotNone(scene.picker.take((first, second)))

    def test_tried_rather_than_wait(self) -> None:
        """A member that was tried before is better than the queue."""
        scene = Scene(backend(2, max_requests=1))
        first, second = scene.roster.members
        second.active = 1
        self.assertIs(scene.picker.take((first,)), first)

    def test_skips_busy_members(self) -> None:
        """A member at its limit is passed by."""
        scene = Scene(backend(2, max_requests=2))
        scene.member(1).active = 2
        self.assertEqual(take(scene.picker, 2), [scene.member(2)] * 2)
        self.assertIsNone(scene.picker.take())

    def test_first_come_first_served(self) -> None:
        """Who waits longest gets the next lease."""
        scene, (lease,) = full()
        waiting = [scene.picker.wait() for _ in range(3)]
        self.assertEqual(scene.picker.waiting, 3)
        for each in waiting:
            self.assertNoResult(each)
            scene.picker.give_back(lease)
            lease = self.successResultOf(each)
        scene.picker.give_back(lease)
        self.assertTrue(scene.idle())

    def test_cancelled_waiters_leave(self) -> None:
        """A waiter that is cancelled leaves the queue, and its turn goes to the next."""
        scene, (lease,) = full()
        first, second = scene.picker.wait(), scene.picker.wait()
        first.cancel()
        self.failureResultOf(first, CancelledError)
        self.assertEqual((scene.picker.waiting, timers_left(scene.timers)), (1, 1))
        scene.picker.give_back(lease)
        scene.picker.give_back(self.successResultOf(second))
        self.assertTrue(scene.idle())

    def test_cancelled_too_late(self) -> None:
        """To cancel after the lease came changes nothing."""
        scene, (lease,) = full()
        waiting = scene.picker.wait()
        scene.picker.give_back(lease)
        waiting.cancel()
        scene.picker.give_back(self.successResultOf(waiting))
        self.assertTrue(scene.idle())

    def test_nobody_passes_the_queue(self) -> None:
        """Who asks while the queue is being served stands behind those in it."""
        scene, leases = full(count=2)
        served: list[str] = []
        late: list[Deferred[Member]] = []

        def first_served(_: Member) -> None:
            served.append("first")
            late.append(scene.picker.wait().addCallback(lambda _: served.append("late")))

        scene.down(1)
        scene.down(2)
        scene.up(2)  # both waiters can be served only when the other is back as well
        for lease in leases:
            lease.active = 1
        scene.picker.wait().addCallback(first_served)
        scene.picker.wait().addCallback(lambda _: served.append("second"))
        scene.member(1).active = scene.member(2).active = 0
        scene.up(1)
        self.assertEqual(served, ["first", "second"])
        self.assertEqual(scene.picker.waiting, 1)

    def test_queue_full(self) -> None:
        """With no place left it fails at once, and says when to come again."""
        scene, _ = full(size=1, timeout=2.0)
        scene.picker.wait()
        refusal = self.failureResultOf(scene.picker.wait(), QueueFull).value
        self.assertEqual((refusal.status, refusal.flag, refusal.retry_after), (503, "UO", 2.0))

    def test_no_queue(self) -> None:
        """A queue of size 0 has no place for anybody."""
        scene, _ = full(size=0)
        self.failureResultOf(scene.picker.wait(), QueueFull)

    def test_queue_timeout(self) -> None:
        """A waiter waits no longer than the queue's time, and leaves it."""
        scene, (lease,) = full(timeout=2.0)
        waiting = scene.picker.wait()
        scene.clock.advance(1.9)
        self.assertNoResult(waiting)
        scene.clock.advance(0.2)
        refusal = self.failureResultOf(waiting, QueueTimeout).value
        self.assertEqual((refusal.status, refusal.flag), (503, "UO"))
        scene.picker.give_back(lease)
        self.assertTrue(scene.idle())

    def test_none_healthy(self) -> None:
        """With all members out it fails at once: reasons for the log, none for the client."""
        scene = Scene(backend(2))
        scene.down(1)
        scene.down(2)
        refusal = self.failureResultOf(scene.picker.wait(), NoneHealthy).value
        self.assertEqual((refusal.status, refusal.flag), (503, "UH"))
        self.assertIn("127.0.0.1:1: probe said False; 127.0.0.1:2", refusal.reason)
        self.assertNotIn("127", str(refusal))
        self.assertEqual(refusal.retry_after, scene.settings.probe.interval)

    def test_last_one_leaves(self) -> None:
        """Nobody waits for members that are all out."""
        scene, (lease,) = full()
        waiting = [scene.picker.wait(), scene.picker.wait()]
        scene.down(1)
        for each in waiting:
            self.failureResultOf(each, NoneHealthy)
        scene.picker.give_back(lease)
        self.assertTrue(scene.idle())

    def test_member_returns(self) -> None:
        """A member that comes back serves those who wait."""
        scene = Scene(backend(2, max_requests=1))
        scene.down(2)
        (lease,) = take(scene.picker, 1)
        waiting = scene.picker.wait()
        scene.up(2)
        self.assertIs(self.successResultOf(waiting), scene.member(2))
        self.assertIs(lease, scene.member(1))

    def test_member_of_a_lease_is_out(self) -> None:
        """The lease of a member that is out meanwhile serves no waiter."""
        scene, leases = full(count=2)
        waiting = scene.picker.wait()
        scene.down(1)
        scene.picker.give_back(leases[0])
        self.assertNoResult(waiting)
        scene.picker.give_back(leases[1])
        self.assertIs(self.successResultOf(waiting), scene.member(2))


class PickingTests(SynchronousTestCase):
    """How a call gets its lease, and gives it back."""

    def test_record(self) -> None:
        """The record says which instance it was, and that it did not wait."""
        scene = Scene(backend(1), Answer())
        call = scene.call()
        self.successResultOf(scene.send(call))
        self.assertEqual((call.record.instance, call.record.queued), ("127.0.0.1:1", 0.0))

    def test_time_in_the_queue(self) -> None:
        """The record says how long the call waited, whether for a lease or in vain."""
        scene, (lease,) = full(timeout=2.0)
        scene.script.script(Answer())
        served, overdue = scene.call(), scene.call()
        answered = scene.send(served)
        scene.clock.advance(1.5)
        refused = scene.send(overdue)
        scene.picker.give_back(lease)
        self.successResultOf(answered)
        self.assertEqual(served.record.queued, 1.5)
        scene.clock.advance(2.0)
        self.failureResultOf(refused, QueueTimeout)
        self.assertEqual(overdue.record.queued, 2.0)

    def test_lease_comes_back_on_failure(self) -> None:
        """Without a response the lease is back before anybody hears of it."""
        scene = Scene(backend(1), UpstreamReset())
        seen: list[int] = []
        scene.send(scene.call()).addErrback(lambda _: seen.append(scene.picker.in_flight))
        self.assertEqual(seen, [0])

    def test_given_up_in_the_queue(self) -> None:
        """A call whose client left while it waited takes no lease and counts for nobody."""
        scene, (lease,) = full()
        call = scene.call()
        pending = scene.send(call)
        call.give_up(ClientGone())
        self.failureResultOf(pending, ClientGone)
        scene.picker.give_back(lease)
        self.assertEqual((scene.asked, scene.member(1).requests), ([], 0))
        self.assertTrue(scene.idle())

    def test_given_up_under_way(self) -> None:
        """A call that is given up when it was sent gives its lease back."""
        scene = Scene(backend(1), NEVER)
        call = scene.call()
        pending = scene.send(call)
        call.give_up(ClientGone())
        self.failureResultOf(pending, ClientGone)
        call.finish()
        self.assertEqual((scene.member(1).requests, scene.member(1).failures), (1, 0))
        self.assertTrue(scene.idle())
