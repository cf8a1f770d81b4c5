"""Descriptors are left for all else."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.headroom import Headroom, allowed, lowest_free
from altlas.timers import Timers
from tests.edge.connected import Connected, fixed
from tests.edge.test_gate import Port


class HeadroomTests(SynchronousTestCase):
    """Over one listener."""

    def setUp(self) -> None:
        self.clock, self.used = Clock(), 0
        self.headroom = Headroom(Timers(self.clock), 128, lambda: self.used)
        self.one, self.port = Connected(routes=[fixed()]), Port()
        self.one.leave()
        self.one.listening.gate.add(self.port)
        self.headroom.serve(self.one.listening.capacity)

    def test_share(self) -> None:
        """Clients get three quarters; who comes then waits until one leaves."""
        clients = [self.one.connect()[1] for _ in range(95)]
        self.assertTrue(self.port.accepts)
        clients.append(self.one.connect()[1])
        self.assertFalse(self.port.accepts)
        self.clock.advance(1)
        self.assertFalse(self.port.accepts)
        from twisted.internet.error import ConnectionDone

        clients[0].lost(ConnectionDone())
        self.clock.advance(0.2)
        self.assertTrue(self.port.accepts)
        self.assertEqual(self.headroom.taken, 95)
        self.assertEqual(self.one.listening.gate.pauses["descriptors"], 1)

    def test_others(self) -> None:
        """When others have used up nearly all, fewer clients are let in."""
        self.used = 120
        for _ in range(8):
            self.one.connect()
        self.assertFalse(self.port.accepts)
        self.used = 100
        self.clock.advance(0.2)
        self.assertTrue(self.port.accepts)

    def test_nothing_left_behind(self) -> None:
        """Nothing is looked at while nothing is short."""
        self.one.connect()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_looks(self) -> None:
        """The process is asked as it is."""
        self.assertLess(2, lowest_free())
        self.assertLess(lowest_free(), allowed())
