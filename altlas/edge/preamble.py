"""Connections that a balancer hands on: whose they are stands in their first bytes."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from altlas.edge.listening import within
from altlas.settings.tree import Listener
from altlas.timers import Timers
from altlas.wire.proxy_protocol import End, Misproxied, Preamble, PreambleReader

log = Logger()

#: seconds between two lines of the log about connections that a listener refused
COMPLAIN_EVERY = 60.0


class Introduction(Protocol):
    """A connection until its PROXY header is in; then it is that of the protocol within.

    Whatever is wrong ends it without a word: who comes here is no client.
    """

    due = 0.0

    def __init__(self, factory: PreambleFactory) -> None:
        self._factory = factory
        self._reader = PreambleReader(factory.listener.proxy_versions)

    def connectionMade(self) -> None:
        """A balancer is there: its header must come within ``timeout.headers``."""
        self._factory.expect(self)

    def dataReceived(self, data: bytes) -> None:
        """Bytes of the header, and what comes behind it."""
        try:
            preamble = self._reader.feed(data)
        except Misproxied as error:
            self.refuse(str(error))
            return
        if preamble is not None:
            self._factory.forget(self)
            self._hand_over(preamble)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The balancer left, as those do that only look whether somebody listens."""
        self._factory.forget(self)

    def expired(self) -> None:
        """The header did not come in time."""
        self.refuse("the PROXY header did not come in time")

    def refuse(self, why: str) -> None:
        """End the connection."""
        transport: Any = self.transport
        self._factory.complain(transport.getPeer(), why)
        self.abort()

    def abort(self) -> None:
        """End the connection, and say nothing."""
        self._factory.forget(self)
        transport: Any = self.transport
        transport.abortConnection()

    def _hand_over(self, preamble: Preamble) -> None:
        transport: Any = self.transport
        if preamble.source is not None and preamble.destination is not None:
            source = _address(preamble.source, preamble.unix)
            destination = _address(preamble.destination, preamble.unix)
            # On the transport itself: a wrapper around it would cost every read and write a call.
            transport.getPeer = lambda: source
            transport.getHost = lambda: destination
        inside = self._factory.build(transport.getPeer())
        if inside is None:
            self.abort()
            return
        transport.protocol = inside
        inside.makeConnection(transport)
        if self._reader.rest:
            inside.dataReceived(self._reader.rest)


class PreambleFactory(Factory):
    """Takes connections from believed balancers only, and gives each to the factory within as
    that of the client that its header names.

    Who may open a UNIX socket is believed: that is for its mode to say.
    """

    noisy = False

    def __init__(self, listener: Listener, inside: IProtocolFactory, timers: Timers) -> None:
        self.listener = listener
        self._inside = inside
        self._seconds = timers.seconds
        self._queue = timers.queue(listener.timeout.headers)
        self._waiting: set[Introduction] = set()
        self._quiet_until = float("-inf")

    def doStart(self) -> None:
        """Tell the factory inside that it is in use."""
        self._inside.doStart()

    def doStop(self) -> None:
        """Tell the factory inside that it is no longer in use."""
        self._inside.doStop()

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        """A protocol that waits for the header; None, so that it is closed, for a stranger."""
        host = getattr(addr, "host", None)
        if host is not None and not within(host, self.listener.proxy_protocol_.from_):
            self.complain(addr, "it is none of proxy-protocol.from")
            return None
        return Introduction(self)

    def build(self, address: IAddress) -> IProtocol | None:
        """The protocol of a client that was introduced."""
        return self._inside.buildProtocol(address)

    def expect(self, introduction: Introduction) -> None:
        """A header is to come."""
        self._waiting.add(introduction)
        self._queue.add(introduction, self._seconds())

    def forget(self, introduction: Introduction) -> None:
        """It has come, or never will."""
        self._waiting.discard(introduction)
        self._queue.drop(introduction)

    @property
    def waits(self) -> bool:
        """Whether a header is still to come."""
        return bool(self._waiting)

    def cut(self) -> None:
        """End those that still wait for their header (when the gateway goes down)."""
        for introduction in list(self._waiting):
            introduction.abort()

    def complain(self, peer: Any, why: str) -> None:
        """Tell the log, now and then: a balancer that was set up otherwise comes again."""
        now = self._seconds()
        if now >= self._quiet_until:
            self._quiet_until = now + COMPLAIN_EVERY
            log.warn(
                "Listener {name} refused a connection of {peer}: {why}",
                name=self.listener.name,
                peer=getattr(peer, "host", None) or "a UNIX socket",
                why=why,
            )


def _address(end: End, unix: bool) -> IAddress:
    if unix:
        return UNIXAddress(end.host)
    kind = IPv6Address if ":" in end.host else IPv4Address
    return kind("TCP", end.host, end.port)
