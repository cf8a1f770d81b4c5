"""Accepting by uvloop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen
from twisted.logger import Logger

if TYPE_CHECKING:
    from uvloop import Loop

log = Logger()

# Seconds between looks at whether uvloop still listens, and whether the crowd is gone.
WATCH = 1.0
# How many doors there are when nobody comes, and in the worst crowd.
FEWEST = 2
MOST = 32


@frozen(eq=False)
class Door:
    """One server of uvloop's, and its socket, by which is seen whether it still listens."""

    server: Any
    probe: Any

    def is_open(self) -> bool:
        """Whether uvloop has not closed it."""
        return bool(self.probe.fileno() != -1)


@define(eq=False)
class Acceptance:
    """uvloop's servers on copies of a port's descriptor, from `open` to `close`.

    On copies, because uvloop cannot pause accepting, only close: the port's own socket keeps
    its place and its queue meanwhile. uvloop also closes a server, silently, when accepting
    fails for want of memory or by a packet filter; so it is watched, and opened again.

    uvloop takes one connection a turn from each server. Where many come at once, they would
    wait long for a single one, and turns would be short and dear; so there are more servers
    when a turn found someone at all of them. Where few come, each would look in vain (1.5 us).
    """

    _loop: Loop
    _socket: socket.socket
    _make: Callable[[], Any]
    _backlog: int
    _doors: list[Door] = field(factory=list, init=False)
    # Who came in this turn, and in the turn in which most came since the last look.
    _came: int = field(default=0, init=False)
    _peak: int = field(default=0, init=False)
    _timer: Any = field(default=None, init=False)

    def open(self) -> None:
        """Accept connections; `OSError` when there is no descriptor left for it."""
        for _ in range(FEWEST):
            self._open_door()
        self._timer = self._loop.call_later(WATCH, self._watch)

    def close(self) -> None:
        """Accept no more; connections that were accepted are not touched."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._keep(0)

    def _watch(self) -> None:
        wanted, self._peak = max(FEWEST, self._peak), 0
        if not all(door.is_open() for door in self._doors):
            log.warn("Accepting connections failed and is tried again")
            self._keep(0)
        self._keep(wanted)
        self._widen(wanted)
        self._timer = self._loop.call_later(WATCH, self._watch)

    def _widen(self, count: int) -> None:
        try:
            while len(self._doors) < count:
                self._open_door()
        except OSError as error:
            log.warn("Could not accept connections: {error}", error=error)

    def _open_door(self) -> None:
        copy = self._socket.dup()
        copy.setblocking(False)
        serving: Any = self._loop.create_server(self._welcome, sock=copy, backlog=self._backlog)
        try:
            # With a socket given it waits for nothing.
            serving.send(None)
        except StopIteration as stop:
            self._doors.append(Door(stop.value, stop.value.sockets[0]))

    def _keep(self, count: int) -> None:
        while len(self._doors) > count:
            self._doors.pop().server.close()

    def _welcome(self) -> Any:
        if not self._came:
            self._loop.call_soon(self._end_turn)
        self._came += 1
        return self._make()

    def _end_turn(self) -> None:
        came, self._came = self._came, 0
        self._peak = max(self._peak, came)
        # There are no doors when it was closed in the meantime.
        if 0 < len(self._doors) <= came:
            self._widen(min(MOST, 2 * came))
