"""One connection to an instance: requests one after another, and its end."""

from __future__ import annotations

from typing import Any
from typing import Protocol as Shape

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IHandshakeListener,
    ISSLTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import alsoProvides, implementer

from altlas.errors import ConnectFailed, GatewayError
from altlas.timers import Timer, Timers
from altlas.upstream.attempt import Attempt
from altlas.upstream.request import Outgoing
from altlas.upstream.response import UpstreamResponse
from altlas.upstream.tunnel import UpstreamTunnel
from altlas.upstream.uploading import Outlet
from altlas.wire.limits import Limits
from altlas.wire.reading import ResponseReader

#: Seconds that a polite close may take before the connection is cut.
CLOSE_TIMEOUT = 5.0


class Keeper(Shape):
    """Who owns a connection: its pool."""

    timers: Timers
    limits: Limits
    address: str

    def release(self, connection: UpstreamConnection) -> None:
        """Take a connection that is ready for another request."""

    def forget(self, connection: UpstreamConnection) -> None:
        """Hear that a connection is gone; called once for each."""


class Stream(Outlet, Shape):
    """What is wanted of a transport, plain or TLS."""

    def pauseProducing(self) -> object: ...

    def resumeProducing(self) -> object: ...

    def loseConnection(self) -> object: ...

    def abortConnection(self) -> object: ...


@implementer(IHandshakeListener)
class UpstreamConnection(Protocol):
    """Carries one request at a time; its keeper gets it back after each, or it closes.

    Nearly always a request is sent whole, and its answer comes whole in one piece: that is
    `send` and `dataReceived`, with nothing between. An `Attempt` takes over from whatever is
    otherwise.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        #: the request under way and who waits for its answer; None when there is none, and
        #: when an attempt has them
        self._request: Outgoing | None = None
        self._pending: Deferred[UpstreamResponse] | None = None
        self._attempt: Attempt | UpstreamTunnel | None = None
        self._paused = False
        self._timer: Timer | None = None
        self.limits = keeper.limits
        self.reader = ResponseReader(keeper.limits)
        #: how many requests were sent
        self.served = 0
        #: no further request may be sent; nothing that arrives is looked at
        self.closing = False
        #: the clock's seconds: when it came about, when it was last released
        self.born = self.idle_since = keeper.timers.seconds()
        #: seconds that connecting took
        self.connect_time = 0.0
        #: fires when TLS is agreed on; None where there is no TLS
        self.secured: Deferred[None] | None = None

    @property
    def address(self) -> str:
        """Name of the other side, for logs."""
        return self._keeper.address

    @property
    def outlet(self) -> Outlet:
        """The transport, to write to."""
        return self._stream

    def send(self, request: Outgoing, encoded: bytes) -> Deferred[UpstreamResponse]:
        """Send `request`, whose head (and small body) is `encoded`; its final response.

        Fails with UpstreamReset, UpstreamMalformed, an error of the body's producer,
        or UpstreamCancelled when the Deferred is cancelled, which cuts the connection.
        """
        if self.closing or self._pending is not None or self._attempt is not None:
            return fail(ConnectFailed(reason=f"{self.address}: not ready for a request"))
        self.served += 1
        self._request = request
        pending: Deferred[UpstreamResponse] = Deferred(self._given_up)
        self._pending = pending
        if request.method != self.reader.method:
            self.reader.expect(request.method)
        body = request.body
        if body is None:
            self._stream.write(encoded)
        elif isinstance(body, bytes):
            self._stream.write(encoded)
            if request.alone:
                self._taken_over()
        elif self._taken_over().upload(encoded, body) and not request.alone:
            # A small body is nearly always here before its request is sent.
            self._request, self._pending, self._attempt = request, pending, None
        return pending

    # --- from the transport

    def connectionMade(self) -> None:
        """Take the transport; small writes go out at once."""
        transport: Any = self.transport
        self._stream: Stream = transport
        if self.secured is None and hasattr(transport, "protocol"):
            # Twisted's endpoints put a shell around a protocol to hear of this moment: from now
            # on it would only pass on each read.
            transport.protocol = self
        no_delay = getattr(transport, "setTcpNoDelay", None)
        if no_delay is not None:
            no_delay(True)

    def handshakeCompleted(self) -> None:
        """Hear from the TLS transport that both sides agree."""
        secured, self.secured = self.secured, None
        if secured is not None and not secured.called:
            secured.callback(None)

    def dataReceived(self, data: bytes) -> None:
        """Take what arrives: all of an answer, most likely."""
        pending, request = self._pending, self._request
        if pending is None or request is None:
            self._otherwise_received(data)
            return
        reader = self.reader
        try:
            head = reader.feed(data)
        except GatewayError as error:
            self._taken_over().malformed(error)
            return
        if head is None:
            return
        body, reader.rest = reader.rest, b""
        if len(body) != head.framing or head.status < 200:
            self._taken_over().headed(head, body)
            return
        response = UpstreamResponse(head, request, None, body)
        if self.served == 1:
            self.introduce(response)
        self._pending = self._request = None
        # The connection is free before anybody can ask for another.
        if head.keep_alive:
            self._keeper.release(self)
        else:
            self.close()
        pending.callback(response)

    def _otherwise_received(self, data: bytes) -> None:
        """Pass on to the attempt; bytes that nobody asked for end the connection."""
        if self.closing:
            return
        if self._attempt is not None:
            self._attempt.data_received(data)
        else:
            self.cut()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """End whatever was under way."""
        self.closing = True
        self._stop_timer()
        self._keeper.forget(self)
        attempt = self._taken_over() if self._pending is not None else self._attempt
        self._attempt = None
        secured, self.secured = self.secured, None
        if attempt is not None:
            attempt.lost(reason)
        elif secured is not None and not secured.called:
            secured.errback(reason)

    def readConnectionLost(self) -> None:
        """Hear that the instance sends no more; only a tunnel asks to be told (`switched`)."""
        if isinstance(self._attempt, UpstreamTunnel):
            self._attempt.ended()

    def writeConnectionLost(self) -> None:
        """Our own half is closed, as `end_sending` wants it."""

    # --- to the attempt, and from it

    def _taken_over(self) -> Attempt:
        """Give the request under way to an attempt."""
        pending, request = self._pending, self._request
        assert pending is not None and request is not None
        self._pending = self._request = None
        attempt = self._attempt = Attempt(self, request, pending)
        return attempt

    def _given_up(self, _: object) -> None:
        # A Deferred that has fired is not cancelled, so it is the one of the request under way.
        attempt = self._taken_over() if self._pending is not None else self._attempt
        if attempt is not None:
            attempt.given_up()

    def introduce(self, response: UpstreamResponse) -> None:
        """Say of the first response that it is, and how long connecting took."""
        response.reused = False
        response.connect_time = self.connect_time

    def pause(self) -> None:
        """Read nothing more."""
        if not self._paused and not self.closing:
            self._paused = True
            self._stream.pauseProducing()

    def resume(self) -> None:
        """Read on."""
        if self._paused and not self.closing:
            self._paused = False
            self._stream.resumeProducing()

    def finished(self, reusable: bool) -> None:
        """Go back to the keeper, or close politely."""
        self._attempt = None
        if self.closing:
            return
        self._stop_timer()
        if reusable:
            self.resume()
            self._keeper.release(self)
        else:
            self.close()

    # --- as the end of a tunnel

    def switched(self, protocol: bytes, rest: bytes) -> UpstreamTunnel:
        """Carry another protocol from now on; `rest` are the first bytes of it."""
        tunnel = self._attempt = UpstreamTunnel(self, protocol, rest)
        alsoProvides(self, IHalfCloseableProtocol)
        return tunnel

    def end_sending(self) -> bool:
        """Close our half once all is written; False where there are no halves, as with TLS."""
        half_close = getattr(self._stream, "loseWriteConnection", None)
        if half_close is None or ISSLTransport.providedBy(self._stream):
            return False
        if not self.closing:
            half_close()
        return True

    # --- ends

    def close(self) -> None:
        """Close politely: bytes already written still go out, within a time."""
        if not self.closing:
            self.closing = True
            self._set_timer(CLOSE_TIMEOUT, self._stream.abortConnection)
            self._stream.loseConnection()

    def cut(self) -> None:
        """Close at once, dropping what was not sent."""
        if not self.closing:
            self.closing = True
            self._stop_timer()
            self._stream.abortConnection()

    def cut_after(self, seconds: float) -> None:
        """Cut unless the attempt is over before."""
        self._set_timer(seconds, self.cut)

    def _set_timer(self, length: float, call: Any) -> None:
        self._stop_timer()
        self._timer = self._keeper.timers.after(length, call)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
