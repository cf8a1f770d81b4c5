"""Whether ports accept."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.gate import QUIET, Gate


class Port:
    """A port that remembers whether it accepts."""

    accepts = True

    def pauseProducing(self) -> None:
        """Accept no more."""
        self.accepts = False

    def resumeProducing(self) -> None:
        """Accept again."""
        self.accepts = True


class GateTests(SynchronousTestCase):
    """A gate, its ports and the reasons to hold it."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.gate, self.port = Gate("public", self.clock.seconds), Port()
        self.gate.add(self.port)

    def test_reasons(self) -> None:
        """It is open only when every reason is gone, and counts how often each came."""
        self.gate.hold("a", "")
        self.gate.hold("a", "")
        self.gate.hold("b", "")
        self.gate.release("a")
        self.assertEqual((self.gate.is_open, self.port.accepts), (False, False))
        self.gate.release("b")
        self.gate.release("b")
        self.assertEqual((self.gate.is_open, self.port.accepts), (True, True))
        self.assertEqual(dict(self.gate.pauses), {"a": 1, "b": 1})

    def test_late_port(self) -> None:
        """A port that comes while the gate is held does not accept either."""
        self.gate.hold("a", "")
        late = Port()
        self.gate.add(late)
        self.assertFalse(late.accepts)

    def test_log(self) -> None:
        """One line a minute is written about a reason, however often it comes."""
        from twisted.logger import globalLogPublisher

        lines: list[str] = []
        observer = lambda event: lines.append(event.get("words", ""))  # noqa: E731
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        for _ in range(3):
            self.gate.hold("a", "too many")
            self.gate.release("a")
        self.assertEqual(lines.count("too many"), 1)
        self.clock.advance(QUIET)
        self.gate.hold("a", "too many")
        self.assertEqual(lines.count("too many"), 2)
