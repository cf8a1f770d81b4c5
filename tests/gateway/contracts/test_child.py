"""Documents are judged in a process of their own."""

from __future__ import annotations

import sys
from typing import Any

from attrs import define, field
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.contracts.child import AT_ONCE, BESIDE, PATIENCE, Judges, Judging, Trouble


@define(eq=False)
class Child:
    """One that the test speaks for; its transport too."""

    protocol: Judging
    command: list[str]
    env: dict[str, str]
    got: bytes = b""
    closed: bool = False
    signals: list[str] = field(factory=list)
    pid: int | None = 1

    def write(self, data: bytes) -> None:
        self.got += data

    def closeStdin(self) -> None:
        self.closed = True

    def signalProcess(self, name: str) -> None:
        self.signals.append(name)

    def end(self, code: int = 0) -> None:
        """Be gone."""
        self.pid = None
        reason = ProcessDone(0) if code == 0 else ProcessTerminated(code)
        self.protocol.processEnded(Failure(reason))


class Spawning(Clock):
    """A reactor that starts such children."""

    def __init__(self) -> None:
        super().__init__()
        self.children: list[Child] = []

    def spawnProcess(
        self, protocol: Any, program: str, args: list[str], env: dict[str, str], path: str
    ) -> Child:
        child = Child(protocol, [program, *args], env)
        self.children.append(child)
        protocol.makeConnection(child)
        return child


class JudgesTests(SynchronousTestCase):
    """What a child is given, says, and may do."""

    def setUp(self) -> None:
        self.reactor = Spawning()
        self.judges = Judges(self.reactor)

    def judged(self, data: bytes = b"document") -> tuple[Deferred[bytes], Child]:
        """A document that is being judged, and the child that does it."""
        said = self.judges.judge(data)
        return said, self.reactor.children[-1]

    def trouble(self, said: Deferred[bytes]) -> str:
        """Why it could not be judged."""
        return str(self.failureResultOf(said, Trouble).value)

    def test_said(self) -> None:
        """The child gets the document and its end; all that it says comes when it is gone."""
        said, child = self.judged()
        self.assertEqual((child.got, child.closed), (b"document", True))
        child.protocol.outReceived(b"go")
        child.protocol.outReceived(b"od")
        self.assertNoResult(said)
        child.end()
        self.assertEqual(self.successResultOf(said), b"good")
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_started(self) -> None:
        """It is this Python with our modules, and gets nothing else of our environment."""
        _, child = self.judged()
        self.assertEqual(child.command[0], sys.executable)
        self.assertEqual(child.command[-2:], ["-m", "altlas.contracts"])
        self.assertEqual([*child.env], ["PYTHONPATH"])

    def test_failed(self) -> None:
        """A child that fails is told by its last words, or by its code."""
        said, child = self.judged()
        child.protocol.errReceived(b"Traceback\nMemoryErr")
        child.protocol.errReceived(b"or: no\n")
        child.end(1)
        self.assertEqual(self.trouble(said), "its judge failed: MemoryError: no")
        said, child = self.judged()
        child.end(2)
        self.assertIn("exit code 2", self.trouble(said))

    def test_late(self) -> None:
        """One that takes too long is killed."""
        said, child = self.judged()
        self.reactor.advance(PATIENCE - 0.1)
        self.assertNoResult(said)
        self.reactor.advance(0.2)
        self.assertIn("longer than 60 s", self.trouble(said))
        self.assertEqual(child.signals, ["KILL"])
        child.end(9)

    def test_talkative(self) -> None:
        """So is one that says too much; nothing of it is kept."""
        said, child = self.judged(b"")
        child.protocol.outReceived(bytes(BESIDE))
        self.assertEqual(child.signals, [])
        child.protocol.outReceived(b"x")
        child.protocol.outReceived(bytes(BESIDE))
        self.assertIn("longer than it should be", self.trouble(said))
        self.assertEqual({*child.signals}, {"KILL"})
        child.end(9)

    def test_given_up(self) -> None:
        """Who waits no longer has it killed."""
        said, child = self.judged()
        said.cancel()
        self.failureResultOf(said, CancelledError)
        self.assertEqual(child.signals, ["KILL"])
        child.end(9)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_few(self) -> None:
        """There are few at a time; the others wait for a place, or are given up."""
        said = [self.judges.judge(b"") for _ in range(AT_ONCE + 2)]
        self.assertEqual(len(self.reactor.children), AT_ONCE)
        said[-2].cancel()
        self.failureResultOf(said[-2], CancelledError)
        self.reactor.children[0].end()
        self.assertEqual(len(self.reactor.children), AT_ONCE + 1)
        for child in self.reactor.children[1:]:
            child.end()
        self.assertEqual(self.successResultOf(said[-1]), b"")

    def test_none(self) -> None:
        """That no process can be started is told, and takes nobody's place."""

        def refuse(*_: Any, **__: Any) -> None:
            raise OSError(11, "Resource temporarily unavailable")

        self.reactor.spawnProcess = refuse  # type: ignore[assignment, method-assign]
        for _ in range(AT_ONCE + 1):
            self.assertIn("temporarily unavailable", self.trouble(self.judges.judge(b"")))
