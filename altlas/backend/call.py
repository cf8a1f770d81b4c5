"""One request to a backend, over all its tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from attrs import define, field
from twisted.internet.defer import Deferred

from altlas.errors import GatewayError
from altlas.observability.record import ExchangeRecord
from altlas.resilience.outcome import Outcome
from altlas.settings.tree import Timeouts
from altlas.wire.fields import Fields
from altlas.wire.heads import ResponseHead

if TYPE_CHECKING:
    from altlas.backend.picking import Lease
    from altlas.backend.roster import Member


class Body(Protocol):
    """What the layers ask of a request's body; besides, it is an `IBodyProducer`."""

    on_complete: list[Callable[[], object]]

    @property
    def complete(self) -> bool: ...

    @property
    def flowing(self) -> bool: ...

    @property
    def replayable(self) -> bool: ...

    def keep(self, size: int) -> None: ...


def nobody(_: ResponseHead) -> None:
    """The informational heads of a call that nobody waits for."""


@define(eq=False)
class Call:
    """One request to a backend; the layers of the stack pass it down and write in it.

    It is the retry layer's business to make tries out of it: `lease`, `outcome` and
    `admission` belong to the try under way.
    """

    method: bytes
    #: the request target, byte for byte as it will stand in the request line
    target: bytes
    fields: Fields
    #: None for a request without a body
    body: Body | None
    record: ExchangeRecord
    timeouts: Timeouts
    #: gets every 1xx head that comes before the response's own
    informational: Callable[[ResponseHead], None] = nobody

    #: whether each instance is to see its own address as Host
    host_of_instance: bool = False

    tries: int = 0
    tried: list[Member] = field(factory=list)
    lease: Lease | None = None
    outcome: Outcome | None = None
    admission: Any = None
    #: when the try under way began, or had all of the client's body (seconds of the clock)
    began: float = 0.0
    #: why the gateway itself ended the call before its response came
    given_up: GatewayError | None = None
    _pending: Deferred[Any] | None = None

    def watch(self, pending: Deferred[Any]) -> Deferred[Any]:
        """Remember the Deferred that `give_up` cancels; returns it."""
        self._pending = pending
        return pending

    def give_up(self, why: GatewayError) -> None:
        """End the call before its response came; its Deferred fails with `why`.

        The first reason holds. May be called while the call is being sent: a body that
        turns out too long, say, when it is asked for.
        """
        if self.given_up is not None:
            return
        self.given_up = why
        if self._pending is not None:
            self._pending.cancel()

    def finish(self) -> None:
        """The last byte of the response has passed, or never will: give the lease back.

        May be called more than once.
        """
        lease, self.lease = self.lease, None
        if lease is not None:
            lease.release()
