"""Going down without losing an exchange, in bounded time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.task import deferLater
from twisted.logger import Logger

from altlas.edge.listening import Listening
from altlas.settings.tree import Drain

log = Logger()


async def drained(
    ports: Iterable[IListeningPort],
    listeners: Collection[Listening],
    settings: Drain,
    reactor: Any,
) -> None:
    """Return when nothing is under way any more.

    For ``drain.grace`` everything goes on while readiness is red already, so that whoever
    balances before us can turn away. Then no more connections are taken, idle ones close, and
    those with an exchange after it. After ``drain.timeout`` what is left is cut.
    """
    if settings.grace:
        await deferLater(reactor, settings.grace)
    await DeferredList([maybeDeferred(port.stopListening) for port in ports])
    emptied = DeferredList([_emptied(listening) for listening in listeners])
    cut = reactor.callLater(settings.timeout, _cut, listeners)
    await emptied
    if cut.active():
        cut.cancel()


def _emptied(listening: Listening) -> Deferred[None]:
    empty: Deferred[None] = Deferred()
    listening.drain(lambda: empty.callback(None))
    return empty


def _cut(listeners: Collection[Listening]) -> None:
    for listening in listeners:
        if listening.channels:
            log.warn(
                "Listener {name}: {count} connections are cut, their time is over",
                name=listening.name,
                count=len(listening.channels),
            )
        listening.cut()
