"""Contracts that serve no longer are let go of a piece at a time.

To free a large one takes tens of milliseconds, in which the interpreter does nothing else: whoever
drops the last reference pays for all of it, be it the reactor's thread or another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred

from altlas.contracts.contract import Contract

#: seconds after which hardly an exchange, and no route, still has the old one
FORGOTTEN = 5.0


@define(eq=False)
class Retirement:
    """Holds old contracts until nobody else does, and then takes them apart in a thread."""

    _clock: Any
    _in_thread: Callable[[Callable[[], Any]], Deferred[Any]]
    _waiting: list[Any] = field(factory=list, init=False)

    def add(self, contract: Contract) -> None:
        """It serves no longer."""
        # Not the contract itself: what is last to let go of its pieces is to be their list.
        call = self._clock.callLater(FORGOTTEN, self._release, [*_pieces(contract)])
        self._waiting.append(call)

    def stop(self) -> None:
        """Hold nothing any longer."""
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call.cancel()

    def _release(self, pieces: list[Any]) -> None:
        self._waiting.pop(0)  # they wait equally long
        self._in_thread(partial(released, pieces))


def released(pieces: list[Any]) -> None:
    """Drop one after the other; between two of them other threads may run."""
    while pieces:
        pieces.pop()


def _pieces(contract: Contract) -> Iterator[Any]:
    yield from contract.operations
    document = contract.document
    sections: tuple[Any, ...] = (document.get("paths"), *_values(document.get("components")))
    for section in sections:
        yield from _values(section)


def _values(node: Any) -> Iterator[Any]:
    return iter(node.values()) if isinstance(node, Mapping) else iter(())
