"""Every way in which an exchange can fail, in one tree.

Each error knows the status that the client gets, whose fault it is, whether another
try is safe, and its flag for the access log (Envoy's vocabulary where it has a word).
``str(error)`` is a plain sentence that may be shown to a client: no addresses of
backends, no traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import ClassVar

from attrs import frozen


class Fault(Enum):
    """Whose fault an error is."""

    CLIENT = "client"
    GATEWAY = "gateway"
    UPSTREAM = "upstream"


class Retry(Enum):
    """When another try is safe after an error."""

    ALWAYS = "nothing of the request was sent"
    IDEMPOTENT = "the request may have been carried out"
    NEVER = "another try cannot help"


class GatewayError(Exception):
    """An exchange failed. The class says how; the message says it to the client."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal gateway error"
    #: what the client is told where nothing more exact is known; the title if there is none
    detail: ClassVar[str] = ""
    flag: ClassVar[str] = "-"
    fault: ClassVar[Fault] = Fault.GATEWAY
    retry: ClassVar[Retry] = Retry.NEVER
    #: the word of ``retry.on`` that stands for this failure, if there is one
    cause: ClassVar[str] = ""

    def __init__(self, detail: str = "", *, reason: str = "", retry_after: float | None = None):
        """`detail` is for the client, `reason` for log and admin, `retry_after` in seconds."""
        said = detail or self.detail or self.title
        super().__init__(said)
        self.reason = reason or said
        self.retry_after = retry_after


# --- the client's fault: refused on the wire ---------------------------------------


class ClientError(GatewayError):
    """The request cannot be served as it is, whoever serves it."""

    status = 400
    title = "Bad request"
    flag = "DPE"
    fault = Fault.CLIENT


class BadRequest(ClientError):
    """Bytes that are not HTTP, or that two parsers could read in two ways."""


class RequestTimeout(ClientError):
    """The client did not send its request, or went silent within it."""

    status = 408
    title = "Request timeout"
    flag = "SI"


class BodyTooLarge(ClientError):
    """The body is longer than the route allows (RFC 9110, 15.5.14)."""

    status = 413
    title = "Content too large"
    detail = "The body is longer than it may be here."


class TargetTooLong(ClientError):
    """The request line is longer than the limit (RFC 9110, 15.5.15)."""

    status = 414
    title = "URI too long"
    detail = "The request line is too long."


class ExpectationFailed(ClientError):
    """An expectation other than ``100-continue`` (RFC 9110, 15.5.18)."""

    status = 417
    title = "Expectation failed"
    detail = "No expectation but 100-continue can be met here."


class HeadersTooLarge(ClientError):
    """Too many header fields, or too long ones (RFC 6585, 5)."""

    status = 431
    title = "Request header fields too large"
    detail = "The header fields are too many or too long."


class MethodUnknown(ClientError):
    """A method that the gateway does not know (RFC 9110, 15.6.2)."""

    status = 501
    title = "Not implemented"
    detail = "This method is not known here."


class VersionUnsupported(ClientError):
    """Neither HTTP/1.1 nor HTTP/1.0 (RFC 9110, 15.6.6)."""

    status = 505
    title = "HTTP version not supported"
    detail = "Only HTTP/1.1 and HTTP/1.0 are spoken here."


# --- the client's fault: refused by the routes -------------------------------------


class NoRoute(ClientError):
    """No route takes this host, path, header or query."""

    status = 404
    title = "Not found"
    detail = "No route takes this request."
    flag = "NR"


class MethodNotAllowed(ClientError):
    """A route takes the path, but not with this method."""

    status = 405
    title = "Method not allowed"
    flag = "NR"

    def __init__(self, allowed: tuple[str, ...] = (), detail: str = ""):
        super().__init__(detail or "This resource does not answer to this method.")
        self.allowed = allowed


# --- the client's fault: refused by a contract ---------------------------------------


@frozen
class Mismatch:
    """One thing in which a message is not what its contract says.

    `where` is the part that it is in: ``path``, ``query``, ``header``, ``cookie``, ``body``,
    ``content-type``, ``method``, ``security`` or ``status``. `pointer` leads to it (RFC 6901): into
    the body, or from the parameter's name on.
    """

    where: str
    pointer: str
    message: str

    def __str__(self) -> str:
        """The same for a log; short, for a pointer may hold what a client sent."""
        return f"{f'{self.where} {self.pointer}'.strip()}: {self.message}"[:200]


class ContractError(ClientError):
    """The request is not one that the backend's contract has."""

    detail = "The request does not keep to the contract of this service."
    flag = "CV"

    def __init__(self, mismatches: Iterable[Mismatch] = (), detail: str = ""):
        self.mismatches = tuple(mismatches)
        super().__init__(detail, reason=next(map(str, self.mismatches), ""))


class RequestMismatch(ContractError):
    """Parameters or body are not what the operation takes."""


class CredentialsMissing(ContractError):
    """The operation asks for credentials that are not there (RFC 9110, 15.5.2)."""

    status = 401
    title = "Unauthorized"
    detail = "The request brings none of the credentials that this operation asks for."

    def __init__(self, mismatches: Iterable[Mismatch] = (), challenges: Iterable[str] = ()):
        super().__init__(mismatches)
        #: values of WWW-Authenticate
        self.challenges = tuple(challenges)


class UnknownOperation(ContractError):
    """The contract has no such path."""

    status = 404
    title = "Not found"
    detail = "The contract of this service has no such path."


class OperationNotAllowed(ContractError):
    """The contract has the path, but not with this method."""

    status = 405
    title = "Method not allowed"
    detail = "The contract of this service has this path with other methods only."

    def __init__(self, allowed: Iterable[str] = (), mismatches: Iterable[Mismatch] = ()):
        super().__init__(mismatches)
        self.allowed = tuple(allowed)


class BodyTooLong(ContractError):
    """The body is longer than bodies are looked into (RFC 9110, 15.5.14)."""

    status = 413
    title = "Content too large"


class UnsupportedMediaType(ContractError):
    """The body is of a type, or encoded in a way, that the operation does not take."""

    status = 415
    title = "Unsupported media type"
    detail = "The operation does not take a body of this type."


class ClientGone(ClientError):
    """The client left before its answer was complete; nobody reads this status."""

    status = 499
    title = "Client closed request"
    flag = "DC"


# --- the gateway's: nothing was sent -----------------------------------------------


class Unavailable(GatewayError):
    """The backend cannot be asked just now."""

    status = 503
    title = "Service unavailable"
    flag = "UH"
    fault = Fault.UPSTREAM


class NoneHealthy(Unavailable):
    """Every instance of the backend is out of the pool; the reason says why each is."""


class QueueFull(Unavailable):
    """All instances are busy and the queue has no place left."""

    flag = "UO"


class QueueTimeout(Unavailable):
    """No instance came free while the request waited in the queue."""

    flag = "UO"


class BreakerOpen(Unavailable):
    """The backend's breaker refuses calls for the time being."""

    flag = "UO"


class ContractMissing(Unavailable):
    """The contract that requests are to be held to could not be read yet."""

    detail = "The contract of this service is not known yet."
    flag = "CV"
    fault = Fault.GATEWAY


class Stopping(Unavailable):
    """The gateway is going down and takes no new exchanges."""

    detail = "The gateway is going down."
    flag = "SD"
    fault = Fault.GATEWAY


class TooManyExchanges(GatewayError):
    """As many exchanges are in flight at the listener as there may be."""

    status = 503
    title = "Service unavailable"
    detail = "There are too many requests at the moment."
    flag = "UO"


class Exhausted(GatewayError):
    """The gateway itself has no descriptor, port or memory left for another connection."""

    status = 503
    title = "Service unavailable"
    flag = "UO"


class TunnelExpired(GatewayError):
    """A tunnel was silent, or lasted, for too long; nobody reads this status."""

    status = 504
    title = "Gateway timeout"
    flag = "TL"


# --- the backend's fault -----------------------------------------------------------


class UpstreamError(GatewayError):
    """A try at an instance failed."""

    status = 502
    title = "Bad gateway"
    flag = "UPE"
    fault = Fault.UPSTREAM
    retry = Retry.IDEMPOTENT


class ConnectFailed(UpstreamError):
    """No connection came about (refused, unreachable, TLS): nothing was sent."""

    detail = "No connection to the service could be made."
    flag = "UF"
    retry = Retry.ALWAYS
    cause = "connect"


class ConnectTimeout(ConnectFailed):
    """No connection came about within ``timeout.connect``: nothing was sent."""

    status = 504
    title = "Gateway timeout"
    detail = "No connection to the service could be made in time."


class UpstreamReset(UpstreamError):
    """The instance closed the connection before its answer was complete."""

    detail = "The service closed the connection before its answer was complete."
    flag = "UC"
    cause = "reset"


class UpstreamMalformed(UpstreamError):
    """The instance answered with what is not HTTP, or too long a head."""

    detail = "The service's answer was not valid HTTP."
    cause = "reset"


class ResponseMismatch(UpstreamError):
    """The answer is not one that the backend's contract has, and is not passed on."""

    detail = "The service's answer does not keep to its contract."
    flag = "CV"
    retry = Retry.NEVER

    def __init__(self, mismatches: Iterable[Mismatch] = ()):
        self.mismatches = tuple(mismatches)
        super().__init__(reason=next(map(str, self.mismatches), ""))


class UpstreamTimeout(UpstreamError):
    """The instance did not answer, or went silent within its answer."""

    status = 504
    title = "Gateway timeout"
    flag = "UT"
    cause = "timeout"


class TryTimeout(UpstreamTimeout):
    """One try took longer than ``timeout.per-try``; it is set to leave time for another."""

    cause = "504"


class DeadlinePassed(UpstreamTimeout):
    """``timeout.total`` ran out over all tries, waiting and back-off included."""

    retry = Retry.NEVER


class UpstreamCancelled(UpstreamError):
    """The try was given up by the gateway itself (client gone, deadline): no verdict."""

    flag = "DC"
    retry = Retry.NEVER
