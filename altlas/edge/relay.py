"""Passes a response's body from its instance to the client, at the slower one's pace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH

from altlas.backend.accounting import error_of
from altlas.wire.chunked import chunk, last_chunk
from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE
from altlas.wire.heads import ResponseHead
from altlas.wire.trailers import safe_trailers
from altlas.wire.writing import response_bytes

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange


@define
class Answer:
    """The head of a response as it goes to the client."""

    status: int
    reason: bytes
    fields: Fields
    framing: int
    #: of the fields as they came, in lower case
    names: frozenset[bytes]


def _head_of(response: Any, method: bytes) -> ResponseHead:
    """The response's head; made from treq's interface where the client is not our own."""
    head: ResponseHead | None = getattr(response, "head", None)
    if head is not None:
        return head
    fields = [
        (name, value) for name, values in response.headers.getAllRawHeaders() for value in values
    ]
    framing = CHUNKED if response.length is UNKNOWN_LENGTH else response.length
    if method == b"HEAD" or response.code in (204, 304):
        framing = 0
    return ResponseHead(
        status=response.code,
        reason=response.phrase,
        minor=1,
        fields=fields,
        framing=framing,
        keep_alive=True,
        listed=frozenset(),
        size=0,
    )


def answer_to(exchange: Exchange, response: Any) -> Answer:
    """The head of `response` as the client of `exchange` gets it."""
    head = _head_of(response, exchange.head.method)
    framing = head.framing
    if framing < 0:
        # Of unknown length: chunks, for those who know them (RFC 9112, 6.1).
        framing = CHUNKED if exchange.head.minor else UNTIL_CLOSE
    fields = exchange.channel.listening.forwarding.response_fields(head)
    return Answer(head.status, head.reason, fields, framing, head.names)


def whole(answer: Answer, method: bytes, response: Any) -> tuple[bytes, int] | None:
    """All bytes of the answer and the size of its body, if the body is here complete.

    Most answers are small and come in one piece: they need no relay.
    """
    take: Callable[[], bytes | None] | None = getattr(response, "take_body", None)
    body = None if take is None else take()
    if body is None:
        return None
    head = response_bytes(answer.status, answer.reason, answer.fields, answer.framing, method)
    if answer.framing != CHUNKED:
        return head + body, len(body)
    return head + chunk(body) + last_chunk(safe_trailers(response.trailers)), len(body)


class Relay(Protocol):
    """The receiver of one response's body.

    The head waits for the first bytes of the body if those are there already, so that a
    small answer is one write. Pausing it pauses the instance.
    """

    def __init__(self, exchange: Exchange, response: Any, answer: Answer) -> None:
        self._exchange = exchange
        self._response = response
        self._chunked = answer.framing == CHUNKED
        self.answer = answer
        self._pending = b""
        self._ended = False
        self.on_progress: Callable[[], object] | None = None

    def start(self) -> None:
        """Take the body, and write the head at the latest when what is there of it is written."""
        answer = self.answer
        self._pending = response_bytes(
            answer.status,
            answer.reason,
            answer.fields,
            answer.framing,
            self._exchange.head.method,
        )
        self._response.deliverBody(self)
        if not self._ended:
            self._write(b"")

    def _write(self, data: bytes) -> None:
        if self._pending:
            data, self._pending = self._pending + data, b""
        if data:
            self._exchange.write(data)

    def dataReceived(self, data: bytes) -> None:
        """A piece of the body."""
        if self._ended:
            return
        if self.on_progress is not None:
            self.on_progress()
        self._exchange.record.bytes_out += len(data)
        self._write(chunk(data) if self._chunked else data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The body's end, or that it broke off."""
        if self._ended:
            return
        self._ended = True
        if reason.check(ResponseDone, PotentialDataLoss):
            trailers = safe_trailers(getattr(self._response, "trailers", []))
            self._write(last_chunk(trailers) if self._chunked else b"")
            self._exchange.complete()
        else:
            self._exchange.broken(error_of(reason))

    def stop(self) -> None:
        """Nobody wants the rest: let go of the instance's connection."""
        if not self._ended:
            self._ended = True
            self._let_go()

    def _let_go(self) -> None:
        transport: Any = self.transport
        if transport is None:
            self._response.discard()
        elif hasattr(transport, "stopProducing"):
            transport.stopProducing()
        else:
            transport.loseConnection()

    def pause(self) -> None:
        """The client is slow: leave the body on the instance's wire."""
        if not self._ended:
            self.transport.pauseProducing()  # type: ignore[union-attr]

    def resume(self) -> None:
        """The client caught up."""
        if self._ended:
            return
        if self.on_progress is not None:
            self.on_progress()
        self.transport.resumeProducing()  # type: ignore[union-attr]
