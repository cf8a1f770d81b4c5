"""The processes that the demo started, which it ends again; no others."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from altlas.demo import leash

#: without `site`, which a few lines do not need and which takes its time
_LEASHED = [sys.executable, "-I", "-S", leash.__file__]


class Child(ProcessProtocol):
    """One process. It shares the demo's input and output, so that its words are seen."""

    def __init__(self, name: str, left: Callable[[Child, str], None]) -> None:
        """`left` is called once, with how it ended, when the process is no more."""
        self.name = name
        self.pid = 0
        self._left = left
        self._waiting: list[Deferred[None]] = []

    def start(self, reactor: IReactorProcess, command: list[str]) -> None:
        """Start the process, with the demo's own environment; `command` begins with a path."""
        same = {0: 0, 1: 1, 2: 2}
        words = [*_LEASHED, *command]
        process = reactor.spawnProcess(self, words[0], words, env=None, childFDs=same)
        self.pid = process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.pid != 0

    def signal(self, name: str) -> None:
        """Send a signal, ``TERM`` or ``KILL``, unless the process is no more."""
        if self.alive and self.transport is not None:
            try:
                self.transport.signalProcess(name)
            except ProcessExitedAlready:
                pass

    def gone(self) -> Deferred[None]:
        """Fires when the process is no more."""
        waiting: Deferred[None] = Deferred()
        if self.alive:
            self._waiting.append(waiting)
        else:
            waiting.callback(None)
        return waiting

    def processEnded(self, reason: Failure) -> None:
        how, waiting = _how_it_ended(reason), self._waiting
        self.pid, self._waiting = 0, []
        self._left(self, how)
        for one in waiting:
            one.callback(None)


def _how_it_ended(reason: Failure) -> str:
    signal = getattr(reason.value, "signal", None)
    if signal is not None:
        return f"was ended by signal {signal}"
    return f"ended with status {getattr(reason.value, 'exitCode', None)}"


def end(clock: IReactorTime, children: Iterable[Child], patience: float) -> Deferred[object]:
    """Tell `children` to end, and kill those that still run after `patience` seconds.

    Fires when all are gone.
    """
    living = [child for child in children if child.alive]
    kills = [clock.callLater(patience, child.signal, "KILL") for child in living]

    def forget(result: object) -> object:
        for kill in kills:
            if kill.active():
                kill.cancel()
        return result

    gone = gatherResults([child.gone() for child in living])
    for child in living:
        child.signal("TERM")
    return gone.addBoth(forget)
