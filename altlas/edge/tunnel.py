"""Bytes both ways between a client and an instance, once they agreed on another protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from altlas.edge.answering import head_bytes
from altlas.edge.body import NO_BODY, NoBody
from altlas.edge.recording import explain
from altlas.errors import (
    ClientGone,
    GatewayError,
    Stopping,
    TunnelExpired,
    UpstreamMalformed,
    UpstreamReset,
)
from altlas.settings.tree import UpgradeLimits
from altlas.timers import Timer
from altlas.upstream.tunnel import UpstreamTunnel
from altlas.wire.upgrades import switching_lines
from altlas.wire.websocket import GOING_AWAY, FrameTrail, close_frame

if TYPE_CHECKING:
    from altlas.edge.channel import Channel
    from altlas.edge.exchange import Exchange

#: how often within its idle time a tunnel is looked at
LOOKS = 4
#: Seconds of silence after one side of a WebSocket has ended: that protocol knows no halves, but
#: what is on its way may still arrive.
HALF_CLOSED = 10.0
_WEBSOCKET = b"websocket"


def open_tunnel(exchange: Exchange, response: Any, over: Callable[[], object]) -> None:
    """Answer with the 101 of `response`; from there on a tunnel stands where the exchange stood,
    and calls `over` at its end.
    """
    upstream: UpstreamTunnel | None = getattr(response, "tunnel", None)
    call = exchange.call
    if upstream is None or call is None or call.offer is None:  # a client that is not our own
        response.discard()
        exchange.fail(UpstreamMalformed(reason="101, but without a tunnel"))
        return
    tunnel = Tunnel(exchange, upstream, call.offer.limits, over)
    head = head_bytes(exchange, response.head, 0, keep=True)
    exchange.record.status = response.code
    exchange.write(head[:-2] + switching_lines(upstream.protocol) + b"\r\n")
    tunnel.start()


class Tunnel:
    """One tunnel, from its 101 to the end of both connections.

    Each side's bytes go to the other as they come, at the other's pace; an end of one direction
    is handed on where there are halves. When a connection is gone the other one follows: in good
    order after a good end, else by a break. Its time limits, and a drain, close it with a word
    where the protocol has one. The exchange's record and lease end with it.
    """

    #: what the channel asks of whoever stands in it
    body: NoBody = NO_BODY

    def __init__(
        self,
        exchange: Exchange,
        upstream: UpstreamTunnel,
        limits: UpgradeLimits,
        over: Callable[[], object],
    ) -> None:
        listening = exchange.channel.listening
        self._tell_over = over
        # Only HTTP/1.1 has upgrades, so that is what stands there.
        self._channel = cast("Channel", exchange.channel)
        self._listening = listening
        self._record = exchange.record
        self._upstream = upstream
        self._idle = limits.idle
        self._lifetime = limits.lifetime
        self._seconds = listening.seconds
        self._moved = self._seconds()
        self._look: Timer | None = None
        self._end: Timer | None = None
        self._client_ended = self._instance_ended = False
        self._over = False
        #: from the client and from the instance; where there is a word to say
        self._trails: tuple[FrameTrail, FrameTrail] | None = None
        if upstream.protocol.lower() == _WEBSOCKET:
            self._trails = FrameTrail(), FrameTrail()

    def start(self) -> None:
        """Take the exchange's place in its channel, and let bytes pass."""
        channel = self._channel
        channel.exchange = self
        # On this one channel, so that no request pays for the question.
        channel.dataReceived = self.client_said  # type: ignore[method-assign]
        channel.readConnectionLost = self.client_ended  # type: ignore[method-assign]
        self._listening.tunnels.add(self)
        if self._lifetime is not None:
            self._end = self._listening.timers.after(self._lifetime, self._outlived)
        self._watch(self._idle)
        if channel.full:  # by answers before; a transport says so once
            self._upstream.pause()
        if rest := channel.take_rest():
            self.client_said(rest)
        self._upstream.open(self)
        channel.resume_reading()
        if self._listening.closes_tunnels:
            self.close(_going_down())

    # --- from the client's connection

    def client_said(self, data: bytes) -> None:
        """Bytes for the instance."""
        if self._over:
            return
        self._moved = self._seconds()
        self._record.bytes_in += len(data)
        if self._trails is not None:
            self._trails[0].follow(data)
        self._upstream.write(data)

    def client_ended(self) -> None:
        """The client sends no more."""
        self._client_ended = True
        if self._instance_ended or not self._upstream.end_sending():
            self._finish(None)
        else:
            self._be_half()

    def gone(self) -> None:
        """The client's connection is no more."""
        broken = self._channel.broken
        self._finish(ClientGone() if broken else None, cut=broken)

    def pause(self) -> None:
        """The client takes no more: the instance must wait."""
        self._upstream.pause()

    def resume(self) -> None:
        """The client caught up."""
        self._upstream.resume()

    # --- from the instance's

    def instance_said(self, data: bytes) -> None:
        """Bytes for the client."""
        if self._over:
            return
        self._moved = self._seconds()
        self._record.bytes_out += len(data)
        if self._trails is not None:
            self._trails[1].follow(data)
        self._channel.write(data)

    def instance_ended(self) -> None:
        """The instance sends no more."""
        self._instance_ended = True
        if self._client_ended or not self._end_to_client():
            self._finish(None)
        else:
            self._be_half()

    def instance_lost(self, reason: str) -> None:
        """The instance's connection is gone: by a break, if there is a `reason`."""
        error = UpstreamReset(reason=f"{self._upstream.address}: {reason}") if reason else None
        self._finish(error, cut=error is not None)

    def hold_client(self) -> None:
        """The instance is slow: leave what the client sends on the wire."""
        self._channel.pause_reading()

    def let_client(self) -> None:
        """The instance caught up."""
        if not self._client_ended:
            self._channel.resume_reading()

    # --- time

    def _be_half(self) -> None:
        if self._trails is not None:
            self._watch(HALF_CLOSED if self._idle is None else min(self._idle, HALF_CLOSED))

    def _watch(self, idle: float | None) -> None:
        # No timer is set anew at every byte: now and then it is looked when the last one passed.
        if self._look is not None:
            self._look.cancel()
        self._idle = idle
        if idle is not None:
            self._look = self._listening.timers.after(idle / LOOKS, self._look_around)

    def _look_around(self) -> None:
        assert self._idle is not None and self._look is not None
        if self._seconds() - self._moved >= self._idle:
            self.close(TunnelExpired(reason=f"no byte for {self._idle:g} s"))
        else:
            self._look.restart()

    def _outlived(self) -> None:
        self.close(TunnelExpired(reason=f"upgrade.lifetime, {self._lifetime:g} s, is over"))

    # --- ends

    def close(self, why: GatewayError) -> None:
        """Close both sides, with a word where there is a place for it."""
        if self._over:
            return
        if self._trails is not None:
            from_client, from_instance = self._trails
            if from_instance.between and not self._instance_ended:
                self._channel.write(close_frame(GOING_AWAY))
            if from_client.between and not self._client_ended:
                mask = self._listening.random_bytes(4)
                self._upstream.write(close_frame(GOING_AWAY, mask))
        self._finish(why)

    def close_for_drain(self) -> None:
        """Close both sides, since the gateway goes down."""
        self.close(_going_down())

    def cut(self, error: GatewayError) -> None:
        """Break both connections, because of `error`."""
        self._finish(error, cut=True)

    fail = cut

    def _finish(self, error: GatewayError | None, cut: bool = False) -> None:
        if self._over:
            return
        self._over = True
        for timer in (self._look, self._end):
            if timer is not None:
                timer.cancel()
        self._listening.tunnels.discard(self)
        if error is not None:
            explain(self._record, error)
        self._tell_over()
        upstream = self._upstream
        if cut:
            upstream.cut()
        elif error is None:
            upstream.close()
        else:
            upstream.take_leave()
        self._leave_client(cut)

    def _end_to_client(self) -> bool:
        """Close our half of the client's connection; False where there are no halves (TLS)."""
        channel = self._channel
        half_close = getattr(channel.transport, "loseWriteConnection", None)
        if channel.secure or half_close is None:
            return False
        channel.stop_pacing()
        half_close()
        return True

    def _leave_client(self, cut: bool) -> None:
        channel = self._channel
        channel.exchange = None
        del channel.dataReceived, channel.readConnectionLost  # those of the class hold again
        if channel.lost:
            return
        if cut:
            channel.abort()
        elif self._client_ended:
            channel.readConnectionLost()
        else:
            channel.linger()


def _going_down() -> Stopping:
    return Stopping(reason="the gateway goes down")
