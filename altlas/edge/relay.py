"""Passes a response's body from its instance to the client, at the slower one's pace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss

from altlas.backend.accounting import error_of
from altlas.wire.chunked import chunk, last_chunk
from altlas.wire.framing import CHUNKED
from altlas.wire.trailers import safe_trailers

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange


class Relay(Protocol):
    """The receiver of one response's body.

    The head waits for the first bytes of the body if those are there already, so that a
    small answer is one write. Pausing it pauses the instance.
    """

    def __init__(self, exchange: Exchange, response: Any, head: bytes, framing: int) -> None:
        """`head` is the answer's as it is to be written, `framing` what it says.

        It is empty where the client's side writes it by itself, before the first piece.
        """
        self._exchange = exchange
        self._response = response
        self._record = exchange.record
        self._channel = exchange.channel
        self._chunked = framing == CHUNKED
        self.framing = framing
        self._pending: bytes | None = head
        self._ended = False
        self.on_progress: Callable[[], object] | None = None

    def start(self) -> None:
        """Take the body, and write the head at the latest when what is there of it is written."""
        self._response.deliverBody(self)
        if not self._ended:
            self._write(b"")

    def dataReceived(self, data: bytes) -> None:
        """A piece of the body."""
        if self._ended:
            return
        if self.on_progress is not None:
            self.on_progress()
        self._record.bytes_out += len(data)
        if self._chunked or self._pending is not None:
            self._write(chunk(data) if self._chunked else data)
        else:
            # Nearly all of a long body comes this way. Its client is there, or it had ended.
            self._channel.transport.write(data)

    def _write(self, data: bytes) -> None:
        if self._pending is not None:
            data, self._pending = self._pending + data, None
            self._exchange.write(data)
        elif data:
            self._exchange.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The body's end, or that it broke off."""
        if self._ended:
            return
        self._ended = True
        if reason.check(ResponseDone, PotentialDataLoss):
            trailers = safe_trailers(getattr(self._response, "trailers", []))
            if trailers and not self._chunked:
                self._channel.trail(trailers)
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
