"""How many connections a listener has room for, in all and for one client."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from itertools import islice
from typing import Any
from typing import Protocol as Shape

from attrs import define, field

from altlas.edge.gate import Gate
from altlas.settings.tree import ListenerLimits
from altlas.timers import TimerQueue, Timers

#: beyond this share of the room the connections that are idle longest are closed
_CROWDED = 15 / 16
#: how many at a time, as a share of the room; and where there is no limit
_CLOSED, _MOST_CLOSED = 1 / 16, 64
#: seconds between looks for those who could go, while nobody is let in
_AGAIN = 0.1
#: how many of those that wait are looked at for it, since others may wait for the same length
_MOST_SEEN = 1024
#: seconds that a connection may be idle, come what may
_SPARED = 1.0

Client = str | int


class Stay(Shape):
    """Who counts the connections of all listeners."""

    def came(self) -> None: ...

    def went(self) -> None: ...


class Elsewhere:
    """What stands for that where nobody does."""

    def came(self) -> None:
        """Nothing."""

    def went(self) -> None:
        """Nothing."""


@define(eq=False)
class Capacity:
    """The connections of one listener, as numbers.

    At the limit the gate is held until one leaves. Shortly before it, those that are idle
    longest are closed, as nginx does: silent connections shall not keep out who has
    something to ask.
    """

    limits: ListenerLimits
    gate: Gate
    #: where idle connections stand, the first to be closed first
    _idle: tuple[TimerQueue, ...]
    #: whether an address is one of ours, through which many come
    _trusts: Callable[[str], bool]
    _timers: Timers
    headroom: Stay = field(factory=Elsewhere, init=False)
    #: connections now
    count: int = field(default=0, init=False)
    #: connections turned away, because their client had too many
    refused: int = field(default=0, init=False)
    #: idle connections closed to make room
    closed: int = field(default=0, init=False)
    _by_client: dict[Client, int] = field(factory=dict, init=False)
    _clients: dict[object, Client] = field(factory=dict, init=False)
    #: who was asked to leave, and is not gone yet
    _leaving: set[object] = field(factory=set, init=False)
    _looking: bool = field(default=False, init=False)

    def admits(self, address: Any) -> bool:
        """Whether a client with that address may have another connection; counted if not."""
        most = self.limits.connections_per_client
        host = getattr(address, "host", "") if most is not None else ""
        if most is None or not host or self._trusts(host):
            return True
        if self._by_client.get(client_of(host), 0) < most:
            return True
        self.refused += 1
        return False

    def came(self, guest: Any) -> None:
        """A connection is there."""
        self.count += 1
        if self.limits.connections_per_client is not None:
            self._note(guest)
        most = self.limits.connections
        if most is not None:
            if self.count >= most:
                self._fill(most)
            if self.count > most * _CROWDED:
                self.relieve()
        self.headroom.came()

    def went(self, guest: Any) -> None:
        """A connection is gone."""
        self.count -= 1
        self._leaving.discard(guest)
        client = self._clients.pop(guest, None) if self._clients else None
        if client is not None:
            left = self._by_client[client] - 1
            if left:
                self._by_client[client] = left
            else:
                del self._by_client[client]
        if not self.gate.is_open:
            self._make_out()
        self.headroom.went()

    def relieve(self) -> None:
        """Close some of the connections that are idle longest, if they are so for a while."""
        most = self.limits.connections
        most = _MOST_CLOSED if most is None else max(1, int(most * _CLOSED))
        for queue in self._idle:
            latest = queue.clock.seconds() + queue.length - _SPARED
            waiting = islice(queue.waiting, _MOST_SEEN)
            # Who else waits for that length is none of ours, or has begun to ask.
            guests = (one for one in waiting if one.due <= latest and hasattr(one, "vacate"))
            for guest in list(islice(guests, most)):
                if len(self._leaving) < most and guest.vacate():
                    self._leaving.add(guest)
                    self.closed += 1

    def _fill(self, most: int) -> None:
        self.gate.hold("connections", f"limit.connections = {most} are there")
        if not self._looking:
            self._looking = True
            self._timers.after(_AGAIN, self._look)

    def _look(self) -> None:
        # Nobody comes now, so nobody's coming can be what makes us look who is idle by now.
        self._looking = self.gate.holds("connections")
        if self._looking:
            self.relieve()
            self._timers.after(_AGAIN, self._look)

    def _make_out(self) -> None:
        most = self.limits.connections
        if most is None or self.count < most:
            self.gate.release("connections")

    def _note(self, guest: Any) -> None:
        host = getattr(guest.transport.getPeer(), "host", "")
        if host and not self._trusts(host):
            client = self._clients[guest] = client_of(host)
            self._by_client[client] = self._by_client.get(client, 0) + 1


def client_of(host: str) -> Client:
    """Who is behind an address: an IPv6 client has a /64 of them (RFC 6177), an IPv4 one one."""
    try:
        address: Any = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    mapped = getattr(address, "ipv4_mapped", None)
    if address.version == 4 or mapped is not None:
        return str(mapped or address)
    return int(address) >> 64
