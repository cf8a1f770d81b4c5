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

# Seconds between looks at whether uvloop still listens, and at how much comes.
WATCH = 1.0
# Another door for each so many connections a second, up to so many doors.
CROWD = 500
DOORS = 8


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

    uvloop takes one connection a turn from each server. Where many come, turns would be short
    and dear with a single one, so then there are several; where few come, each further one
    would look in vain every time.
    """

    _loop: Loop
    _socket: socket.socket
    _make: Callable[[], Any]
    _backlog: int
    _doors: list[Door] = field(factory=list, init=False)
    _came: int = field(default=0, init=False)
    _timer: Any = field(default=None, init=False)

    def open(self) -> None:
        """Accept connections; `OSError` when there is no descriptor left for it."""
        self._open_door()
        self._timer = self._loop.call_later(WATCH, self._watch)

    def close(self) -> None:
        """Accept no more; connections that were accepted are not touched."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._keep(0)

    def _watch(self) -> None:
        wanted, self._came = min(DOORS, 1 + self._came // CROWD), 0
        if not all(door.is_open() for door in self._doors):
            log.warn("Accepting connections failed and is tried again")
            self._keep(0)
        self._keep(wanted)
        try:
            while len(self._doors) < wanted:
                self._open_door()
        except OSError as error:
            log.warn("Could not accept connections: {error}", error=error)
        self._timer = self._loop.call_later(WATCH, self._watch)

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
        self._came += 1
        return self._make()
