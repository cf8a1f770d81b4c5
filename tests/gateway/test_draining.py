"""The way down, with a clock that the test moves."""

from __future__ import annotations

from random import Random

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.listening import Listening
from altlas.gateway.draining import Draining
from altlas.settings.tree import Drain, Listener
from altlas.timers import Timers
from altlas.wire.forwarding import Forwarding


class Connection:
    """A channel as far as a drain meets it."""

    def __init__(self, listening: Listening, idle: bool) -> None:
        self.listening = listening
        self.idle = idle
        self.exchange = None
        self.end = ""
        listening.joined(self)

    def leave(self, how: str) -> None:
        """End."""
        if not self.end:
            self.end = how
            self.listening.left(self)

    def close_if_idle(self) -> None:
        if self.idle:
            self.leave("closed")

    def cut(self) -> None:
        self.leave("cut")

    abort = cut


class DrainingTests(SynchronousTestCase):
    """First red, then closed, then empty."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.stopped: list[float] = []
        self.listeners = [self.listening(name) for name in ("one", "two")]

    def listening(self, name: str) -> Listening:
        """A listener without a port."""
        settings = Listener(name=name, bind="tcp:0")
        nothing = lambda _: None  # noqa: E731
        forwarding = Forwarding("test")
        return Listening(
            settings, Timers(self.clock), forwarding, nothing, nothing, lambda: 0.0, Random(1)
        )

    def drain(self, grace: float = 0.0, timeout: float = 30.0) -> Deferred[None]:
        """Begin."""
        settings = Drain(grace=grace, timeout=timeout)
        self.draining = Draining(self.listeners, settings, self.clock)
        return Deferred.fromCoroutine(self.draining.drained(self.stop_listening))

    def stop_listening(self) -> Deferred[None]:
        """Close the ports."""
        return succeed(self.stopped.append(self.clock.seconds()))

    def test_nothing_to_wait_for(self) -> None:
        """Without connections it is over at once, and leaves nothing with the clock."""
        self.successResultOf(self.drain())
        self.assertEqual((self.stopped, self.clock.getDelayedCalls()), ([0.0], []))

    def test_grace(self) -> None:
        """During the grace the ports stay open, and so do idle connections."""
        idle = Connection(self.listeners[0], idle=True)
        drained = self.drain(grace=5.0)
        self.clock.advance(4.9)
        self.assertEqual((self.stopped, idle.end), ([], ""))
        self.clock.advance(0.1)
        self.assertEqual((self.stopped, idle.end), ([5.0], "closed"))
        self.successResultOf(drained)

    def test_under_way(self) -> None:
        """It waits for exchanges on every listener, and no longer."""
        busy = [Connection(listening, idle=False) for listening in self.listeners]
        drained = self.drain()
        self.assertTrue(all(listening.draining for listening in self.listeners))
        busy[0].leave("done")
        self.assertNoResult(drained)
        busy[1].leave("done")
        self.successResultOf(drained)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_cut(self) -> None:
        """After its timeout what is left is cut."""
        busy = Connection(self.listeners[0], idle=False)
        drained = self.drain(grace=1.0, timeout=2.0)
        self.clock.pump([1.0, 1.9])
        self.assertEqual(busy.end, "")
        self.clock.advance(0.2)
        self.assertEqual(busy.end, "cut")
        self.successResultOf(drained)

    def test_hurry(self) -> None:
        """A second signal ends both waits at once, whichever it meets, and more do nothing."""
        for moments in ([], [5.0]):
            busy = Connection(self.listeners[0], idle=False)
            drained = self.drain(grace=5.0)
            self.clock.pump(moments)
            self.draining.hurry()
            self.draining.hurry()
            self.clock.pump([0.0, 0.0])
            self.assertEqual(busy.end, "cut")
            self.successResultOf(drained)
            self.assertEqual(self.clock.getDelayedCalls(), [])
