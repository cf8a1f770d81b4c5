"""Connections from their first byte of TLS to their first byte of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from typing import Protocol as Shape

from attrs import define, field
from OpenSSL import SSL
from twisted.internet.interfaces import IAddress, IHandshakeListener, IProtocol, IProtocolFactory
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from altlas.timers import Timer, Timers
from altlas.tls.defects import words
from altlas.tls.identity import ClientIdentity, Unwelcome
from altlas.tls.layer import TLSLayers
from altlas.tls.server import ServerTLS

#: what a client speaks that offers nothing
HTTP_1 = b"http/1.1"
HTTP_2 = b"h2"
#: what is spoken within TLS, the best first (ALPN, RFC 7301); each needs a factory of its own
PROTOCOLS = (HTTP_2, HTTP_1)


#: what may become of a handshake
OUTCOMES = ("complete", "failed", "late", "left")
#: seconds that a handshake may still take when the gateway goes down
LAST_MOMENT = 3.0


class Host(Shape):
    """Who counts a listener's connections, and has them go when it goes down."""

    def joined(self, guest: Handshake, /) -> None: ...

    def left(self, guest: Handshake, /) -> None: ...


@define(eq=False)
class Handshakes:
    """The handshakes of one listener: what they have in common, and what became of them.

    `factories` make the protocol for what was agreed on by ALPN; `identity` says who clients
    are, where their certificates are asked for.
    """

    tls: ServerTLS
    timers: Timers
    #: seconds since the epoch
    wall_clock: Callable[[], float]
    host: Host | None
    factories: Mapping[bytes, IProtocolFactory]
    identity: ClientIdentity | None = None
    #: how many there were, by what became of them
    counts: dict[str, int] = field(factory=lambda: dict.fromkeys(OUTCOMES, 0), init=False)
    #: the last one that failed: who, and why
    last: str = field(default="", init=False)
    _under_way: set[Handshake] = field(factory=set, init=False)

    def factory(self) -> TLSLayers:
        """What makes a protocol of each connection that is accepted."""
        clock: Any = self.timers.clock
        return TLSLayers(self.tls, False, _Entrance(self), clock)

    def joined(self, handshake: Handshake) -> None:
        """A client connected."""
        self._under_way.add(handshake)
        if self.host is not None:
            self.host.joined(handshake)

    def left(self, handshake: Handshake) -> None:
        """A handshake is over."""
        self._under_way.discard(handshake)
        if self.host is not None:
            self.host.left(handshake)

    def cut(self) -> None:
        """End all that are under way."""
        for handshake in list(self._under_way):
            handshake.cut()

    def protocol_for(self, agreed: bytes | None, address: IAddress) -> IProtocol | None:
        """The protocol to go on with; None where it is not wanted."""
        return self.factories[agreed or HTTP_1].buildProtocol(address)

    def claims(self, connection: SSL.Connection) -> list[tuple[bytes, bytes]]:
        """What instances are to be told of a client that agrees. Raises `Unwelcome`."""
        if self.identity is None:
            return []
        try:
            found = connection.get_peer_certificate(as_cryptography=True)
            return self.identity.fields(found, self.wall_clock()) if found else []
        except ValueError as error:  # OpenSSL takes more for a certificate than others do
            raise Unwelcome(f"the client's certificate cannot be read: {error}") from None

    def certified(self, secured: Any) -> bool:
        """Whether a client that agrees has shown a certificate, which TLS has verified."""
        asks = self.tls.settings.client_verify != "off"
        return asks and secured.getHandle().get_peer_certificate() is not None

    def count_failure(self, address: Any, reason: str) -> None:
        """Note a handshake that failed."""
        self.counts["failed"] += 1
        self.last = f"{getattr(address, 'host', 'a client')}: {reason}"


class _Entrance(Factory):
    """Makes handshakes, and starts and stops what comes after them."""

    noisy = False

    def __init__(self, handshakes: Handshakes) -> None:
        self._handshakes = handshakes

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        return Handshake(self._handshakes)

    def startFactory(self) -> None:
        for factory in self._handshakes.factories.values():
            factory.doStart()

    def stopFactory(self) -> None:
        for factory in self._handshakes.factories.values():
            factory.doStop()


@implementer(IHandshakeListener)
class Handshake(Protocol):
    """Waits until both sides agree, for so long; then HTTP takes its place.

    Only then is there a channel: who never gets so far costs no more than TLS itself, and what
    is spoken, and by whom, is known from the channel's first moment on.
    """

    def __init__(self, handshakes: Handshakes) -> None:
        self._handshakes = handshakes
        self._timer: Timer | None = None
        self._over = False
        self._leaving = False

    def connectionMade(self) -> None:
        """Begin to wait."""
        secured: Any = self.transport
        self._secured = secured
        self._peer = secured.getPeer()
        self._handshakes.joined(self)
        self._wait(self._handshakes.tls.settings.handshake_timeout)

    def handshakeCompleted(self) -> None:
        """Hear that both sides agree: HTTP begins, unless the client is not wanted."""
        self._stop_waiting()
        handshakes, transport = self._handshakes, self._secured
        try:
            claims = handshakes.claims(transport.getHandle())
        except Unwelcome as error:
            handshakes.count_failure(self._peer, str(error))
            self.cut()
            return
        handshakes.counts["complete"] += 1
        protocol = handshakes.protocol_for(transport.negotiatedProtocol, self._peer)
        if protocol is None:
            self.cut()
        else:
            self._make_way(protocol, claims)

    def _make_way(self, protocol: Any, claims: list[tuple[bytes, bytes]]) -> None:
        self._secured.wrappedProtocol = protocol
        protocol.makeConnection(self._secured)
        peer = getattr(protocol, "peer", None)
        if peer is not None:
            # Said of the client with every request; none has been read yet.
            peer.claims.extend(claims)
            peer.certified = self._handshakes.certified(self._secured)
        self._handshakes.left(self)
        if self._leaving:
            protocol.close_if_idle()

    def dataReceived(self, data: bytes) -> None:
        """Nothing comes before both sides agree, and nothing to here after it."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """It came to nothing."""
        self._stop_waiting()
        self._handshakes.left(self)
        if self._over:
            return
        if isinstance(reason.value, SSL.Error):
            self._handshakes.count_failure(self._peer, words(reason.value))
        else:
            self._handshakes.counts["left"] += 1

    def close_if_idle(self) -> None:
        """Let a client that has begun to connect do so, if it is quick (on a drain)."""
        self._leaving = True
        self._wait(min(LAST_MOMENT, self._handshakes.tls.settings.handshake_timeout))

    def cut(self) -> None:
        """End it now."""
        self._over = True
        self._secured.abortConnection()

    def _too_late(self) -> None:
        self._handshakes.counts["late"] += 1
        self.cut()

    def _wait(self, length: float) -> None:
        self._stop_waiting()
        self._timer = self._handshakes.timers.after(length, self._too_late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
