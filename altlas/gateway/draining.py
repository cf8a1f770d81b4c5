"""Going down without losing an exchange, in bounded time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger

from altlas.edge.listening import Listening
from altlas.gateway.counts import counted
from altlas.settings.tree import Drain

log = Logger()

#: seconds that tunnels may take to close after they were told to
GOODBYE = 2.0


@define(eq=False)
class Draining:
    """One way down.

    For ``drain.grace`` everything goes on while readiness is red already and answers say
    ``Connection: close``, so that whoever balances before us can turn away. Then no more
    connections are taken, idle ones close, and those with an exchange after it. After
    ``drain.timeout`` what is left is cut, but for tunnels: those are closed after
    ``drain.tunnels``, with a word where there is one.
    """

    _listeners: Collection[Listening]
    _settings: Drain
    _reactor: Any
    #: what is to happen when somebody's time is over
    _due: list[Any] = field(factory=list, init=False)
    _hurried: bool = field(default=False, init=False)

    async def drained(self, stop_listening: Callable[[], Deferred[Any]]) -> None:
        """Go down; return when nothing is under way any more."""
        settings = self._settings
        for listening in self._listeners:
            listening.announce()
        if settings.grace:
            over: Deferred[None] = Deferred()
            self._wait(settings.grace, lambda: over.callback(None))
            await over
        await stop_listening()
        emptied = DeferredList([_emptied(listening) for listening in self._listeners])
        self._wait(settings.timeout, self._cut_exchanges)
        self._wait(settings.tunnels, self._close_tunnels)
        # Tunnels get a moment for their good-bye.
        self._wait(max(settings.timeout, settings.tunnels + GOODBYE), self._cut)
        await emptied
        for call in self._due:
            if call.active():
                call.cancel()

    def hurry(self) -> None:
        """Wait no longer: cut what is under way."""
        if not self._hurried:
            self._hurried = True
            log.warn("A second signal: nothing is waited for any longer")
            for call in self._due:
                if call.active():
                    call.reset(0)

    def _wait(self, length: float, then: Callable[[], object]) -> None:
        self._due.append(self._reactor.callLater(0 if self._hurried else length, then))

    def _cut_exchanges(self) -> None:
        for listening in self._listeners:
            count = len(listening.channels) - len(listening.tunnels)
            if count:
                log.warn(
                    "Listener {name} cuts {connections}, the time to finish is over",
                    name=listening.name,
                    connections=counted(count, "connection"),
                )
            listening.cut_exchanges()

    def _close_tunnels(self) -> None:
        for listening in self._listeners:
            if listening.tunnels:
                log.info(
                    "Listener {name} closes {tunnels}, the time to finish is over",
                    name=listening.name,
                    tunnels=counted(len(listening.tunnels), "tunnel"),
                )
            listening.close_tunnels()

    def _cut(self) -> None:
        for listening in self._listeners:
            listening.cut()


def _emptied(listening: Listening) -> Deferred[None]:
    empty: Deferred[None] = Deferred()
    listening.drain(lambda: empty.callback(None))
    return empty
