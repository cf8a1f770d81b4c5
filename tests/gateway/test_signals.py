"""Signals, sent to this very process."""

from __future__ import annotations

import signal
from typing import Any

from twisted.internet.testing import EventLoggingObserver
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.signals import Signals

TAKEN = (signal.SIGUSR1, signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


class Queue:
    """A reactor as far as a signal meets it."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def callFromThread(self, call: Any, *words: Any) -> None:
        self.calls.append((call, words))

    def run(self) -> None:
        """Make the calls that wait."""
        calls, self.calls = self.calls, []
        for call, words in calls:
            call(*words)


class SignalsTests(SynchronousTestCase):
    """Taken over and given back."""

    def setUp(self) -> None:
        for number in TAKEN:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
            signal.signal(number, signal.SIG_IGN)
        self.done: list[str] = []
        self.reactor = Queue()
        self.signals = Signals(
            self.reactor,
            lambda: self.done.append("reopened"),
            lambda: self.done.append("renewed"),
        )

    def test_usr1(self) -> None:
        """USR1 reopens the log, by the reactor and not from within the signal."""
        self.signals.install()
        signal.raise_signal(signal.SIGUSR1)
        self.assertEqual(self.done, [])
        self.reactor.run()
        self.assertEqual(self.done, ["reopened"])

    def test_usr1_of_twistd(self) -> None:
        """Who answered USR1 before is answered still."""
        signal.signal(signal.SIGUSR1, lambda *_: self.done.append("rotated"))
        self.signals.install()
        signal.raise_signal(signal.SIGUSR1)
        self.reactor.run()
        self.assertEqual(self.done, ["rotated", "reopened"])

    def test_hup(self) -> None:
        """HUP has certificates read again, with a line in the log; the process stays alive."""
        seen = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)
        self.signals.install()
        signal.raise_signal(signal.SIGHUP)
        self.reactor.run()
        self.assertEqual([event["log_format"][:14] for event in seen], ["HUP: certifica"])
        self.assertEqual(self.done, ["renewed"])

    def test_second_term(self) -> None:
        """Once the gateway goes down, TERM and INT ask it to hurry."""
        self.signals.install()
        self.signals.hurry(lambda: self.done.append("hurried"))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.raise_signal(number)
        self.reactor.run()
        self.assertEqual(self.done, ["hurried", "hurried"])

    def test_restore(self) -> None:
        """Everything that was taken is given back."""
        before = [signal.getsignal(number) for number in TAKEN]
        self.signals.install()
        self.signals.hurry(lambda: None)
        self.assertNotEqual([signal.getsignal(number) for number in TAKEN], before)
        self.signals.restore()
        self.assertEqual([signal.getsignal(number) for number in TAKEN], before)
