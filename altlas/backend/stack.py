"""The way of a call to a backend: the one place where its parts are put together.

`Stack.send`, `Stack._try` and `Stack._answered` are that way, from top to bottom, as nearly every
call goes it: one callback pair on the Deferred that the client gives, and nothing else that waits.
What rarely happens branches off: to wait for a lease, to pause before another try.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from attrs import frozen
from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from altlas.backend.accounting import Accounting, error_of
from altlas.backend.call import Call
from altlas.backend.guarding import Guard
from altlas.backend.picking import Picker
from altlas.backend.retrying import Retrying
from altlas.backend.roster import Member
from altlas.backend.sending import PlainSending, with_own_host
from altlas.backend.timing import TimeLimits
from altlas.errors import BreakerOpen, ConnectFailed, GatewayError
from altlas.observability.metrics import Metrics
from altlas.resilience.budget import RetryBudget
from altlas.settings.tree import Backend, Timeouts
from altlas.timers import Timers
from altlas.upstream.client import GatewayClient


@frozen(kw_only=True)
class Parts:
    """What a stack is made of: one backend's state, and what the gateway lends it."""

    settings: Backend
    picker: Picker
    guard: Guard
    budget: RetryBudget
    #: `GatewayClient`, or any treq client
    client: Any
    timers: Timers
    random: Callable[[], float]
    metrics: Metrics


class Way(Protocol):
    """What a `Stack` is to those who send: something that looks at answers may stand before it."""

    def send(self, call: Call) -> Deferred[Any]: ...

    def broken(self, call: Call, error: GatewayError) -> None: ...


class Stack:
    """A backend's way for calls. `send` one; tell `broken` should the response's body break off."""

    __slots__ = (
        "_accounting",
        "_budget",
        "_clock",
        "_guard",
        "_limits",
        "_now",
        "_picker",
        "_retrying",
        "_timers",
        "_transmit",
    )

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        self._timers = parts.timers
        self._clock = parts.timers.clock
        self._now = parts.timers.clock.seconds
        self._budget = parts.budget
        self._picker = parts.picker
        self._guard = parts.guard if settings.breaker.enabled else None
        self._accounting = Accounting(settings.name, parts.metrics)
        self._retrying = Retrying(settings.retry, parts.budget, parts.random)
        #: by the id of the timeouts, one a route; to hash their values would cost more than to wait
        self._limits: dict[int, TimeLimits] = {}
        # Ours passes target and 1xx heads through untouched; a stub cannot.
        ours = isinstance(parts.client, GatewayClient)
        self._transmit = parts.client.send if ours else PlainSending(parts.client).send

    # --- the way of a call -------------------------------------------------------------

    def send(self, call: Call) -> Deferred[Any]:
        """The response to `call`, its body not delivered yet (an `IResponse`).

        Fails with a `GatewayError`. After a response the call holds its lease until
        `Call.finish`, which whoever takes the body must call, once it ended in any way.
        """
        # One reading of the clock for all that happens in this moment. The total time counts
        # from here: it covers waiting, tries and the pauses between them.
        call.since = now = self._now()
        call.limits = self._limits.get(id(call.timeouts)) or self._new_limits(call.timeouts)
        # Requests earn retries, tries do not: hence not below.
        self._budget.deposit(now)
        if call.body is not None:
            self._expect_body(call)
        # What is given up later, and all that the call waits for after it, is this Deferred.
        call.pending = pending = self._try(call, now)
        return pending

    def _try(self, call: Call, now: float, lease: Member | None = None) -> Deferred[Any]:
        # Each try picks anew, and another instance than the last. Where none is free it waits.
        member = lease or self._picker.take(call.tried)
        if member is None:
            return self._wait(call, now)
        call.member = member
        call.origin = member.origin
        call.lender = self._picker
        # The breaker is asked after the lease is there: what it knows may have changed while
        # the call waited in the queue.
        if self._guard is not None:
            try:
                call.admission = self._guard.ask(now)
            except BreakerOpen as refusal:
                call.finish()
                return fail(refusal)
        # From here on it is a try: counted, and with an instance to its name.
        record = call.record
        record.tries += 1
        record.instance = member.name
        # The try's own time, begun before it is sent: an answer may be there when `send` returns.
        call.began = now
        call.limits.sent(call, now)
        try:
            pending = self._transmit(with_own_host(call) if call.host_of_instance else call)
        except Exception:  # a client's mistake: lease and breaker must hear of it like of others
            pending = fail()
        if call.given_up is not None:  # by something that happened while it was being sent
            pending.cancel()
        about = (call,)
        return pending.addCallbacks(
            self._answered, self._failed, callbackArgs=about, errbackArgs=about
        )

    def _answered(self, response: Any, call: Call) -> Any:
        now = self._now()
        limit = call.limit
        if limit is not None:
            call.limit = None
            limit.queue.drop(call)
        # Classified once; breaker, retry and metrics all read that one verdict.
        outcome = self._accounting.answered(call, response, now)
        # The breaker hears of every try, the retries of what all that made of it.
        if self._guard is not None:
            self._guard.settle(call.admission, outcome, call.record.upstream_duration, now)
        if outcome.cause in self._retrying.causes and self._retrying.again(call, outcome, now):
            response.discard()
            return self._again(call, now)
        return response

    def _failed(self, failure: Failure, call: Call) -> Any:
        now = self._now()
        self._rest(call)
        # Clients differ in what they make of being cancelled, so what struck comes first.
        late, call.late = call.late, None
        error = late or error_of(failure, call.given_up)
        outcome = self._accounting.failed(call, error, now)
        if self._guard is not None:
            self._guard.settle(call.admission, outcome, call.record.upstream_duration, now)
        if isinstance(error, ConnectFailed):
            self._picker.roster.unreachable(call.member, error.reason)
        # No response, no lease: back before anybody hears of it.
        call.finish()
        if self._retrying.again(call, outcome, now):
            return self._again(call, now)
        return Failure(error)

    def broken(self, call: Call, error: GatewayError) -> None:
        """The body of the response to `call` broke off, with `error`: a failure more."""
        outcome = self._accounting.broken(call, error)
        if self._guard is not None:
            took = call.record.upstream_duration
            self._guard.settle(call.admission, outcome, took, self._now())

    # --- what rarely happens -----------------------------------------------------------

    def _new_limits(self, timeouts: Timeouts) -> TimeLimits:
        limits = self._limits[id(timeouts)] = TimeLimits(timeouts, self._timers)
        return limits

    def _rest(self, call: Call) -> None:
        """What `call` waited for is there, or never will be."""
        limit, call.limit = call.limit, None
        if limit is not None:
            limit.queue.drop(call)

    def _expect_body(self, call: Call) -> None:
        body = call.body
        assert body is not None
        self._retrying.expect(body, call.wishes)
        if not body.complete:
            body.on_complete.append(call.body_came)

    def _wait(self, call: Call, now: float) -> Deferred[Any]:
        """Stand in the queue for a lease."""
        call.limits.waits(call, now)
        waiting: Deferred[Any] = self._picker.wait(call.tried)
        return waiting.addBoth(self._waited, call, now).addCallbacks(
            self._served, _explained, callbackArgs=(call,), errbackArgs=(call,)
        )

    def _waited(self, result: Any, call: Call, since: float) -> Any:
        self._rest(call)
        call.record.queued += self._now() - since
        return result

    def _served(self, member: Member, call: Call) -> Deferred[Any]:
        return self._try(call, self._now(), member)

    def _again(self, call: Call, now: float) -> Deferred[Any]:
        """Another try, at another instance, after a pause."""
        call.finish()
        call.limits.waits(call, now)
        seconds = self._retrying.pause(call)
        call.tried = (*call.tried, call.member)
        pause: Deferred[Any] = deferLater(self._clock, seconds)  # type: ignore[arg-type]
        return pause.addBoth(self._paused, call).addCallbacks(
            self._awake, _explained, callbackArgs=(call,), errbackArgs=(call,)
        )

    def _paused(self, result: Any, call: Call) -> Any:
        self._rest(call)
        return result

    def _awake(self, _: Any, call: Call) -> Deferred[Any]:
        return self._try(call, self._now())


def _explained(failure: Failure, call: Call) -> Failure:
    # What was cancelled while it waited comes up as a bare CancelledError.
    if call.given_up is not None and failure.check(CancelledError):
        return Failure(call.given_up)
    return failure
