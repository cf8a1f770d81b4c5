"""The way to a connection: name, address, socket, connect."""

from __future__ import annotations

from typing import Any

from twisted.internet import tcp, unix

from altlas.reactor.client import ClientConnection, UNIXClientConnection
from altlas.reactor.connection import log_prefix
from altlas.reactor.handover import hand_over


class TCPAttempt(tcp.Client):
    """Connects as Twisted does, all its errors included, then hands the socket to uvloop.

    Until uvloop has it, which takes one turn, the connector can still stop the attempt.
    """

    reactor: Any

    def startReading(self) -> None:
        """Nothing: a socket that failed to connect becomes writable as well."""

    def _connectDone(self) -> None:
        hand_over(self.reactor.loop, self.socket, ClientConnection(self.reactor, self))


class UNIXAttempt(unix.Client):
    """The same for UNIX sockets."""

    reactor: Any

    def startReading(self) -> None:
        """Nothing, while it connects."""
        if self.connected:
            unix.Client.startReading(self)

    def _connectDone(self) -> None:
        hand_over(self.reactor.loop, self.socket, UNIXClientConnection(self.reactor, self))

    def stay(self, protocol: Any) -> None:
        """Be the transport of `protocol`, on a copy of the socket, as Twisted's client is."""
        self.socket = self.socket.dup()
        self.fileno = self.socket.fileno
        self.protocol = protocol
        self.connected = 1
        self.logstr = f"{log_prefix(protocol)},client"
        self.startReading()
        protocol.makeConnection(self)


class TCPConnector(tcp.Connector):
    """Twisted's connector, whose transports are uvloop's once they are connected."""

    def _makeTransport(self) -> TCPAttempt:
        return TCPAttempt(  # type: ignore[no-untyped-call]
            self.host, self.port, self.bindAddress, self, self.reactor
        )


class UNIXConnector(unix.Connector):
    """The same for UNIX sockets."""

    def _makeTransport(self) -> Any:
        return UNIXAttempt(  # type: ignore[no-untyped-call]
            self.address, self, self.reactor, self.checkPID
        )
