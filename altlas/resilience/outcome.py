"""What a try at an instance meant, decided in one place.

Breaker, ledger, retry, metrics and log all read this one verdict, so that they
cannot disagree. Every possible outcome of a status is built when the module is
loaded: a lookup a response is all that it costs.
"""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from altlas.errors import Fault, GatewayError, Retry, UpstreamCancelled, UpstreamError


class Verdict(Enum):
    """What a try says about the backend."""

    SUCCESS = "success"
    FAILURE = "failure"
    #: it says nothing: the client left, or the gateway refused before anything was sent
    IGNORABLE = "ignorable"


@frozen
class Outcome:
    """One try's meaning.

    `cause` is the word that ``retry.on`` and metrics know it by: ``connect``, ``reset``,
    ``timeout``, a status as ``502``, or nothing. `retry` says when another try is safe.
    """

    verdict: Verdict
    cause: str
    retry: Retry
    status: int | None


#: the server says that it will not, ever: nothing is broken
_REFUSALS = frozenset({501, 505})


def _of_status(status: int) -> Outcome:
    failed = 500 <= status <= 599 and status not in _REFUSALS
    verdict = Verdict.FAILURE if failed else Verdict.SUCCESS
    # Whether a status is retried is the operator's word (429 too), so it is never NEVER.
    return Outcome(verdict, str(status), Retry.IDEMPOTENT, status)


#: what `classify_status` gives, for who looks it up himself at every response
BY_STATUS = tuple(_of_status(status) for status in range(1000))
_BY_ERROR: dict[type[GatewayError], Outcome] = {}


def classify_status(status: int) -> Outcome:
    """The outcome of a response with this status (0 to 999).

    5xx is a failure, but for 501 and 505, which are answers about the request (RFC 9110,
    15.6.2 and 15.6.6); everything else is a success, 4xx included: the backend works.
    """
    return BY_STATUS[status]


def classify_error(error: GatewayError) -> Outcome:
    """The outcome of a try that ended without a whole response head.

    Failures of the upstream count against the backend. The client's faults, the gateway's
    own refusals (breaker, queue, no instance) and cancelled tries say nothing about it.
    """
    kind = type(error)
    outcome = _BY_ERROR.get(kind)
    if outcome is None:
        # An error's meaning is its class's, and the classes are few.
        outcome = _BY_ERROR[kind] = _of_error(kind)
    return outcome


def _of_error(kind: type[GatewayError]) -> Outcome:
    told = (
        issubclass(kind, UpstreamError)
        and not issubclass(kind, UpstreamCancelled)
        and kind.fault is Fault.UPSTREAM
    )
    return Outcome(
        verdict=Verdict.FAILURE if told else Verdict.IGNORABLE,
        cause=kind.cause,
        retry=kind.retry,
        status=None,
    )
