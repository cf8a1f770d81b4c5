"""Going down without losing an exchange, in bounded time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger

from altlas.edge.listening import Listening
from altlas.settings.tree import Drain

log = Logger()


@define(eq=False)
class Draining:
    """One way down.

    For ``drain.grace`` everything goes on while readiness is red already and answers say
    ``Connection: close``, so that whoever balances before us can turn away. Then no more
    connections are taken, idle ones close, and those with an exchange after it. After
    ``drain.timeout`` what is left is cut.
    """

    _listeners: Collection[Listening]
    _settings: Drain
    _reactor: Any
    #: what there is to wait for just now
    _waiting: Any = field(default=None, init=False)
    _hurried: bool = field(default=False, init=False)

    async def drained(self, stop_listening: Callable[[], Deferred[Any]]) -> None:
        """Go down; return when nothing is under way any more."""
        for listening in self._listeners:
            listening.announce()
        if self._settings.grace:
            over: Deferred[None] = Deferred()
            self._wait(self._settings.grace, lambda: over.callback(None))
            await over
        await stop_listening()
        emptied = DeferredList([_emptied(listening) for listening in self._listeners])
        self._wait(self._settings.timeout, self._cut)
        await emptied
        if self._waiting.active():
            self._waiting.cancel()

    def hurry(self) -> None:
        """Wait no longer: cut what is under way."""
        if not self._hurried:
            self._hurried = True
            log.warn("A second signal: nothing is waited for any longer")
            if self._waiting is not None and self._waiting.active():
                self._waiting.reset(0)

    def _wait(self, length: float, then: Callable[[], object]) -> None:
        self._waiting = self._reactor.callLater(0 if self._hurried else length, then)

    def _cut(self) -> None:
        for listening in self._listeners:
            if listening.channels:
                log.warn(
                    "Listener {name}: {count} connections are cut, their time is over",
                    name=listening.name,
                    count=len(listening.channels),
                )
            listening.cut()


def _emptied(listening: Listening) -> Deferred[None]:
    empty: Deferred[None] = Deferred()
    listening.drain(lambda: empty.callback(None))
    return empty
