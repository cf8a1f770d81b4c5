"""Decides once what a try meant, and writes it where others read it."""

from __future__ import annotations

from typing import Any

from attrs import define
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.client import RequestTransmissionFailed, ResponseFailed

from altlas.backend.call import Call
from altlas.errors import (
    ConnectFailed,
    GatewayError,
    UpstreamCancelled,
    UpstreamReset,
)
from altlas.observability.metrics import Metrics
from altlas.resilience.outcome import BY_STATUS, Outcome, Verdict, classify_error

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
    """Classifies a try's end and counts it, at the record, the member and the metrics.

    A response is classified by its head; should its body break later, `broken` counts that
    as a failure of its own, so that a stream of hours does not keep its verdict back.
    """

    _backend: str
    _metrics: Metrics

    def answered(self, call: Call, response: Any, now: float) -> Outcome:
        """A try of `call` was answered."""
        record, member = call.record, call.member
        status: int = response.code
        record.upstream_status = status
        record.connect = response.connect_time
        record.upstream_duration = took = now - call.began
        outcome = BY_STATUS[status]
        member.requests += 1
        if outcome.verdict is _FAILURE:
            member.failures += 1
        self._metrics.attempted(self._backend, member.name, outcome, took)
        return outcome

    def failed(self, call: Call, error: GatewayError, now: float) -> Outcome:
        """A try of `call` ended without an answer."""
        record, member = call.record, call.member
        record.upstream_status = 0
        record.upstream_duration = took = now - call.began
        outcome = classify_error(error)
        member.requests += 1
        if outcome.verdict is _FAILURE:
            member.failures += 1
        self._metrics.attempted(self._backend, member.name, outcome, took)
        return outcome

    def broken(self, call: Call, error: GatewayError) -> Outcome:
        """A body broke off after its head was counted as a success: what that meant."""
        outcome = classify_error(error)
        if outcome.verdict is _FAILURE:
            call.member.failures += 1
            self._metrics.broken(self._backend, outcome.cause)
        return outcome
