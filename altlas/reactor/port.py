"""Listening ports: Twisted's, except that uvloop accepts."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet import tcp, unix

from altlas.reactor.addresses import ip_address
from altlas.reactor.listening import Acceptance
from altlas.reactor.server import ServerConnection, UNIXServerConnection


class StreamPort(tcp.Port):
    """A TCP port. It binds, logs and names itself as Twisted's does.

    `startListening` raises `CannotListenError` at once when the address is not to be had.
    """

    reactor: Any
    factory: Any
    connection_kind: type[ServerConnection] = ServerConnection
    _acceptance: Acceptance | None = None

    @property
    def reading(self) -> bool:
        """Whether it accepts connections now."""
        return self._acceptance is not None

    @property
    def writing(self) -> bool:
        """Never."""
        return False

    @property
    def place(self) -> Any:
        """How its connections name it."""
        return self._realPortNumber

    def startReading(self) -> None:
        """Accept connections (again)."""
        if self._acceptance is None:
            # An adopted socket brought its own backlog, which uvloop must not lower.
            backlog = socket.SOMAXCONN if self.backlog is None else self.backlog
            acceptance = Acceptance(self.reactor.loop, self.socket, self._make, backlog)
            acceptance.open()
            self._acceptance = acceptance
            self.reactor.streams.add(self)

    def stopReading(self) -> None:
        """Accept none for now; who connects waits in the backlog."""
        acceptance, self._acceptance = self._acceptance, None
        if acceptance is not None:
            acceptance.close()
            self.reactor.streams.discard(self)

    def _make(self) -> ServerConnection:
        connection = self.connection_kind(self.reactor)
        connection.server = connection._origin = self
        connection.family = self.addressFamily
        return connection

    def build(self, client: Any) -> Any:
        """The factory's protocol for this client, or None."""
        # uvloop speaks a turn after it accepted, and we may have closed in between.
        if not self.connected or self.disconnecting:
            return None
        address = self._buildAddr(self._told(client))  # type: ignore[no-untyped-call]
        return self.factory.buildProtocol(address)

    def _told(self, client: Any) -> Any:
        return client

    def log_name(self, client: Any) -> Any:
        """How log lines name its client."""
        return client[0]

    def next_session(self, client: Any) -> int:
        """The number of the connection just accepted, from 0."""
        session = self.sessionno
        self.sessionno = session + 1
        return session


class TCPPort(StreamPort):
    """A TCP port."""

    def _buildAddr(self, address: Any) -> Any:
        return ip_address(address)


class UNIXPort(unix.Port, StreamPort):
    """A UNIX port."""

    connection_kind = UNIXServerConnection

    def _told(self, client: Any) -> Any:
        return client[0]
