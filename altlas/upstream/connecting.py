"""From an origin to a connection that a request can be sent on."""

from __future__ import annotations

import errno
from typing import Any

from attrs import define, field
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ClientEndpoint,
    TCP6ClientEndpoint,
    wrapClientTLS,
)
from twisted.internet.error import TimeoutError as SystemTimeout
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from altlas.errors import (
    ConnectFailed,
    ConnectTimeout,
    Exhausted,
    GatewayError,
    UpstreamCancelled,
)
from altlas.timers import Timer, Timers
from altlas.upstream.connection import UpstreamConnection
from altlas.upstream.origin import Origin

#: Seconds until the next address of a name is tried beside the one before. Twisted goes on,
#: or gives up, at this beat only: with its 0.3 s every refusal by name would take as long.
#: RFC 8305, 8 wants 10 ms at least.
NEXT_ADDRESS = 0.05

#: errors of connecting that tell of this machine's wants, and nothing of the instance
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})


def endpoint_for(
    reactor: Any, origin: Origin, tls: IOpenSSLClientConnectionCreator | None
) -> IStreamClientEndpoint:
    """Return the way to `origin`. A name is looked up at each connecting, so that a
    changed address is seen; of several addresses the first that answers is taken
    (RFC 8305). There is no time limit in it: `Connecting` has one.
    """
    endpoint: IStreamClientEndpoint
    forever: Any = None
    if isIPAddress(origin.host):
        endpoint = TCP4ClientEndpoint(reactor, origin.host, origin.port, timeout=forever)
    elif isIPv6Address(origin.host):
        endpoint = TCP6ClientEndpoint(reactor, origin.host, origin.port, timeout=forever)
    else:
        endpoint = HostnameEndpoint(
            reactor, origin.host, origin.port, timeout=forever, attemptDelay=NEXT_ADDRESS
        )
    return endpoint if tls is None else wrapClientTLS(tls, endpoint, reactor)


@define(eq=False)
class Connecting:
    """One attempt to connect, TLS included: it ends once, by success, error or time.

    A connection that comes about after the end is closed at once.
    """

    _address: str
    _timers: Timers
    _began: float = field(init=False, default=0.0)
    _result: Deferred[UpstreamConnection] | None = field(init=False, default=None)
    _attempt: Deferred[Any] | None = field(init=False, default=None)
    _timer: Timer | None = field(init=False, default=None)

    def start(
        self, endpoint: IStreamClientEndpoint, factory: Factory, timeout: float | None
    ) -> Deferred[UpstreamConnection]:
        """Begin. `timeout` in seconds, None for the system's own patience.

        The Deferred fails with ConnectFailed or ConnectTimeout; it may be cancelled,
        and then fails with UpstreamCancelled.
        """
        self._began = self._timers.seconds()
        result = self._result = Deferred(self._cancelled)
        if timeout is not None:
            self._timer = self._timers.after(timeout, self._timed_out)
        attempt: Deferred[Any] = endpoint.connect(factory)
        self._attempt = attempt
        attempt.addCallback(_when_secured)
        attempt.addCallbacks(self._connected, self._failed)
        return result

    def _connected(self, connection: UpstreamConnection) -> None:
        result = self._settle()
        if result is None:
            connection.close()
            return
        connection.connect_time = self._timers.seconds() - self._began
        result.callback(connection)

    def _failed(self, failure: Failure) -> None:
        reason = f"{self._address}: {failure.getErrorMessage()}"
        if _errno(failure) in _OURS:
            self._give_up(Exhausted(reason=reason))
            return
        timed_out = failure.check(SystemTimeout) is not None
        kind = ConnectTimeout if timed_out else ConnectFailed
        self._give_up(kind(reason=reason))

    def _timed_out(self) -> None:
        self._give_up(ConnectTimeout(reason=f"{self._address}: no connection in time"))

    def _cancelled(self, _: object) -> None:
        self._give_up(UpstreamCancelled(reason="given up while connecting"))

    def _give_up(self, error: GatewayError) -> None:
        result, attempt = self._settle(), self._attempt
        if result is not None:
            if attempt is not None:
                attempt.cancel()
            result.errback(Failure(error))

    def _settle(self) -> Deferred[UpstreamConnection] | None:
        """Whoever comes first gets the Deferred to fire."""
        if self._timer is not None:
            self._timer.cancel()
        result, self._result = self._result, None
        return result


def _errno(failure: Failure) -> int | None:
    """The system's number of an error, which Twisted keeps in one of two places."""
    error: Any = failure.value
    number = getattr(error, "osError", None) or getattr(error, "errno", None)
    return number if isinstance(number, int) else None


def _when_secured(connection: UpstreamConnection) -> Any:
    """Wait for TLS where there is any: until then nothing may be sent or believed."""
    secured = connection.secured
    return connection if secured is None else secured.addCallback(lambda _: connection)
