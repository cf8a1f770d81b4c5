"""Processes that the demo started end when they are told, or else are made to."""

from __future__ import annotations

import sys
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from altlas.demo.children import Child, end

#: says that it is ready by making a file, then waits; the other one does not listen to TERM
WAITS = "import sys, time; open(sys.argv[1], 'x'); time.sleep(60)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS


class ChildTests(TestCase):
    """Real processes, short ones."""

    def setUp(self) -> None:
        self.left: list[tuple[str, str]] = []

    def child(self, script: str, *words: str) -> Child:
        """A started process that runs a script, killed after the test at the latest."""
        child = Child("it", lambda child, how: self.left.append((child.name, how)))
        child.start(reactor, [sys.executable, "-c", script, *words])

        def clean_up() -> Deferred[None]:
            child.signal("KILL")
            return child.gone()

        self.addCleanup(clean_up)
        return child

    async def waiting(self, script: str) -> Child:
        """A process that has come to where it waits."""
        ready = self.mktemp()
        child = self.child(script, ready)
        while not Path(ready).exists():
            await deferLater(reactor, 0.01)
        return child

    async def test_ends_by_itself(self) -> None:
        """How a process ended by itself is told, once."""
        child = self.child("raise SystemExit(3)")
        self.assertTrue(child.alive)
        await child.gone()
        self.assertFalse(child.alive)
        self.assertEqual(self.left, [("it", "ended with status 3")])
        await child.gone()
        child.signal("TERM")

    async def test_killed_by_others(self) -> None:
        """That a process was killed is told with the signal."""
        child = await self.waiting(WAITS)
        child.signal("KILL")
        await child.gone()
        self.assertEqual(self.left, [("it", "was ended by signal 9")])

    async def test_end(self) -> None:
        """Processes that listen end by TERM, and those that are gone already do not matter."""
        gone = self.child("")
        await gone.gone()
        child = await self.waiting(WAITS)
        await end(reactor, [child, gone], 30)
        self.assertEqual(self.left[1:], [("it", "was ended by signal 15")])

    async def test_end_by_force(self) -> None:
        """A process that does not listen is killed when patience is at its end."""
        child = await self.waiting(DEAF)
        await end(reactor, [child], 0.05)
        self.assertEqual(self.left, [("it", "was ended by signal 9")])

    async def test_end_of_none(self) -> None:
        """Nothing to end is ended at once."""
        self.successResultOf(end(reactor, [], 30))
