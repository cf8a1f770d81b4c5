"""The time limits of a call: over all its tries, and of each.

While the client is still sending its body neither runs: an upload takes the time it
takes, and the idle limit watches over it. Both count again from its last byte.
"""

from __future__ import annotations

from typing import Any

from attrs import define
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from altlas.backend.call import Call
from altlas.backend.picking import Layer
from altlas.errors import DeadlinePassed, TryTimeout, UpstreamTimeout
from altlas.timers import Timer, Timers

LATE = "The service did not answer in time."


class _Watch:
    """Cancels a Deferred that takes too long, and says so in its failure."""

    __slots__ = ("_call", "_error", "_limit", "_pending", "_struck", "_timer")

    def __init__(self, call: Call, limit: float, error: type[UpstreamTimeout]) -> None:
        """`DeadlinePassed` ends the call, any other error the try."""
        self._call = call
        self._limit = limit
        self._error = error
        self._struck: UpstreamTimeout | None = None
        self._timer: Timer | None = None

    def over(self, pending: Deferred[Any], timers: Timers) -> Deferred[Any]:
        """Watch over `pending`."""
        self._pending = pending
        self._timer = timers.after(self._limit, self._due)
        body = self._call.body
        if body is not None and not body.complete:
            body.on_complete.append(self._body_came)
        return pending.addCallbacks(self._answered, self._failed)

    def _body_came(self) -> None:
        if self._timer is not None and self._timer.active:
            self._timer.restart()

    def _due(self) -> None:
        body = self._call.body
        if body is not None and body.flowing and self._timer is not None:
            self._timer.restart()
            return
        self._struck = self._error(LATE, reason=f"no response within {self._limit:g} s")
        if self._error is DeadlinePassed:
            self._call.give_up(self._struck)
        else:
            self._pending.cancel()

    def _rest(self) -> None:
        timer, self._timer = self._timer, None  # which knows us: no work for the collector
        if timer is not None:
            timer.cancel()

    def _answered(self, response: Any) -> Any:
        self._rest()
        return response

    def _failed(self, failure: Failure) -> Failure:
        self._rest()
        return _explained(failure, self._call) if self._struck is None else Failure(self._struck)


@define(eq=False)
class TryLimits:
    """``timeout.response`` and ``timeout.per-try``: a try, from its start to its response head."""

    _timers: Timers
    _following: Layer

    def send(self, call: Call) -> Deferred[Any]:
        """Send, and cancel this try when its time is over."""
        limit, error = _limit_of(call)
        pending = self._following.send(call)
        if limit is None or _over(pending):
            return pending
        return _Watch(call, limit, error).over(pending, self._timers)


def _over(pending: Deferred[Any]) -> bool:
    """Whether the result is there. A Deferred that was called may still wait for another."""
    return pending.called and not pending.paused


def _limit_of(call: Call) -> tuple[float | None, type[UpstreamTimeout]]:
    response, per_try = call.timeouts.response, call.timeouts.per_try
    if per_try is not None and (response is None or per_try <= response):
        return per_try, TryTimeout
    return response, UpstreamTimeout


@define(eq=False)
class Deadline:
    """``timeout.total``: from the request to its response head, waiting and back-off included."""

    _timers: Timers
    _following: Layer

    def send(self, call: Call) -> Deferred[Any]:
        """Send, and give the call up when its time is over."""
        pending = call.watch(self._following.send(call))
        limit = call.timeouts.total
        if limit is None or _over(pending):
            return pending.addErrback(_explained, call)
        return _Watch(call, limit, DeadlinePassed).over(pending, self._timers)


def _explained(failure: Failure, call: Call) -> Failure:
    # What was cancelled while it waited for a lease comes up as a bare CancelledError.
    if call.given_up is not None and failure.check(CancelledError):
        return Failure(call.given_up)
    return failure
