"""The time limits of an exchange in which bodies are under way, or that is not to last for ever."""

from __future__ import annotations

from collections.abc import Callable

from altlas.edge.body import Body, DownstreamBody
from altlas.edge.relay import Relay
from altlas.settings.tree import Timeouts
from altlas.timers import Timer, Timers


class Patience:
    """Calls `stalled` when neither body moves for ``timeout.idle``, `outlived` when all of it
    took longer than ``timeout.stream``.

    Most exchanges have none: a request without a body, whose answer is here whole.
    """

    __slots__ = ("_idle", "_life", "_limits", "_stalled", "_timers")

    def __init__(self, limits: Timeouts, timers: Timers, stalled: Callable[[], object]) -> None:
        self._limits = limits
        self._timers = timers
        self._stalled = stalled
        self._idle: Timer | None = None
        self._life: Timer | None = None

    def limit_life(self, outlived: Callable[[], object]) -> None:
        """The exchange begins."""
        if self._limits.stream is not None:
            self._life = self._timers.after(self._limits.stream, outlived)

    def watch_body(self, body: Body) -> None:
        """The body of the request is to come."""
        idle = self._limits.idle
        if idle is not None and isinstance(body, DownstreamBody) and not body.complete:
            self._idle = self._timers.after(idle, self._stalled)
            body.on_progress = self._idle.restart
            body.on_complete.append(self._idle.cancel)

    def watch_relay(self, relay: Relay, body: Body) -> None:
        """The body of the answer is to come."""
        if self._limits.idle is None:
            return
        if self._idle is not None:
            self._idle.cancel()
        self._idle = self._timers.after(self._limits.idle, self._stalled)
        relay.on_progress = self._idle.restart
        if isinstance(body, DownstreamBody):
            body.on_progress = self._idle.restart

    def end(self) -> None:
        """The exchange is over."""
        for timer in (self._idle, self._life):
            if timer is not None:
                timer.cancel()
