"""Decides once what a try meant, and writes it where others read it."""

from __future__ import annotations

from typing import Any

from attrs import define
from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.client import RequestTransmissionFailed, ResponseFailed

from altlas.backend.call import Call
from altlas.backend.picking import Layer
from altlas.backend.roster import Member, Roster
from altlas.errors import (
    ConnectFailed,
    GatewayError,
    UpstreamCancelled,
    UpstreamReset,
)
from altlas.observability.metrics import Metrics
from altlas.resilience.outcome import Outcome, Verdict, classify_error, classify_status
from altlas.timers import Clock

log = Logger()

# Looked up once: a member of an Enum costs a call each time it is named by its class.
_FAILURE = Verdict.FAILURE


def error_of(failure: Failure, given_up: GatewayError | None = None) -> GatewayError:
    """The gateway's word for what a client's Deferred failed with.

    `given_up` is why we cancelled it ourselves. Clients other than ours speak in Twisted's
    errors; what is none of those is a mistake in a program, and is logged as such.
    """
    error = failure.value
    if isinstance(error, GatewayError) and not isinstance(error, UpstreamCancelled):
        return error
    if isinstance(error, (CancelledError, UpstreamCancelled)):
        return given_up or UpstreamCancelled("The request was given up.")
    if isinstance(error, (ConnectError, DNSLookupError)):
        return ConnectFailed(reason=str(error))
    if isinstance(error, (ConnectionClosed, ResponseFailed, RequestTransmissionFailed, OSError)):
        return UpstreamReset(reason=repr(error))
    log.failure("A try failed in a way that was not foreseen", failure)
    return GatewayError(reason=repr(error))


@define(eq=False)
class Accounting:
    """Classifies a try's end into `Call.outcome` and counts it.

    A response is classified by its head; should its body break later, `broken` counts that
    as a failure of its own, so that a stream of hours does not keep its verdict back.
    """

    _backend: str
    _clock: Clock
    _metrics: Metrics
    _roster: Roster
    _following: Layer

    def send(self, call: Call) -> Deferred[Any]:
        """Send, then classify."""
        lease, record = call.lease, call.record
        assert lease is not None  # the layers above took it
        record.tries += 1
        record.instance = lease.member.name
        call.began = self._clock.seconds()
        body = call.body
        if body is not None and not body.complete:
            body.on_complete.append(lambda: self._body_came(call))
        try:
            pending = self._following.send(call)
        except Exception:  # a client's mistake: lease and breaker must hear of it like of others
            pending = fail()
        if call.given_up is not None:  # by something that happened while it was being sent
            pending.cancel()
        # The member is kept apart from the lease, which may be back before the try has ended.
        about = (call, lease.member)
        return pending.addCallbacks(
            self._answered, self._failed, callbackArgs=about, errbackArgs=about
        )

    def _body_came(self, call: Call) -> None:
        # A slow client must not look like a slow instance.
        call.began = self._clock.seconds()

    def _answered(self, response: Any, call: Call, member: Member) -> Any:
        record = call.record
        record.upstream_status = status = response.code
        record.connect = getattr(response, "connect_time", 0.0)
        self._classified(call, member, classify_status(status))
        return response

    def _failed(self, failure: Failure, call: Call, member: Member) -> Failure:
        error = error_of(failure, call.given_up)
        call.record.upstream_status = 0
        self._classified(call, member, classify_error(error))
        if isinstance(error, ConnectFailed):
            self._roster.unreachable(member, error.reason)
        return Failure(error)

    def _classified(self, call: Call, member: Member, outcome: Outcome) -> None:
        took = self._clock.seconds() - call.began
        call.outcome = outcome
        call.record.upstream_duration = took
        member.requests += 1
        if outcome.verdict is _FAILURE:
            member.failures += 1
        self._metrics.attempted(self._backend, member.name, outcome, took)

    def broken(self, call: Call, error: GatewayError) -> Outcome:
        """A body broke off after its head was counted as a success: what that meant."""
        outcome = classify_error(error)
        if outcome.verdict is _FAILURE:
            if call.lease is not None:
                call.lease.member.failures += 1
            self._metrics.broken(self._backend, outcome.cause)
        return outcome
