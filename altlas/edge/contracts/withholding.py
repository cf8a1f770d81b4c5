"""Answers that wait until it is known that they are as promised; else a 502 takes their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss

from altlas.backend.accounting import error_of
from altlas.edge.body import NO_BODY
from altlas.edge.patience import Patience
from altlas.errors import GatewayError, UpstreamTimeout

if TYPE_CHECKING:
    from altlas.backend.call import Call
    from altlas.backend.stack import Way
    from altlas.edge.contracts.answers import AnswerCheck


@define(eq=False)
class WithholdingStack:
    """A backend's way, whose answer comes when it was looked at.

    The verdict on the instance is that of the answer's head, as ever: a contract that is broken
    says that two programs do not fit each other, and not that one of them is ill.
    """

    _way: Way
    _check: AnswerCheck

    def send(self, call: Call) -> Deferred[Any]:
        """As the way itself, but it may fail with `ResponseMismatch`."""
        return self._way.send(call).addCallback(self._answered, call)

    def broken(self, call: Call, error: GatewayError) -> None:
        """As the way itself."""
        self._way.broken(call, error)

    def _answered(self, response: Any, call: Call) -> Any:
        check = self._check
        try:
            if not check.begin(response):
                return response
        except Exception:
            response.discard()
            raise
        take = getattr(response, "take_body", None)
        body = None if take is None else take()
        if body is None:
            return self._wait(response, call)
        check.look(body)
        return WholeResponse(response, body)

    def _wait(self, response: Any, call: Call) -> Deferred[Any]:
        held = HeldAnswer(response, self._check, lambda error: self.broken(call, error))
        timers = self._check.exchange.channel.listening.timers
        patience = Patience(call.timeouts, timers, held.stall)
        patience.watch_relay(held, NO_BODY)  # type: ignore[arg-type]
        decided = held.decided
        decided.addBoth(_rested, patience)
        response.deliverBody(held)
        return decided


def _rested(result: Any, patience: Patience) -> Any:
    patience.end()
    return result


class WholeResponse:
    """A response whose body is here."""

    def __init__(self, response: Any, body: bytes) -> None:
        self._response = response
        self._body = body

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)

    @property
    def trailers(self) -> Any:
        """The fields after the body."""
        return getattr(self._response, "trailers", [])

    def take_body(self) -> bytes:
        """Return the body."""
        return self._body

    def discard(self) -> None:
        """Do nothing: its connection is free already."""


class LongResponse:
    """A response whose body was held until it was too long for that, and goes on now."""

    def __init__(self, response: Any, held: HeldAnswer) -> None:
        self._response = response
        self._held = held

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)

    def take_body(self) -> None:
        """Return nothing: it is not here whole."""

    def deliverBody(self, protocol: Protocol) -> None:
        """Give what was held, and what comes, to `protocol`."""
        self._held.give(protocol)

    def discard(self) -> None:
        """Refuse the body."""
        self._held.cut()


class HeldAnswer(Protocol):
    """Takes a body until all of it is here, or too much; `decided` gets the response then.

    It fails with `ResponseMismatch`, or with what the body broke off by, of which `broken` is
    told. To cancel it is to cut the instance's connection.
    """

    def __init__(
        self, response: Any, check: AnswerCheck, broken: Callable[[GatewayError], object]
    ) -> None:
        self._response = response
        self._check = check
        self._broken = broken
        self._pieces: list[bytes] = []
        self._size = 0
        self._receiver: Protocol | None = None
        self._end: Failure | None = None
        self._open = True  # whether it is not decided yet
        self.decided: Deferred[Any] = Deferred(lambda _: self.cut())
        #: called at every arrival
        self.on_progress: Callable[[], object] | None = None

    # --- the instance's side -----------------------------------------------------------------

    def dataReceived(self, data: bytes) -> None:
        """A piece of the body."""
        if self._receiver is not None:
            self._receiver.dataReceived(data)
            return
        self._pieces.append(data)
        self._size += len(data)
        if self._open:
            if self.on_progress is not None:
                self.on_progress()
            if self._size > self._check.most:
                self._open = False
                self._check.leave("long")
                self.decided.callback(LongResponse(self._response, self))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The body's end, or that it broke off."""
        if self._receiver is not None:
            self._receiver.connectionLost(reason)
            return
        self._end = reason
        if not self._open:
            return
        self._open = False
        if reason.check(ResponseDone, PotentialDataLoss):
            self._look()
        else:
            self._fail(error_of(reason))

    def _look(self) -> None:
        body = b"".join(self._pieces)
        try:
            self._check.look(body)
        except Exception:
            self.decided.errback(Failure())
        else:
            self.decided.callback(WholeResponse(self._response, body))

    def _fail(self, error: GatewayError) -> None:
        self._broken(error)
        self.decided.errback(Failure(error))

    # --- who waits ---------------------------------------------------------------------------

    def stall(self) -> None:
        """It took too long for a piece to come."""
        if self._open:
            self.cut()
            self._fail(UpstreamTimeout("The service stalled.", reason="stalled in its answer"))

    def cut(self) -> None:
        """Nobody wants the rest: let go of the instance's connection."""
        self._open = False
        transport: Any = self.transport
        if hasattr(transport, "stopProducing"):
            transport.stopProducing()
        elif transport is not None:
            transport.loseConnection()

    def give(self, receiver: Protocol) -> None:
        """Have `receiver` take what was held, and all that comes."""
        transport: Any = self.transport
        self._receiver = receiver
        receiver.makeConnection(transport)
        pieces, self._pieces = self._pieces, []
        receiver.dataReceived(b"".join(pieces))
        if self._end is not None:
            receiver.connectionLost(self._end)
