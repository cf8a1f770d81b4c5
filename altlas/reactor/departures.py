"""What the connections write in one turn of the loop goes out together at the turn's end.

A write wakes whoever waits for it, and a processor that has to be woken costs more than the
write itself (an interrupt from processor to processor, dear in a virtual machine). Sent one after
the other, the first write wakes the other side and the rest find it awake.
"""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uvloop import Loop

# Bytes of one connection that wait for the turn's end: more than this is worth a wake-up.
SMALL = 16 * 1024
# So many connections do not wait for further ones: the first is not to wait for all the rest.
MOST = 16
# Where fewer had to wait in the last turn, the first of the next one does not.
FEW = 2


class Leaving(Protocol):
    """A connection that has something to send."""

    def depart(self) -> None:
        """Send it."""


class Departures:
    """The connections that wrote something in this turn, in the order of their first writes."""

    __slots__ = ("_context", "_due", "_leaving", "_loop", "_quiet")

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._leaving: list[Leaving] = []
        self._due = False
        self._quiet = True
        # Given to every `call_soon`, which would copy one otherwise.
        self._context = copy_context()

    def admit(self, connection: Leaving) -> bool:
        """Have `connection` depart at the end of the turn, or as soon as there are `MOST`.

        False for the first of a turn, which is to write at once: nobody may come after it, and
        the other side can work while we do.
        """
        if not self._due:
            self._due = True
            # uvloop makes these calls after the reads of this turn and before it polls again.
            self._loop.call_soon(self._end_turn, context=self._context)
            if self._quiet:
                return False
        if len(self._leaving) >= MOST:
            self.depart()
        self._leaving.append(connection)
        return True

    def depart(self) -> None:
        """Send everything now."""
        leaving, self._leaving = self._leaving, []
        for connection in leaving:
            connection.depart()

    def _end_turn(self) -> None:
        self._due = False
        self._quiet = len(self._leaving) < FEW
        self.depart()
