"""Test doubles that stand in for the gateway's surroundings, for its own tests and yours.

`StubClient` takes the place of the treq client that the leaf sends with: it answers
what it was told to, in order, and remembers what it was asked.

    client = StubClient(Answer(body=b"[]"), UpstreamReset(), NEVER)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

from attrs import define, field, frozen
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from twisted.python.failure import Failure
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

from altlas.errors import UpstreamCancelled
from altlas.upstream.headers import HeadersLike, fields_of
from altlas.upstream.request import Informational, Outgoing, UpstreamRequest
from altlas.upstream.response import DONE, UpstreamResponse
from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED
from altlas.wire.heads import ResponseHead


@frozen
class Answer:
    """A response to give: `informational` are the statuses of 1xx heads before it.

    The body is whole, unless `broken` says by which error it ends after these bytes,
    or `open` leaves the rest to the test (`Asked.response`).
    """

    status: int = 200
    fields: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    trailers: tuple[tuple[bytes, bytes], ...] = ()
    informational: tuple[int, ...] = ()
    broken: Exception | None = None
    open: bool = False


class _Silence(Enum):
    NEVER = "no answer, until the test gives one or the request is cancelled"


#: The step of a script that gives no answer.
NEVER: Final = _Silence.NEVER

#: One step of a script: a response, an error instead of one, or nothing at all.
Step = Answer | Exception | _Silence


class ScriptEnded(AssertionError):
    """The client was asked more often than its script has answers."""


@define(eq=False)
class Flow:
    """What was done to the pace of a response's body."""

    paused: bool = False
    aborted: bool = False
    drained: bool = False
    _response: UpstreamResponse | None = field(default=None, init=False)

    def pause(self) -> None:
        """Remember that the body's taker wants nothing more."""
        self.paused = True

    def resume(self) -> None:
        """Remember that the body's taker wants more."""
        self.paused = False

    def abort(self) -> None:
        """End the body as a connection does that was cut."""
        self.aborted = True
        if self._response is not None:
            self._response.ended(Failure(UpstreamCancelled()))

    def drain(self, limit: int) -> None:
        """Remember that the body was refused."""
        self.drained = True

    def carries(self, response: UpstreamResponse) -> None:
        """Belong to `response` from now on."""
        self._response = response


@implementer(IConsumer)
@define(eq=False)
class _Collector:
    """A consumer that keeps everything."""

    collected: bytearray = field(factory=bytearray)

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        if not streaming:
            producer.resumeProducing()

    def unregisterProducer(self) -> None: ...

    def write(self, data: bytes) -> None:
        self.collected += data


@define(eq=False)
class Asked:
    """One request that the client was asked to send, and how it went on."""

    request: UpstreamRequest
    flow: Flow = field(factory=Flow)
    #: the response that was given, if it was one
    response: UpstreamResponse | None = None
    #: whether the asker gave the request up before it was answered
    cancelled: bool = False
    pending: Deferred[UpstreamResponse] = field(init=False)
    _body: _Collector = field(factory=_Collector, init=False)

    def __attrs_post_init__(self) -> None:
        self.pending = Deferred(self._cancel)
        body = self.request.body
        if isinstance(body, bytes):
            self._body.write(body)
        elif body is not None:
            body.startProducing(self._body).addErrback(lambda _: None)

    @property
    def body(self) -> bytes:
        """As much of the request's body as has come."""
        return bytes(self._body.collected)

    def answer(self, step: Step) -> None:
        """Carry out one step of a script: at once, or by a test when it is time for it."""
        if isinstance(step, Answer):
            self._respond(step)
        elif isinstance(step, Exception):
            self.pending.errback(Failure(step))

    def _respond(self, answer: Answer) -> None:
        for status in answer.informational:
            if self.request.informational is not None:
                self.request.informational(_head(status, (), 0))
        whole = answer.broken is None and not answer.open
        head = _head(answer.status, answer.fields, len(answer.body) if whole else CHUNKED)
        self.response = UpstreamResponse(head, self.request, self.flow)
        self.flow.carries(self.response)
        if answer.body:
            self.response.received(answer.body)
        self.response.trailers = list(answer.trailers)
        if answer.broken is not None:
            self.response.ended(Failure(answer.broken))
        elif not answer.open:
            self.response.ended(DONE)
        self.pending.callback(self.response)

    def _cancel(self, pending: Deferred[UpstreamResponse]) -> None:
        self.cancelled = True
        pending.errback(Failure(UpstreamCancelled()))


class StubClient:
    """A treq client without a network, as far as a gateway uses one."""

    def __init__(self, *steps: Step) -> None:
        """`steps` are the answers to whatever is asked, in order."""
        #: every request, in the order of asking
        self.asked: list[Asked] = []
        self._steps: deque[Step] = deque(steps)
        self._steps_at: dict[bytes, deque[Step]] = {}

    def script(self, *steps: Step) -> None:
        """Give these answers after those that the script has already."""
        self._steps.extend(steps)

    def script_at(self, origin: bytes, *steps: Step) -> None:
        """Give these answers to requests at `origin` (``b"http://127.0.0.1:9001"``) only."""
        self._steps_at.setdefault(origin, deque()).extend(steps)

    def request(
        self,
        method: str | bytes,
        url: str | bytes,
        *,
        headers: HeadersLike = None,
        data: IBodyProducer | bytes | None = None,
        informational: Informational | None = None,
        **options: Any,
    ) -> Deferred[UpstreamResponse]:
        """Answer by the next step of the script; `ScriptEnded` when there is none.

        The other `options` of treq are taken and left alone.
        """
        origin, target = _split(url if isinstance(url, bytes) else url.encode("ascii"))
        method = method if isinstance(method, bytes) else method.encode("ascii")
        fields: Fields = fields_of(headers)
        return self.send(UpstreamRequest(method, origin, target, fields, data, informational))

    def send(self, request: Outgoing) -> Deferred[UpstreamResponse]:
        """As the gateway's own client: the same for a request that is made already."""
        step = self._next(request.origin)
        asked = Asked(_as_it_is(request))
        self.asked.append(asked)
        asked.answer(step)
        return asked.pending

    def get(self, url: str | bytes, **options: Any) -> Deferred[UpstreamResponse]:
        """As treq's: `request` with GET."""
        return self.request(b"GET", url, **options)

    def _next(self, origin: bytes) -> Step:
        for steps in (self._steps_at.get(origin), self._steps):
            if steps:
                return steps.popleft()
        raise ScriptEnded(f"no answer is left for {origin.decode()}")


def _split(url: bytes) -> tuple[bytes, bytes]:
    cut = url.find(b"/", url.index(b"://") + 3)
    return (url, b"") if cut < 0 else (url[:cut], url[cut:])


def _head(status: int, fields: Iterable[tuple[bytes, bytes]], framing: int) -> ResponseHead:
    known = {each.value: each.phrase.encode() for each in HTTPStatus}
    listed: frozenset[bytes] = frozenset()
    return ResponseHead(status, known.get(status, b""), 1, list(fields), framing, True, listed, 0)


def _as_it_is(request: Outgoing) -> UpstreamRequest:
    """A copy: the gateway sends one request object again when it tries again, elsewhere."""
    return UpstreamRequest(
        request.method,
        request.origin,
        request.target,
        request.fields,
        request.body,
        request.informational,
        request.connect_timeout,
    )
