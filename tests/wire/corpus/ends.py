"""The two ends of the gateway in memory: a client's connection, and one to an instance."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

CLIENT = IPv4Address("TCP", "192.0.2.1", 4711)
GATEWAY = IPv4Address("TCP", "192.0.2.254", 80)


class End(StringTransport):
    """A connection of the gateway's, seen from the other side of it."""

    def __init__(self, protocol: Any) -> None:
        super().__init__(GATEWAY, CLIENT, lenient=True)
        self.protocol = protocol
        self.half_closed = False
        self.aborted = False
        self.over = False
        self._held = b""
        protocol.makeConnection(self)

    # --- to the gateway: a transport

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Do nothing."""

    def loseWriteConnection(self) -> None:
        """Close the gateway's half."""
        self.half_closed = True

    def abortConnection(self) -> None:
        """Reset."""
        self.aborted = True

    def unregisterProducer(self) -> None:
        """Forget the producer, whether there was one or not."""
        self.producer = None

    # --- to the test

    @property
    def closed(self) -> bool:
        """Whether the gateway says no more."""
        return self.over or self.half_closed or self.disconnecting or self.aborted

    @property
    def reading(self) -> bool:
        """Whether the gateway takes bytes now."""
        ended = self.over or self.disconnecting or self.aborted
        return not ended and self.producerState == "producing"

    def says(self, data: bytes) -> None:
        """Bytes for the gateway, which may let them wait on the wire."""
        self._held += data
        self.turn()

    def turn(self) -> bool:
        """Hand over what waits on the wire, if it is taken; whether something moved."""
        if not self._held or not self.reading:
            return False
        data, self._held = self._held, b""
        self.protocol.dataReceived(data)
        return True

    def settle(self) -> bool:
        """Let an end that the gateway asked for come about; whether there was one."""
        if self.over or not self.closed:
            return False
        self.ends(ConnectionAborted() if self.aborted else ConnectionDone())
        return True

    def hangs_up(self) -> None:
        """Close in good order."""
        self.ends(ConnectionDone())

    def breaks(self) -> None:
        """Lose the connection."""
        self.ends(ConnectionLost())

    def ends(self, reason: Exception) -> None:
        """Be no more, once: as on TCP the producer is told first."""
        if self.over:
            return
        self.over = True
        producer, self.producer = self.producer, None
        if producer is not None:
            producer.stopProducing()
        self.protocol.connectionLost(Failure(reason))
