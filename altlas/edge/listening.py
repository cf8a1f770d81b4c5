"""What all connections of one listener share."""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Callable, Mapping
from email.utils import formatdate
from ipaddress import ip_address
from random import Random
from typing import TYPE_CHECKING, Any
from typing import Protocol as Shape

from attrs import define, field, frozen
from twisted.internet.interfaces import (
    IAddress,
    IProtocol,
    IProtocolFactory,
    IProtocolNegotiationFactory,
)
from twisted.internet.protocol import Factory, Protocol
from zope.interface import implementer

from altlas.edge.capacity import Capacity
from altlas.edge.gate import Gate
from altlas.edge.handshake import HTTP_1
from altlas.edge.hsts import policy
from altlas.edge.pages.fronting import fronted
from altlas.edge.rationing import rationed
from altlas.observability.record import ExchangeRecord
from altlas.settings.tree import Listener, Network
from altlas.timers import TimerQueue, Timers
from altlas.wire.fields import values
from altlas.wire.forwarding import Forwarding, Peer
from altlas.wire.heads import RequestHead
from altlas.wire.limits import Limits
from altlas.wire.underscores import UNDERSCORES, Names

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange
    from altlas.edge.leaf import Leaf
    from altlas.edge.tunnel import Tunnel


class Guest(Shape):
    """A connection: a channel, or the handshake before it."""

    def close_if_idle(self) -> None: ...

    def cut(self) -> None: ...


@define(eq=False)
class Listening:
    """One listener at work. Its channels ask it, and tell it what they are about.

    `dispatch` takes every exchange that begins: it is the current generation's own, so who makes
    another generation current says so by `serve`. `report` takes the record of each exchange that
    ended.
    """

    settings: Listener
    timers: Timers
    forwarding: Forwarding
    dispatch: Callable[[Exchange], object]
    report: Callable[[ExchangeRecord], object]
    wall_clock: Callable[[], float]
    _random: Random
    #: what is answered here before any route is asked, by path
    own: Mapping[bytes, Leaf] = field(factory=dict)
    #: exchanges under way
    in_flight: int = field(default=0, init=False)
    #: exchanges that ended
    served: int = field(default=0, init=False)
    #: whether connections are to close after the exchange that they are in
    draining: bool = field(default=False, init=False)
    channels: set[Guest] = field(factory=set, init=False)
    #: exchanges that became tunnels, as long as those last
    tunnels: set[Tunnel] = field(factory=set, init=False)
    #: whether a tunnel that comes about is to be closed at once
    closes_tunnels: bool = field(default=False, init=False)
    limits: Limits = field(init=False)
    #: which fields of a request count, by their names
    names: Names = field(init=False)
    header_timeout: float = field(init=False)
    keep_alive_timeout: float = field(init=False)
    #: where channels stand that wait for a head, or for its beginning after another exchange
    heads: TimerQueue = field(init=False)
    silences: TimerQueue = field(init=False)
    #: where those stand that have sent nothing yet
    greetings: TimerQueue = field(init=False)
    #: where bodies are looked after; None where they may be as slow as they like
    paces: TimerQueue | None = field(default=None, init=False)
    #: whether the ports accept, and the room there is
    gate: Gate = field(init=False)
    capacity: Capacity = field(init=False)
    #: the clock of all durations
    seconds: Callable[[], float] = field(init=False)
    #: what Strict-Transport-Security says in answers over TLS; nothing if empty
    hsts: bytes = field(init=False)
    _when_empty: list[Callable[[], object]] = field(factory=list, init=False)
    _bits: Callable[[int], int] = field(init=False)
    _dated: tuple[int, bytes] = field(default=(0, b""), init=False)

    def __attrs_post_init__(self) -> None:
        limit = self.settings.limit
        self.limits = Limits(
            request_line=limit.request_line, headers=limit.headers, header_count=limit.header_count
        )
        self.names = UNDERSCORES[self.settings.headers.underscores]
        self.header_timeout = self.settings.timeout.headers
        self.keep_alive_timeout = self.settings.timeout.keep_alive
        self.heads = self.timers.queue(self.header_timeout)
        self.silences = self.timers.queue(self.keep_alive_timeout)
        self.greetings = self.timers.queue(self.settings.timeout.first_byte)
        if limit.body_rate is not None or limit.answer_rate is not None:
            self.paces = self.timers.queue(limit.body_grace)
        self.seconds = self.timers.clock.seconds
        self.gate = Gate(self.name, self.seconds)
        self.capacity = Capacity(limit, self.gate, self._idle(), self._trusts, self.timers)
        self.serve(self.dispatch)
        self._bits = self._random.getrandbits
        self.hsts = policy(self.settings.tls)

    def _idle(self) -> tuple[TimerQueue, ...]:
        # Both may be one, where they are of one length.
        return tuple(dict.fromkeys((self.silences, self.greetings)))

    def serve(self, dispatch: Callable[[Exchange], object]) -> None:
        """Have every exchange that begins go to `dispatch`, as far as the limits let it."""
        self.dispatch = rationed(fronted(dispatch, self.own), self.settings.limit)

    @property
    def name(self) -> str:
        """Its name in the configuration."""
        return self.settings.name

    # --- connections -------------------------------------------------------------------

    def joined(self, channel: Guest, /) -> None:
        """A client connected."""
        self.channels.add(channel)
        self.capacity.came(channel)

    def left(self, channel: Guest, /) -> None:
        """A connection is gone."""
        if channel in self.channels:
            self.channels.discard(channel)
            self.capacity.went(channel)
        if not self.channels:
            watchers, self._when_empty = self._when_empty, []
            for watcher in watchers:
                watcher()

    def announce(self) -> None:
        """Have each connection close after the exchange that it is in, or the next."""
        self.draining = True

    def drain(self, when_empty: Callable[[], object]) -> None:
        """Close each connection as soon as it has no exchange; call back after the last."""
        self.announce()
        if not self.channels:
            when_empty()
            return
        self._when_empty.append(when_empty)
        for channel in list(self.channels):
            channel.close_if_idle()

    def cut(self) -> None:
        """Close every connection now, exchanges or not."""
        for channel in list(self.channels):
            channel.cut()

    def cut_exchanges(self) -> None:
        """Close every connection now that is no tunnel."""
        for channel in list(self.channels):
            if getattr(channel, "exchange", None) not in self.tunnels:
                channel.cut()

    def close_tunnels(self) -> None:
        """Close every tunnel in good order, and each that comes about from now on."""
        self.closes_tunnels = True
        for tunnel in list(self.tunnels):
            tunnel.close_for_drain()

    # --- who is there --------------------------------------------------------------------

    def peer_of(self, address: IAddress, local: IAddress, tls: bool) -> Peer:
        """The other end of a connection. Who has no IP address (UNIX sockets) is not trusted."""
        host = getattr(address, "host", "")
        port = getattr(address, "port", 0)
        return Peer(
            host,
            port,
            "https" if tls else "http",
            getattr(local, "port", 0),
            bool(host) and self._trusts(host),
        )

    def _trusts(self, host: str) -> bool:
        return within(host, self.settings.trust)

    def client_of(self, head: RequestHead, peer: Peer) -> str:
        """The client behind a trusted peer, as far as that is believed: the last address in
        X-Forwarded-For that is not trusted.
        """
        hops = b",".join(values(head.fields, b"x-forwarded-for")).decode("latin-1").split(",")
        client = peer.address
        for hop in reversed(hops):
            address = hop.strip()
            if not _is_address(address):
                break
            client = address
            if not self._trusts(address):
                break
        return client

    # --- small things every exchange needs --------------------------------------------------

    def make_request_id(self) -> bytes:
        """32 hexadecimal digits that no other request has."""
        return hexlify(self._bits(128).to_bytes(16, "big"))

    def random_bytes(self, count: int) -> bytes:
        """Bytes that nobody can foretell."""
        return self._bits(8 * count).to_bytes(count, "big")

    def date(self) -> bytes:
        """The time as a Date field has it (RFC 9110, 5.6.7); made once a second."""
        now = int(self.wall_clock())
        if self._dated[0] != now:
            self._dated = (now, formatdate(now, usegmt=True).encode("ascii"))
        return self._dated[1]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def within(host: str, networks: tuple[Network, ...]) -> bool:
    """Whether the address `host` is in one of the networks."""
    if not networks:
        return False
    # A scope (`fe80::1%eth0`) is no part of a network.
    address: Any = ip_address(host.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks)


class ChannelFactory(Factory):
    """Makes the channels of a listener."""

    noisy = False

    def __init__(self, listening: Listening, make: Callable[[Listening], Protocol]) -> None:
        self._listening = listening
        self._make = make

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        """A channel for a client that connected."""
        return self._make(self._listening)


@implementer(IProtocolFactory, IProtocolNegotiationFactory)
@frozen
class Entrance:
    """Turns clients away who have too many connections, before anything is said to them."""

    _inside: IProtocolFactory
    _capacity: Capacity
    noisy = False

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        """What the factory inside builds, or what closes the connection at once."""
        if self._capacity.admits(addr):
            return self._inside.buildProtocol(addr)
        return TurnedAway()

    def acceptableProtocols(self) -> list[bytes]:
        """What the factory inside wants Twisted's own TLS to agree on, the best first."""
        inside = IProtocolNegotiationFactory(self._inside, None)
        return [HTTP_1] if inside is None else list(inside.acceptableProtocols())

    def doStart(self) -> None:
        """Tell the factory inside that it is in use."""
        self._inside.doStart()

    def doStop(self) -> None:
        """Tell the factory inside that it is no longer in use."""
        self._inside.doStop()


class TurnedAway(Protocol):
    """A connection that is one too many."""

    def connectionMade(self) -> None:
        """Close it."""
        transport: Any = self.transport
        transport.abortConnection()
