"""The body of a downstream request: a producer that leaves on the wire what nobody wants yet.

It reads ahead a little, so that a small body is there when its instance is, and the
client's leaving is noticed; beyond that the client is paced by whoever consumes.
What was consumed is kept up to a limit, so that an idempotent request can be sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IConsumer
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from altlas.errors import BodyTooLarge
from altlas.wire.bodies import body_reader
from altlas.wire.fields import Fields
from altlas.wire.limits import Limits
from altlas.wire.trailers import safe_trailers

READ_AHEAD = 64 * 1024


class Flow(Protocol):
    """The downstream transport as far as a body may steer it."""

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@implementer(IBodyProducer)
class DownstreamBody:
    """One request's body, from its channel to whichever instance takes it.

    `startProducing` may be called again after `stopProducing` while `replayable` holds;
    it then produces the whole body from its first byte.
    """

    __slots__ = (
        "_ahead",
        "_consumer",
        "_excess",
        "_finished",
        "_flow",
        "_keep",
        "_kept",
        "_kept_size",
        "_limit",
        "_paused",
        "_pending",
        "_pending_size",
        "_reader",
        "complete",
        "invited",
        "length",
        "on_complete",
        "on_progress",
        "pauses",
        "received",
        "withheld",
    )

    def __init__(self, framing: int, limits: Limits, flow: Flow) -> None:
        """`framing` as in `altlas.wire.framing`; what goes on until the close has an `end`."""
        self._reader = reader = body_reader(framing, limits)
        #: whether the client has sent all of it
        self.complete = reader.done
        self._flow = flow
        #: bytes, or `UNKNOWN_LENGTH`, as `IBodyProducer` has it
        self.length: Any = framing if framing >= 0 else UNKNOWN_LENGTH
        self.received = 0
        #: how often the client was made to wait
        self.pauses = 0
        #: lower-case names of fields that nobody but the gateway may say
        self.withheld: frozenset[bytes] = frozenset()
        #: whether the client sends without waiting for a 100 (Continue)
        self.invited = True
        #: called once, when the last byte has come from the client
        self.on_complete: list[Callable[[], object]] = []
        #: called at every arrival while the body is under way
        self.on_progress: Callable[[], object] | None = None
        self._limit: int | None = None
        self._ahead = READ_AHEAD
        self._excess: Callable[[], object] | None = None
        self._keep = 0
        self._kept: list[bytes] | None = []
        self._kept_size = 0
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._consumer: IConsumer | None = None
        self._finished: Deferred[None] | None = None
        self._paused = False

    # --- what others ask -----------------------------------------------------------

    @property
    def flowing(self) -> bool:
        """Whether it is being consumed and more is to come from the client."""
        if self._consumer is None or self.complete:
            return False
        return self.invited or self.received > 0

    @property
    def replayable(self) -> bool:
        """Whether it could be produced from its first byte (again)."""
        return self._kept is not None

    @property
    def trailers(self) -> Fields:
        """The fields of the trailer section that may be passed on, once complete."""
        trailers = self._reader.trailers
        return safe_trailers(trailers, self.withheld) if trailers else trailers

    def keep(self, size: int) -> None:
        """Keep up to `size` consumed bytes, for another try."""
        self._keep = size

    def limit(self, size: int) -> None:
        """Refuse a longer body than `size` bytes.

        Raises `BodyTooLarge` at once when its length, or what came of it, shows it to be.
        """
        self._limit = size
        if self.length is not UNKNOWN_LENGTH and self.length > size:
            raise BodyTooLarge(f"The body is longer than {size} bytes.")
        self._check()

    # --- before anybody consumes -----------------------------------------------------

    def hold(self, size: int, excess: Callable[[], object]) -> None:
        """Read up to `size` bytes before anybody consumes. `excess` is called once, when more
        came and the body is not complete; the client has to wait from then on.

        It may be called, or the body be complete, before this returns. What is held is consumed
        by `startProducing` like any body.
        """
        self._ahead, self._excess = size, excess
        if self._pending_size > size:
            self._overflow()
        else:
            self._flow.resume_reading()

    def held(self) -> bytes:
        """What came and was not consumed yet."""
        if len(self._pending) > 1:
            self._pending = [b"".join(self._pending)]
        return self._pending[0] if self._pending else b""

    # --- the channel's side ----------------------------------------------------------

    def feed(self, data: bytes) -> bytes:
        """Take bytes off the wire; give back those that follow the body's end.

        Raises `BadRequest` for a body that breaks its framing and `BodyTooLarge`.
        """
        reader = self._reader
        left = reader.left - len(data)
        if left > 0:
            reader.left = left
            payload = data  # nothing else, and no end of it
        else:
            payload = reader.feed(data)
        if payload:
            self.received += len(payload)
            self._check()
        if self.on_progress is not None:
            self.on_progress()
        consumer = self._consumer
        if left > 0 and self._kept is None and consumer is not None and not self._paused:
            # A long body on its way: nothing waits (it would have to be paused), none is kept.
            consumer.write(payload)
            return b""
        return self._take(payload)

    def _take(self, payload: bytes) -> bytes:
        """As `feed`, whatever state the body is in."""
        if payload:
            self._pending.append(payload)
            self._pending_size += len(payload)
        if self._reader.done:
            self._completed()
            return self._reader.rest
        if self._consumer is not None:
            if not self._paused:
                self._flush()
        elif self._pending_size > self._ahead:
            self._overflow()
        return b""

    def _overflow(self) -> None:
        self._hold_up()
        excess, self._excess = self._excess, None
        if excess is not None:
            self._ahead = READ_AHEAD
            excess()

    def _hold_up(self) -> None:
        self.pauses += 1
        self._flow.pause_reading()

    def end(self, trailers: Fields) -> None:
        """Take the end of a body whose framing does not show it, and the fields after it.

        Raises `BadRequest` where more bytes were announced.
        """
        self._reader.end()
        self._reader.trailers = trailers
        self._completed()

    def _check(self) -> None:
        if self._limit is not None and self.received > self._limit:
            raise BodyTooLarge(f"The body is longer than {self._limit} bytes.")

    def _completed(self) -> None:
        self.complete = True
        watchers, self.on_complete = self.on_complete, []
        for watcher in watchers:
            watcher()
        if self._consumer is not None and not self._paused:
            self._flush()

    # --- the consumer's side: IBodyProducer --------------------------------------------

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Write the body to `consumer`; the Deferred fires after its last byte."""
        if self._kept:
            self._pending[:0] = self._kept
            self._pending_size += self._kept_size
            self._kept, self._kept_size = [], 0
        self._paused = False
        if self.complete and not self._pending:
            return succeed(None)
        self._consumer = consumer
        finished: Deferred[None] = Deferred(self._cancelled)
        self._finished = finished
        self._flow.resume_reading()
        self._flush()
        return finished

    def _flush(self) -> None:
        if self._pending:
            data = b"".join(self._pending) if len(self._pending) > 1 else self._pending[0]
            self._pending.clear()
            self._pending_size = 0
            self._remember(data)
            assert self._consumer is not None
            self._consumer.write(data)
        # The write may have paused, stopped or finished us.
        if self.complete and not self._pending and self._finished is not None:
            finished, self._finished, self._consumer = self._finished, None, None
            finished.callback(None)

    def _remember(self, data: bytes) -> None:
        if self._kept is None:
            return
        self._kept_size += len(data)
        if self._kept_size > self._keep:
            self._kept = None
        else:
            self._kept.append(data)

    def _cancelled(self, _: Deferred[None]) -> None:
        self._detach()

    def _detach(self) -> None:
        self._consumer = self._finished = None
        if self._paused:
            # Only who reads hears of the client's leaving.
            self._paused = False
            self._flow.resume_reading()

    def pauseProducing(self) -> None:
        """The consumer has enough for now: leave the rest on the wire."""
        if self._consumer is not None and not self._paused:
            self._paused = True
            self._hold_up()

    def resumeProducing(self) -> None:
        """The consumer can take more."""
        if self._paused:
            self._paused = False
            self._flow.resume_reading()
            if self._consumer is not None:
                self._flush()

    def stopProducing(self) -> None:
        """The consumer is gone; another may be given to `startProducing`."""
        self._detach()


class WholeBody(bytes):
    """The body of a request that came in one read with its head, as most small ones do.

    It is nothing but its bytes: they are sent in the same write as the head, and again at
    another try.
    """

    complete = True
    flowing = False
    invited = True
    #: whether it may be sent again
    replayable = True
    #: nobody has to wait for its end
    on_complete: ClassVar[list[Callable[[], object]]] = []

    @property
    def received(self) -> int:
        """How long it is."""
        return len(self)

    def keep(self, size: int) -> None:
        """Be sent again only where it is no longer than `size` bytes."""
        if len(self) > size:
            self.replayable = False

    def limit(self, size: int) -> None:
        """Raise `BodyTooLarge` where it is longer than `size` bytes."""
        if len(self) > size:
            raise BodyTooLarge(f"The body is longer than {size} bytes.")


class NoBody:
    """What stands for the body of a request that has none: complete from the beginning.

    There is only one, since nothing ever happens to it.
    """

    __slots__ = ()

    complete = True
    flowing = False
    invited = True
    received = 0

    def limit(self, size: int) -> None:
        """Nothing is never too long."""


NO_BODY = NoBody()

#: what stands for the body of a request
Body = DownstreamBody | WholeBody | NoBody
