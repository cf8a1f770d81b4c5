"""The side of a connection that we made."""

from __future__ import annotations

from asyncio import BaseTransport, Transport
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IFileDescriptorReceiver, IUNIXTransport
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from zope.interface import implementer

from altlas.reactor.conduit import log
from altlas.reactor.connection import log_prefix
from altlas.reactor.descriptors import DescriptorSending
from altlas.reactor.secure import SecurableConnection

if TYPE_CHECKING:
    from altlas.reactor.reactor import UvloopReactor


class ClientConnection(SecurableConnection):
    """A connection that an attempt of `connector` has got."""

    _tlsClientDefault = True

    def __init__(self, reactor: UvloopReactor, attempt: Any) -> None:
        super().__init__(reactor)
        self.connector = attempt.connector
        # What was asked for (a name, maybe), and what that was found to be.
        self.addr = attempt.addr
        self.family = attempt.addressFamily
        self._peer = attempt.getPeer()
        self._attempt: Any = attempt

    def connection_made(self, stream: BaseTransport) -> None:
        """Hear from uvloop that it reads and writes the socket from now on."""
        attempt, self._attempt = self._attempt, None
        # Without its connector it was stopped, or timed out, in the meantime.
        if not hasattr(attempt, "connector"):
            cast(Transport, stream).abort()
            return
        try:
            protocol = self.connector.buildProtocol(self._peer)
        except BaseException:
            failure = Failure()
            log.failure("No protocol for a new connection", failure)
            cast(Transport, stream).abort()
            attempt.failIfNotConnected(failure)
            return
        if self._kept(cast(Transport, stream), attempt, protocol):
            self._begin(protocol)
            super().connection_made(stream)

    def _kept(self, stream: Transport, attempt: Any, protocol: Any) -> bool:
        return True

    def _begin(self, protocol: Any) -> None:
        unwanted = protocol is None
        protocol = Protocol() if unwanted else protocol
        self.connector.transport = self
        self.open(protocol, f"{log_prefix(protocol)},client")
        if unwanted:
            self.loseConnection()

    def connectionLost(self, reason: Failure) -> None:
        """End the connection at once, unsent bytes with it, and tell everyone concerned."""
        if self.connected:
            super().connectionLost(reason)
            # Last: its factory may well connect again from here.
            self.connector.connectionLost(reason)

    def getPeer(self) -> Any:
        """The address connected to."""
        return self._peer

    def __repr__(self) -> str:
        return f"<{type(self)} to {self.addr} at {id(self):x}>"


@implementer(IUNIXTransport)
class UNIXClientConnection(DescriptorSending, ClientConnection):
    """A UNIX connection that we made."""

    def _kept(self, stream: Transport, attempt: Any, protocol: Any) -> bool:
        if not IFileDescriptorReceiver.providedBy(protocol):
            return True
        # uvloop would lose the descriptors that come with the bytes: Twisted reads those.
        attempt.stay(protocol)
        stream.abort()
        return False

    def getHost(self) -> UNIXAddress:
        """This side has no name."""
        return UNIXAddress(None)
