"""Decides once what a try meant, and writes it where others read it."""

from __future__ import annotations

from typing import Any

from attrs import define
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectError, DNSLookupError, TimeoutError
from twisted.python.failure import Failure

from altlas.backend.call import Call
from altlas.backend.picking import Layer
from altlas.errors import (
    ConnectFailed,
    GatewayError,
    UpstreamCancelled,
    UpstreamReset,
)
from altlas.observability.metrics import Metrics
from altlas.resilience.outcome import Outcome, Verdict, classify_error, classify_status
from altlas.timers import Clock

# Looked up once: a member of an Enum costs a call each time it is named by its class.
_FAILURE = Verdict.FAILURE


def error_of(failure: Failure, given_up: GatewayError | None = None) -> GatewayError:
    """The gateway's word for what a client's Deferred failed with.

    `given_up` is why we cancelled it ourselves. Clients other than ours speak in Twisted's
    errors; what is none of those is a connection that broke.
    """
    error = failure.value
    if isinstance(error, GatewayError) and not isinstance(error, UpstreamCancelled):
        return error
    if isinstance(error, (CancelledError, UpstreamCancelled)):
        return given_up or UpstreamCancelled("The request was given up.")
    if isinstance(error, (ConnectError, DNSLookupError, TimeoutError)):
        return ConnectFailed("No connection to the service.", reason=str(error))
    return UpstreamReset("The service closed the connection.", reason=repr(error))


@define(eq=False)
class Accounting:
    """Classifies a try's end into `Call.outcome` and counts it.

    A response is classified by its head; should its body break later, `broken` counts that
    as a failure of its own, so that a stream of hours does not keep its verdict back.
    """

    _backend: str
    _clock: Clock
    _metrics: Metrics
    _following: Layer

    def send(self, call: Call) -> Deferred[Any]:
        """Send, then classify."""
        call.record.tries += 1
        started = self._clock.seconds()
        return self._following.send(call).addCallbacks(
            self._answered, self._failed, callbackArgs=(call, started), errbackArgs=(call, started)
        )

    def _answered(self, response: Any, call: Call, started: float) -> Any:
        record = call.record
        record.upstream_status = status = response.code
        record.connect = getattr(response, "connect_time", 0.0)
        self._classified(call, classify_status(status), started)
        return response

    def _failed(self, failure: Failure, call: Call, started: float) -> Failure:
        error = error_of(failure, call.given_up)
        call.record.upstream_status = 0
        self._classified(call, classify_error(error), started)
        return Failure(error)

    def _classified(self, call: Call, outcome: Outcome, started: float) -> None:
        took = self._clock.seconds() - started
        call.outcome = outcome
        call.record.upstream_duration = took
        lease = call.lease
        assert lease is not None  # the layers above took it
        member = lease.member
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
