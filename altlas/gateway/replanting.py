"""New routes for a gateway that serves, when a contract that makes some was replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from altlas.edge.dispatching import Dispatcher
from altlas.gateway.generation import Generation, Plantation

log = Logger()


@define(eq=False)
class Replanting:
    """Plants in a thread, since a tree of a thousand routes takes longer than clients may wait.

    The new routes serve by one call of `install`, in the reactor's thread; who began with the
    old ones goes on with them. What changes meanwhile is planted after it.
    """

    _generation: Generation
    #: calls what would keep the reactor busy for too long
    _in_thread: Callable[[Callable[[], Any]], Deferred[Any]]
    _install: Callable[[Dispatcher], object]
    _told: set[str] = field(factory=set, init=False)
    _busy: bool = field(default=False, init=False)
    _again: bool = field(default=False, init=False)
    _stopped: bool = field(default=False, init=False)

    def changed(self, contract: str) -> None:
        """A contract is another one now."""
        if self._generation.concerns(contract) and not self._stopped:
            self._again = True
            self._plant()

    def tell(self) -> None:
        """Log what is odd about the routes of now, once each."""
        for doubt in self._generation.planted.doubts:
            if doubt not in self._told:
                self._told.add(doubt)
                log.warn("Routes from contracts: {doubt}", doubt=doubt)

    def stop(self) -> None:
        """Plant no more."""
        self._stopped = True

    def _plant(self) -> None:
        if self._busy or not self._again or self._stopped:
            return
        self._busy, self._again = True, False
        pending = self._in_thread(self._generation.replanted)
        pending.addCallbacks(self._planted, self._failed)

    def _planted(self, made: Plantation) -> None:
        self._busy = False
        if self._stopped:
            return
        old, self._generation.planted = self._generation.planted, made
        self._install(made.dispatcher)
        self.tell()
        log.info("There are {count} routes now, by the contracts", count=len(made.rules))
        self._in_thread(old.fell).addErrback(self._failed)
        self._plant()

    def _failed(self, failure: Failure) -> None:
        self._busy = False
        log.failure("Routes could not be made of a contract; the old ones stay", failure)
        self._plant()
