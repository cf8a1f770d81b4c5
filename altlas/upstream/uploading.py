"""The body of one request on its way from its producer to the transport."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer, IPushProducer
from twisted.python.failure import Failure
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from altlas.wire.chunked import chunk, last_chunk


class WrongLength(Exception):
    """A body producer wrote more or fewer bytes than it had announced."""


class Outlet(Protocol):
    """What is wanted of a transport."""

    def write(self, data: bytes, /) -> object: ...

    def registerProducer(self, producer: Any, streaming: bool, /) -> object: ...

    def unregisterProducer(self) -> object: ...


@implementer(IConsumer, IPushProducer)
class Upload:
    """Frames what a body producer writes, and paces it as the transport asks.

    It stands between the two as consumer and as producer, so that the body's
    `stopProducing` is called at most once, however many sides want an end. `failed` is
    called once if the body cannot be completed; never after `stop`.
    """

    __slots__ = ("_body", "_failed", "_left", "_outlet", "done")

    def __init__(
        self, body: IBodyProducer, outlet: Outlet, failed: Callable[[Failure], None]
    ) -> None:
        self._body = body
        self._outlet = outlet
        self._failed = failed
        self._left: int | None = None if body.length is UNKNOWN_LENGTH else int(body.length)
        #: nothing more will be written
        self.done = False

    def start(self) -> None:
        """Let the body produce; it may write, and even end, before this returns."""
        self._outlet.registerProducer(self, True)
        try:
            produced: Deferred[None] = self._body.startProducing(self)
        except Exception:
            self._body_failed(Failure())
        else:
            produced.addCallbacks(self._body_ended, self._body_failed)

    def stop(self) -> None:
        """Write nothing more, and tell the body's producer so if it was still at work."""
        if not self.done:
            self._close()
            self._body.stopProducing()

    # --- to the body's producer: a consumer

    def write(self, data: bytes) -> None:
        """Send a piece of the body. More than announced fails the request."""
        if self.done or not data:
            return
        if self._left is None:
            self._outlet.write(chunk(data))
        elif len(data) <= self._left:
            self._left -= len(data)
            self._outlet.write(data)
        else:
            # Not one byte of it: it would be read as the next request.
            self.stop()
            self._failed(Failure(WrongLength("the body is longer than announced")))

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Do nothing: a body producer was registered with the transport by `start`."""

    def unregisterProducer(self) -> None:
        """Do nothing: a body ends with the Deferred of its `startProducing`."""

    # --- to the transport: a producer

    def pauseProducing(self) -> None:
        """Ask the body to wait: the transport is full."""
        if not self.done:
            self._body.pauseProducing()

    def resumeProducing(self) -> None:
        """Let the body go on."""
        if not self.done:
            self._body.resumeProducing()

    def stopProducing(self) -> None:
        """Stop, because the transport is gone; it has forgotten this producer already."""
        if not self.done:
            self.done = True
            self._body.stopProducing()

    # --- the body's end

    def _body_ended(self, _: object) -> None:
        if self.done:
            return
        if self._left:
            self._body_failed(Failure(WrongLength("the body is shorter than announced")))
            return
        if self._left is None:
            try:
                end = last_chunk(getattr(self._body, "trailers", None))
            except ValueError:
                self._body_failed(Failure())
                return
            self._outlet.write(end)
        self._close()

    def _body_failed(self, failure: Failure) -> None:
        if not self.done:
            self._close()
            self._failed(failure)

    def _close(self) -> None:
        self.done = True
        self._outlet.unregisterProducer()
