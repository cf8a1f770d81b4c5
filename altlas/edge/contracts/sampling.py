"""Looks for names that a contract does not have, in a few messages, while nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define, field
from twisted.logger import Logger

from altlas.timers import Clock

if TYPE_CHECKING:
    from altlas.contracts.drift import Drift
    from altlas.contracts.operation import Operation
    from altlas.contracts.schemas import Schema

log = Logger()


def later(clock: Clock, call: Callable[..., object], *about: Any) -> None:
    """Make a call when what is being written is out; what fails in it is for the log only."""
    clock.callLater(0, safely, call, *about)


def safely(call: Callable[..., object], *about: Any) -> None:
    """Make a call whose failing is for the log only."""
    try:
        call(*about)
    except Exception:
        log.failure("What passed could not be looked at")


@define(eq=False)
class FieldSampling:
    """Takes at most so many bodies and queries in a second, of each side of each operation."""

    _drift: Drift
    _most: int
    #: the second that it is, and what was taken in it
    _second: int = field(default=-1, init=False)
    _taken: dict[tuple[str, str], int] = field(factory=dict, init=False)

    def offer(
        self, clock: Clock, operation: Operation, side: str, known: Schema, value: Any
    ) -> None:
        """Have `value`, of a body of that `side`, looked through if it is its turn."""
        if self._most and self._takes((operation.id, side), int(clock.seconds())):
            later(clock, self._look, operation, side, known, value)

    def offer_query(self, clock: Clock, operation: Operation, query: bytes) -> None:
        """The same for the names in a query."""
        if self._most and self._takes((operation.id, "query"), int(clock.seconds())):
            later(clock, self._look_at_query, operation, query)

    def _takes(self, kind: tuple[str, str], second: int) -> bool:
        if second != self._second:
            self._second = second
            self._taken.clear()
        taken = self._taken.get(kind, 0)
        if taken >= self._most:
            return False
        self._taken[kind] = taken + 1
        return True

    def _look(self, operation: Operation, side: str, known: Schema, value: Any) -> None:
        pointers = known.fields.undocumented(value)
        if pointers:
            self._drift.undocumented(operation, side, pointers)

    def _look_at_query(self, operation: Operation, query: bytes) -> None:
        names = operation.undocumented_query(query)
        if names:
            self._drift.undocumented(operation, "query", names)
