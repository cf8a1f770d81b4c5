"""The side of a connection that was accepted, or adopted."""

from __future__ import annotations

import os
import socket
from asyncio import BaseTransport, Transport
from typing import TYPE_CHECKING, Any, Protocol, cast

from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IFileDescriptorReceiver, IUNIXTransport
from twisted.internet.unix import Server as TwistedUNIXServer
from twisted.logger import Logger
from zope.interface import implementer

from altlas.reactor.addresses import ip_address, named
from altlas.reactor.connection import log_prefix
from altlas.reactor.descriptors import DescriptorSending
from altlas.reactor.secure import SecurableConnection

if TYPE_CHECKING:
    from altlas.reactor.port import StreamPort

log = Logger()


class Origin(Protocol):
    """Where a connection comes from: a port, or an adoption."""

    @property
    def place(self) -> Any:
        """How its connections name it."""

    def build(self, client: Any) -> Any:
        """A protocol for this client; None when the connection is not wanted (any more)."""

    def next_session(self, client: Any) -> int:
        """A number for the connection just made."""

    def log_name(self, client: Any) -> Any:
        """How log lines name its client."""


class ServerConnection(SecurableConnection):
    """A connection that came in by a port (`server`), or was adopted (then `server` is None)."""

    server: StreamPort | None = None
    _origin: Origin | None = None
    sessionno: int = 0
    client: Any = None
    hostname: Any = None
    _place: Any = None

    def adopt(self, origin: Origin, family: int) -> None:
        """Be the connection that was adopted from `origin`."""
        self._origin = origin
        self.family = family
        early: list[bytes] = []
        self._early = early
        self._send = early.append
        self.connected = self.reading = True
        self.reactor.streams.add(self)

    def connection_made(self, stream: BaseTransport) -> None:
        """Hear from uvloop that it reads and writes the socket from now on."""
        if self.disconnected or not self._welcome(cast(Transport, stream)):
            self.connected, self.disconnected = False, True
            self.reactor.streams.discard(self)
            cast(Transport, stream).abort()
            return
        super().connection_made(stream)

    def _welcome(self, stream: Transport) -> bool:
        """Ask the factory for a protocol; `False` when nobody wants the connection."""
        origin = self._origin
        assert origin is not None
        client = self._peer_of(stream)
        if client is None:
            return False
        try:
            protocol = origin.build(client)
        except BaseException:
            log.failure("No protocol for a new connection")
            return False
        if protocol is None:
            return False
        self._introduce(protocol, client, origin)
        return self._kept(stream, protocol)

    def _kept(self, stream: Transport, protocol: Any) -> bool:
        return True

    def _peer_of(self, stream: Transport) -> Any:
        # None for who has reset the connection before it was looked at.
        peer = stream.get_extra_info("peername")
        return None if peer is None else named(peer)

    def _introduce(self, protocol: Any, client: Any, origin: Origin) -> None:
        self.client = client
        self.hostname = client[0]
        self.sessionno = origin.next_session(client)
        self._place = origin.place
        self._name = type(protocol).__name__
        name = origin.log_name(client)
        self.open(protocol, f"{log_prefix(protocol)},{self.sessionno},{name}")

    def __repr__(self) -> str:
        if self.client is None:
            return "<a connection not yet made>"
        return f"<{self._name} #{self.sessionno} on {self._place}>"

    def getPeer(self) -> Any:
        """The client's address."""
        return ip_address(self.client)


@implementer(IUNIXTransport)
class UNIXServerConnection(DescriptorSending, ServerConnection):
    """A UNIX connection that came in, or was adopted."""

    family = socket.AF_UNIX
    _host: UNIXAddress | None = None

    def _peer_of(self, stream: Transport) -> Any:
        self._host = UNIXAddress(stream.get_extra_info("sockname"))
        return (stream.get_extra_info("peername"), None)

    def _kept(self, stream: Transport, protocol: Any) -> bool:
        wanted: Any = protocol
        if not IFileDescriptorReceiver.providedBy(protocol):
            return True
        # uvloop would lose the descriptors that come with the bytes: Twisted reads those.
        lent = stream.get_extra_info("socket")
        sock = socket.socket(self.family, socket.SOCK_STREAM, fileno=os.dup(lent.fileno()))
        transport = TwistedUNIXServer(
            sock, protocol, self.hostname, self.server, self.sessionno, self.reactor
        )
        wanted.makeConnection(transport)
        return False

    def getHost(self) -> Any:
        """The path listened on."""
        return self._host

    def getPeer(self) -> UNIXAddress:
        """The client's path, which is nearly always None."""
        return UNIXAddress(self.hostname or None)
