"""Accepting by uvloop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define, field
from twisted.logger import Logger

if TYPE_CHECKING:
    from uvloop import Loop

log = Logger()

# Seconds between looks at whether uvloop still listens.
WATCH = 1.0


@define(eq=False)
class Acceptance:
    """uvloop's server on a copy of a port's descriptor, from `open` to `close`.

    On a copy, because uvloop cannot pause accepting, only close: the port's own socket keeps
    its place and its queue meanwhile. uvloop also closes a server, silently, when accepting
    fails for want of memory or by a packet filter; so it is watched, and opened again.
    """

    _loop: Loop
    _socket: socket.socket
    _make: Callable[[], Any]
    _backlog: int
    _server: Any = field(default=None, init=False)
    _probe: Any = field(default=None, init=False)
    _timer: Any = field(default=None, init=False)

    def open(self) -> None:
        """Accept connections; `OSError` when there is no descriptor left for it."""
        copy = self._socket.dup()
        copy.setblocking(False)
        serving: Any = self._loop.create_server(self._make, sock=copy, backlog=self._backlog)
        try:
            # With a socket given it waits for nothing.
            serving.send(None)
        except StopIteration as stop:
            self._server = stop.value
        self._probe = self._server.sockets[0]
        self._timer = self._loop.call_later(WATCH, self._watch)

    def close(self) -> None:
        """Accept no more; connections that were accepted are not touched."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._server is not None:
            self._server.close()
            self._server = self._probe = None

    def _watch(self) -> None:
        if self._probe is not None and self._probe.fileno() != -1:
            self._timer = self._loop.call_later(WATCH, self._watch)
            return
        log.warn("Accepting connections failed and is tried again")
        self.close()
        try:
            self.open()
        except OSError as error:
            log.warn("Could not accept connections: {error}", error=error)
            self._timer = self._loop.call_later(WATCH, self._watch)
