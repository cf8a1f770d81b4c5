"""Whether a listener's ports accept connections just now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from attrs import define, field
from twisted.logger import Logger

log = Logger()

#: seconds in which no more than one line is written about one reason
QUIET = 60.0


class Accepting(Protocol):
    """A port, as far as accepting is concerned."""

    def pauseProducing(self) -> None: ...

    def resumeProducing(self) -> None: ...


@define(eq=False)
class Gate:
    """Lets connections in unless somebody has a reason against it.

    Who connects meanwhile waits in the kernel's queue, and is neither answered nor turned away.
    """

    name: str
    _seconds: Callable[[], float]
    #: how often each reason held it
    pauses: Counter[str] = field(factory=Counter, init=False)
    _held: set[str] = field(factory=set, init=False)
    _ports: list[Accepting] = field(factory=list, init=False)
    _told: dict[str, float] = field(factory=dict, init=False)

    @property
    def is_open(self) -> bool:
        """Whether connections are accepted."""
        return not self._held

    def add(self, port: Accepting) -> None:
        """Be in charge of `port`, which accepts."""
        self._ports.append(port)
        if self._held:
            port.pauseProducing()

    def holds(self, reason: str) -> bool:
        """Whether `reason` holds it."""
        return reason in self._held

    def hold(self, reason: str, words: str) -> None:
        """Accept no more, for `reason`, until it is released; `words` are for the log."""
        if reason in self._held:
            return
        self._held.add(reason)
        self.pauses[reason] += 1
        self._tell(reason, words)
        if len(self._held) == 1:
            for port in self._ports:
                port.pauseProducing()

    def release(self, reason: str) -> None:
        """This reason holds no longer."""
        if reason not in self._held:
            return
        self._held.discard(reason)
        if not self._held:
            for port in self._ports:
                port.resumeProducing()

    def _tell(self, reason: str, words: str) -> None:
        now = self._seconds()
        if now >= self._told.get(reason, now):
            self._told[reason] = now + QUIET
            log.warn("Listener {name} accepts nobody for now: {words}", name=self.name, words=words)
