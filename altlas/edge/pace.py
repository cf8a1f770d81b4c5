"""The least that bodies must move, in both directions.

Who sends or takes a byte now and then is never silent, yet keeps an exchange for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from altlas.edge.body import DownstreamBody
from altlas.errors import RequestTimeout
from altlas.timers import TimerQueue

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange

#: bytes of an answer that may stand in our buffers while none seem to be taken
SLACK = 256 * 1024


class Pace:
    """Looks at an exchange once in ``limit.body-grace``, and fails it when it was too slow.

    Of the request's body ``limit.body-rate`` must have come in that time, unless we did not
    take it. Of the answer ``limit.answer-rate`` must have gone in all the time that the client
    keeps us waiting; what may yet stand in buffers is taken off.
    """

    __slots__ = ("_exchange", "_full_since", "_out", "_pauses", "_queue", "_received", "due")

    def __init__(self, exchange: Exchange, queue: TimerQueue) -> None:
        self.due = 0.0
        self._exchange = exchange
        self._queue = queue
        self._look(queue.clock.seconds())
        self._full_since: float | None = None
        self._out = 0

    def end(self) -> None:
        """Look no more."""
        self._queue.drop(self)

    def expired(self) -> None:
        """Look (by the queue)."""
        now = self._queue.clock.seconds()
        why = self._slow_body() or self._slow_reader(now)
        if why is not None:
            self._exchange.fail(why)
        else:
            self._look(now)

    def _look(self, now: float) -> None:
        body = self._exchange.body
        self._received = body.received
        # One that is not asked for now, or was not, need not have moved.
        owed = isinstance(body, DownstreamBody) and self._exchange.is_owed()
        self._pauses = body.pauses if owed and isinstance(body, DownstreamBody) else -1
        self._queue.add(self, now)

    def _slow_body(self) -> RequestTimeout | None:
        exchange, body = self._exchange, self._exchange.body
        rate = exchange.channel.listening.settings.limit.body_rate
        if rate is None or not isinstance(body, DownstreamBody):
            return None
        if body.pauses != self._pauses or not exchange.is_owed():
            return None
        came, length = body.received - self._received, self._queue.length
        if came >= rate * length:
            return None
        reason = f"{came} bytes of it in {length:g} s, limit.body-rate = {rate}B"
        return RequestTimeout("The body came too slowly.", reason=reason)

    def _slow_reader(self, now: float) -> RequestTimeout | None:
        exchange = self._exchange
        rate = exchange.channel.listening.settings.limit.answer_rate
        if rate is None:
            return None
        out = exchange.record.bytes_out
        if not exchange.channel.full:
            self._full_since = None
        elif self._full_since is None:
            self._full_since, self._out = now, out
        else:
            length = now - self._full_since
            if out - self._out + SLACK < rate * length:
                reason = f"the client took too little in {length:g} s, limit.answer-rate = {rate}B"
                return RequestTimeout(reason=reason)
        return None


def paced(exchange: Exchange) -> Pace | None:
    """The pace of an exchange that has begun to wait for a body; None where there is no limit."""
    queue = exchange.channel.listening.paces
    return None if queue is None else Pace(exchange, queue)
