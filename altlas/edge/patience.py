"""The time limits of an exchange in which bodies are under way, or that is not to last for ever."""

from __future__ import annotations

from collections.abc import Callable

from altlas.edge.body import Body, DownstreamBody
from altlas.edge.pace import Pace
from altlas.edge.relay import Relay
from altlas.settings.tree import Timeouts
from altlas.timers import Timer, Timers

#: seconds: what is so near is due, or a clock's rounding could put it off for ever
_CLOSE = 0.001


class Patience:
    """Calls `stalled` when neither body moves for ``timeout.idle``, `outlived` when all of it
    took longer than ``timeout.stream``. A `Pace` sees to it that they move fast enough.

    Most exchanges have none: their request has no body, or it was here at once, and so was
    their answer.
    """

    __slots__ = (
        "_idle",
        "_life",
        "_limits",
        "_moved",
        "_now",
        "_pace",
        "_relaying",
        "_stalled",
        "_timers",
    )

    def __init__(
        self,
        limits: Timeouts,
        timers: Timers,
        stalled: Callable[[], object],
        pace: Pace | None = None,
    ) -> None:
        self._pace = pace
        self._limits = limits
        self._timers = timers
        self._now = timers.clock.seconds
        self._stalled = stalled
        self._idle: Timer | None = None
        self._life: Timer | None = None
        self._moved = 0.0  # when a body did last
        self._relaying = False

    def limit_life(self, outlived: Callable[[], object]) -> None:
        """The exchange begins."""
        if self._limits.stream is not None:
            self._life = self._timers.after(self._limits.stream, outlived)

    def watch_body(self, body: Body) -> None:
        """The body of the request is to come."""
        if isinstance(body, DownstreamBody) and not body.complete:
            self._watch()
            body.on_progress = self.moved
            body.on_complete.append(self._body_came)

    def watch_relay(self, relay: Relay, body: Body) -> None:
        """The body of the answer is to come."""
        self._relaying = True
        self._watch()
        relay.on_progress = self.moved
        if isinstance(body, DownstreamBody):
            body.on_progress = self.moved

    def moved(self) -> None:
        """A piece of a body has passed."""
        # The timer is left as it is: when it is due, it is seen how long it has to go on.
        self._moved = self._now()

    def _watch(self) -> None:
        self._moved = self._now()
        if self._idle is None and self._limits.idle is not None:
            self._idle = self._timers.after(self._limits.idle, self._look)

    def _look(self) -> None:
        """So long ago at most a body moved."""
        idle = self._limits.idle
        assert idle is not None  # it set the timer
        left = self._moved + idle - self._now()
        if left > _CLOSE:
            self._idle = self._timers.after(left, self._look)
        else:
            self._stalled()

    def _body_came(self) -> None:
        if self._idle is not None and not self._relaying:
            self._idle.cancel()
            self._idle = None

    def end(self) -> None:
        """The exchange is over."""
        if self._pace is not None:
            self._pace.end()
        for timer in (self._idle, self._life):
            if timer is not None:
                timer.cancel()
