"""Which HTTP a client speaks, where it may be either."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import (
    IAddress,
    IProtocolNegotiationFactory,
    ISSLTransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from altlas.edge.channel import LAST_MOMENT, Channel
from altlas.edge.handshake import HTTP_1, HTTP_2
from altlas.edge.http2.connection import Http2Connection
from altlas.edge.listening import ChannelFactory, Listening
from altlas.timers import TimerQueue
from altlas.wire.http2.toll import PREFACE


class Choice(Protocol):
    """Waits for a client's first bytes; then the protocol that it speaks takes its place.

    Over TLS that is what was agreed on. Without TLS HTTP/2 is what begins with its preface: a
    listener that is to speak it is said so in so many words (RFC 9113, 3.3).
    """

    #: when the wait for the client is over, while it stands in a queue of `listening`
    due = 0.0

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self._data = b""
        self._queue: TimerQueue | None = None

    def connectionMade(self) -> None:
        """A client is there; it must say something in time."""
        self._listening.joined(self)
        self._await(self._listening.greetings)

    def dataReceived(self, data: bytes) -> None:
        """Take the first bytes, or some of them."""
        if not self._data:
            self._await(self._listening.heads)
        self._data += data
        chosen = self._chosen()
        if chosen is not None:
            self._make_way(chosen(self._listening))

    def _chosen(self) -> type[Channel] | type[Http2Connection] | None:
        transport: Any = self.transport
        secure: bool = ISSLTransport.providedBy(transport)
        if secure:
            return Http2Connection if transport.negotiatedProtocol == HTTP_2 else Channel
        begun = self._data[: len(PREFACE)]
        if not PREFACE.startswith(begun):
            return Channel
        return Http2Connection if len(begun) == len(PREFACE) else None

    def _make_way(self, protocol: Channel | Http2Connection) -> None:
        transport: Any = self.transport
        # A layer of TLS has its protocol under another name.
        if hasattr(transport, "wrappedProtocol"):
            transport.wrappedProtocol = protocol
        else:
            transport.protocol = protocol
        self._stop_waiting()
        protocol.makeConnection(transport)  # type: ignore[no-untyped-call]
        self._listening.left(self)
        protocol.dataReceived(self._data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client has left before."""
        self._stop_waiting()
        self._listening.left(self)

    def vacate(self) -> bool:
        """Close to make room for others, if nothing has come yet; whether it does."""
        if self._data:
            return False
        self.cut()
        return True

    def expired(self) -> None:
        """Nothing came in time: who has said nothing is owed no answer."""
        self._queue = None
        self.cut()

    def close_if_idle(self) -> None:
        """Give it a moment yet (on a drain)."""
        self._await(self._listening.timers.queue(LAST_MOMENT))

    def cut(self) -> None:
        """End it now."""
        transport: Any = self.transport
        transport.abortConnection()

    def _await(self, queue: TimerQueue) -> None:
        self._stop_waiting()
        self._queue = queue
        queue.add(self, self._listening.seconds())

    def _stop_waiting(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.drop(self)


@implementer(IProtocolNegotiationFactory)
class ChoiceFactory(Factory):
    """Makes what finds out, for each connection of a listener on which both are spoken."""

    noisy = False

    def __init__(self, listening: Listening) -> None:
        self._listening = listening

    def acceptableProtocols(self) -> list[bytes]:
        """What Twisted's own TLS is to agree on, the best first."""
        return [HTTP_2, HTTP_1] if self._listening.settings.http2.enabled else [HTTP_1]

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        """A protocol for a client that connected."""
        return Choice(self._listening)


def entrances(listening: Listening) -> dict[bytes, Factory]:
    """What takes the connections of a listener: by what was agreed on, where our own TLS stands
    before it; else that of HTTP/1.1 takes all.
    """
    settings = listening.settings
    plain, two = ChannelFactory(listening, Channel), ChannelFactory(listening, Http2Connection)
    # Twisted's own endpoints of TLS agree when there is a protocol already.
    by_tls = settings.http2.enabled and settings.bind.startswith("ssl:")
    if not settings.tls.certificate and (by_tls or settings.http2.cleartext):
        return {HTTP_1: ChoiceFactory(listening), HTTP_2: two}
    return {HTTP_1: plain, HTTP_2: two}
