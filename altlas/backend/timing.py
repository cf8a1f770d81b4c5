"""The time limits of a call: over all its tries, and of each.

``timeout.total`` covers a call up to its response's head, waiting and pauses included;
``timeout.response`` and ``timeout.per-try`` a try. While the client is still sending its body
none of them runs: an upload takes the time it takes, and the idle limit watches over it. They
count anew from its last byte.

Only the limit that is next to strike is waited for: one entry in one queue a try.
"""

from __future__ import annotations

from typing import Protocol

from attrs import define, field, frozen

from altlas.backend.call import Call
from altlas.errors import DeadlinePassed, TryTimeout, UpstreamTimeout
from altlas.settings.tree import Timeouts
from altlas.timers import Timed, Timer, Timers

LATE = "The service did not answer in time."


class Queue(Protocol):
    """Where a call stands while its time runs; see `altlas.timers.TimerQueue`."""

    @property
    def length(self) -> float: ...

    def add(self, timed: Timed, now: float, /) -> None: ...

    def drop(self, timed: Timed, /) -> None: ...


@frozen(eq=False)
class Limit:
    """So long, and no longer."""

    seconds: float
    #: `DeadlinePassed` ends the call, any other error the try
    error: type[UpstreamTimeout]
    queue: Queue

    def struck(self) -> UpstreamTimeout:
        """What whoever waited is told."""
        return self.error(LATE, reason=f"no response within {self.seconds:g} s")


@define(eq=False)
class _Once:
    """The queue of a length that comes but once: what is left of the total time."""

    length: float
    _timers: Timers
    _timer: Timer | None = None

    def add(self, timed: Timed, now: float) -> None:
        self._timer = self._timers.after(self.length, timed.expired)

    def drop(self, timed: Timed) -> None:
        if self._timer is not None:
            self._timer.cancel()


@define(eq=False)
class TimeLimits:
    """The limits that these timeouts set. A call waits under one of them at a time."""

    timeouts: Timeouts
    _timers: Timers
    #: of a try, of the whole call, and the nearer of them where both begin together
    _try: Limit | None = field(init=False)
    _total: Limit | None = field(init=False)
    _nearer: Limit | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        said = self.timeouts
        response, per_try = said.response, said.per_try
        if per_try is not None and (response is None or per_try <= response):
            one = self._limit(per_try, TryTimeout)
        else:
            one = self._limit(response, UpstreamTimeout)
        total = self._limit(said.total, DeadlinePassed)
        self._try, self._total = one, total
        sooner = one is None or (total is not None and total.seconds < one.seconds)
        self._nearer = total if sooner else one

    def _limit(self, seconds: float | None, error: type[UpstreamTimeout]) -> Limit | None:
        return None if seconds is None else Limit(seconds, error, self._timers.queue(seconds))

    def sent(self, call: Call, now: float) -> None:
        """A try of `call` begins: its time runs, and that of the call goes on."""
        # The first try nearly always begins when the call does.
        limit = call.limit = self._nearer if now == call.since else self._later(call, now)
        if limit is not None:
            limit.queue.add(call, now)

    def waits(self, call: Call, now: float) -> None:
        """`call` waits for something else than its instance: only its total time runs."""
        limit = call.limit = self._total if now == call.since else self._rest(call, now)
        if limit is not None:
            limit.queue.add(call, now)

    def _later(self, call: Call, now: float) -> Limit | None:
        one, rest = self._try, self._rest(call, now)
        if one is None or rest is None:
            return one or rest
        return rest if rest.queue.length < one.seconds else one

    def _rest(self, call: Call, now: float) -> Limit | None:
        total = self._total
        if total is None:
            return None
        left = max(0.0, call.since + total.seconds - now)
        return Limit(total.seconds, DeadlinePassed, _Once(left, self._timers))

    def expired(self, call: Call) -> None:
        """The limit that `call` waited under has struck (by `Call.expired`)."""
        limit, call.limit = call.limit, None
        assert limit is not None  # by whom else
        of_call = limit.error is DeadlinePassed
        if call.body is not None and call.body.flowing:
            now = self._timers.seconds()
            if of_call:
                call.since = now
            self._anew(call, now)
            return
        call.late = limit.struck()
        if of_call:
            call.give_up(call.late)
        elif call.pending is not None:
            call.pending.cancel()  # which reaches what it waits for: this try

    def body_came(self, call: Call) -> None:
        """The last byte of the client's body has come (by `Call.body_came`)."""
        now = self._timers.seconds()
        # A slow client must not look like a slow instance.
        call.began = call.since = now
        if call.limit is not None:
            call.limit.queue.drop(call)
            self._anew(call, now)

    def _anew(self, call: Call, now: float) -> None:
        if call.held:
            self.sent(call, now)
        else:
            self.waits(call, now)
