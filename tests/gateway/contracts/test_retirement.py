"""Contracts that serve no longer."""

from __future__ import annotations

import gc
import weakref

from twisted.internet.defer import execute
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.contract import Contract, compiled
from altlas.contracts.digesting import digest
from altlas.gateway.contracts.retirement import FORGOTTEN, Retirement
from tests.gateway.contracts.world import document


class RetirementTests(SynchronousTestCase):
    """One that was replaced."""

    def setUp(self) -> None:
        self.clock, self.calls = Clock(), 0
        self.retirement = Retirement(self.clock, self.in_thread)

    def in_thread(self, call):  # type: ignore[no-untyped-def]
        """Count what would be a thread's."""
        self.calls += 1
        return execute(call)

    def contract(self) -> Contract:
        """A contract with two operations."""
        return compiled("a", digest(document("/a", "/b")), None)

    def test_released(self) -> None:
        """Its pieces stay until nobody should need them, and go in a thread."""
        contract = self.contract()
        operation = weakref.ref(contract.operations[0])
        self.retirement.add(contract)
        del contract
        gc.collect()
        self.clock.advance(FORGOTTEN - 0.1)
        self.assertIsNotNone(operation())
        self.clock.advance(0.2)
        gc.collect()
        self.assertEqual((operation(), self.calls), (None, 1))

    def test_in_use(self) -> None:
        """Who has it still goes on with it whole."""
        contract = self.contract()
        self.retirement.add(contract)
        self.clock.advance(FORGOTTEN)
        self.assertEqual(contract.find(b"GET", b"/b").operation.template, "/b")

    def test_stop(self) -> None:
        """Nothing is left with the clock at the end."""
        for _ in range(2):
            self.retirement.add(self.contract())
        self.clock.advance(FORGOTTEN)
        self.retirement.add(self.contract())
        self.retirement.stop()
        self.assertEqual((self.clock.getDelayedCalls(), self.calls), ([], 2))
