"""The connections to one instance: idle ones ready to hand, all others counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field, frozen
from OpenSSL import SSL
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.protocol import Factory

from altlas.errors import ConnectFailed
from altlas.timers import Timer, Timers
from altlas.upstream.connecting import Connecting, endpoint_for
from altlas.upstream.connection import UpstreamConnection
from altlas.upstream.origin import Origin
from altlas.upstream.staleness import is_stale
from altlas.upstream.tls import TLSSettings
from altlas.wire.limits import Limits

#: Seconds of idleness after which a connection is looked at before it is used again.
#: Below it the reactor has most likely told of an end already, and a look costs a call.
UNTRIED = 0.05


@frozen
class PoolSettings:
    """How connections to one instance are made and kept. Durations in seconds."""

    #: TCP and TLS together; None for the system's own patience
    connect_timeout: float | None = 3.0
    #: how many idle connections are kept; 0 keeps none
    idle: int = 32
    #: how long one is kept; best below the instance's own keep-alive time
    idle_timeout: float = 4.0
    #: how long one is used in all; None for as long as it lasts
    lifetime: float | None = None
    #: judges the certificates of ``https`` instances
    tls: TLSSettings = field(factory=TLSSettings)
    #: how long after its last use one needs no judgement at all
    fresh: float = field(init=False, eq=False, repr=False)

    @fresh.default
    def _fresh(self) -> float:
        return min(UNTRIED, self.idle_timeout) if self.lifetime is None else 0.0


@define(eq=False)
class Pool:
    """Gives out connections, last used first, so that the surplus grows old and goes.

    A connection is at each moment idle, in use, or closing; it is in use by one
    request at most. It comes back through `release`, or is closed, never both.
    """

    origin: Origin
    settings: PoolSettings
    reactor: Any
    timers: Timers
    limits: Limits
    address: str = field(init=False)
    #: the clock's own, since it is asked twice a request
    _seconds: Callable[[], float] = field(init=False)
    _idle: list[UpstreamConnection] = field(init=False, factory=list)
    _open: set[UpstreamConnection] = field(init=False, factory=set)
    _tls: IOpenSSLClientConnectionCreator | None = field(init=False, default=None)
    _sweep: Timer | None = field(init=False, default=None)
    _closed: Deferred[None] | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.address = self.origin.address
        self._seconds = self.timers.clock.seconds

    @property
    def idle(self) -> int:
        """How many connections wait for a request."""
        return len(self._idle)

    @property
    def open(self) -> int:
        """How many connections there are, idle and in use."""
        return len(self._open)

    # --- taking

    def take(self) -> UpstreamConnection | None:
        """Return an idle connection that looks alive, or None. What does not is closed."""
        idle = self._idle
        if not idle:
            return None
        now, fresh = self._seconds(), self.settings.fresh
        while idle:
            connection = idle.pop()
            if not connection.closing:
                if now - connection.idle_since < fresh or self._fit(connection, now):
                    return connection
                connection.close()
        return None

    def connect(self, timeout: float | None = None) -> Deferred[UpstreamConnection]:
        """Make a new connection; see `Connecting.start` for how that may fail.

        `timeout` in seconds; None for what the settings say.
        """
        limit = self.settings.connect_timeout if timeout is None else timeout
        try:
            endpoint = endpoint_for(self.reactor, self.origin, self._tls_creator())
        except (OSError, ValueError, SSL.Error) as error:
            return fail(ConnectFailed(reason=f"{self.address}: TLS cannot be set up: {error}"))
        connecting = Connecting(self.address, self.timers)
        return connecting.start(endpoint, _Connections(self), limit)

    # --- giving back

    def release(self, connection: UpstreamConnection) -> None:
        """Keep a connection that is ready for another request, or close it."""
        settings, idle = self.settings, self._idle
        now = connection.idle_since = self._seconds()
        if (
            len(idle) >= settings.idle
            or self._closed is not None
            or (settings.lifetime is not None and self._worn(connection, now))
        ):
            connection.close()
            return
        idle.append(connection)
        if self._sweep is None:
            self._sweep = self.timers.after(settings.idle_timeout, self._close_idlest)

    def forget(self, connection: UpstreamConnection) -> None:
        """Hear that a connection is gone, in use or idle."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._tell_closed()

    def close(self) -> Deferred[None]:
        """Close idle connections now, and those in use as their exchanges end.

        The Deferred fires when the last is gone.
        """
        closed: Deferred[None] = Deferred()
        if self._closed is not None:
            self._closed.chainDeferred(closed)
            return closed
        self._closed = closed
        if self._sweep is not None:
            self._sweep.cancel()
        while self._idle:
            self._idle.pop().close()
        self._tell_closed()
        return closed

    def made(self, connection: UpstreamConnection) -> None:
        """Count a connection from its first moment on."""
        self._open.add(connection)

    # --- judging

    def _fit(self, connection: UpstreamConnection, now: float) -> bool:
        age = now - connection.idle_since
        if age >= self.settings.idle_timeout or self._worn(connection, now):
            return False
        # Within TLS what is readable may be a matter of TLS alone.
        return age < UNTRIED or self.origin.secure or not is_stale(connection.transport)

    def _worn(self, connection: UpstreamConnection, now: float) -> bool:
        lifetime = self.settings.lifetime
        return lifetime is not None and now - connection.born >= lifetime

    def _close_idlest(self) -> None:
        """Close what has been idle for too long; the longest idle stand first.

        One timer for all, since `_fit` refuses in time what this closes a bit late.
        """
        self._sweep = None
        limit = self.timers.seconds() - self.settings.idle_timeout
        idle = self._idle
        count = 0
        while count < len(idle) and idle[count].idle_since <= limit:
            count += 1
        old, self._idle = idle[:count], idle[count:]
        for connection in old:
            connection.close()
        if self._idle:
            self._sweep = self.timers.after(self.settings.idle_timeout / 4, self._close_idlest)

    def _tls_creator(self) -> IOpenSSLClientConnectionCreator | None:
        if self._tls is None and self.origin.secure:
            self._tls = self.settings.tls(self.origin.host)
        return self._tls

    def _tell_closed(self) -> None:
        if self._closed is not None and not self._open and not self._closed.called:
            self._closed.callback(None)


class _Connections(Factory):
    """Makes the connections of one pool, as an endpoint asks for them."""

    noisy = False

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def buildProtocol(self, addr: object) -> UpstreamConnection:
        connection = UpstreamConnection(self._pool)
        if self._pool.origin.secure:
            connection.secured = Deferred(lambda _: connection.cut())
        self._pool.made(connection)
        return connection
