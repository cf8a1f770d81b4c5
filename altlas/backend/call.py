"""One request to a backend, over all its tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from attrs import define, field
from twisted.internet.defer import Deferred

from altlas.errors import GatewayError
from altlas.observability.record import ExchangeRecord
from altlas.resilience.retry import RetryWishes
from altlas.settings.tree import Timeouts
from altlas.upstream.request import Informational, Outgoing
from altlas.wire.fields import Fields
from altlas.wire.heads import ResponseHead
from altlas.wire.section import Section
from altlas.wire.upgrades import Offer

if TYPE_CHECKING:
    from altlas.backend.picking import Picker
    from altlas.backend.roster import Member
    from altlas.backend.timing import Limit, TimeLimits
    from altlas.resilience.admission import Admission


class Body(Protocol):
    """What the stack asks of a request's body; besides, it is an `IBodyProducer`."""

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
class Call(Outgoing):
    """One request to a backend, and what the stack has to remember of it on its way.

    Its maker says what is to be sent; all below that is the stack's. What belongs to a try is
    that of the last one. It is itself the request that each try sends.
    """

    method: bytes
    #: the request target, byte for byte as it will stand in the request line
    target: bytes
    fields: Fields | Section
    #: None for a request without a body
    body: Body | None
    record: ExchangeRecord
    timeouts: Timeouts
    #: gets every 1xx head that comes before the response's own
    informational: Informational = nobody
    #: whether each instance is to see its own address as Host
    host_of_instance: bool = False
    #: other protocols that the fields offer to go on in
    offer: Offer | None = None
    #: what its operation says about further tries
    wishes: RetryWishes | None = None

    #: why the gateway itself ended the call before its response came
    given_up: GatewayError | None = field(default=None, init=False)
    #: what `give_up` cancels: the call as a whole, whatever it waits for just now
    pending: Deferred[Any] | None = field(default=None, init=False)

    #: where the try goes to
    origin: bytes = field(default=b"", init=False)
    alone: bool = field(default=False, init=False)
    #: the instance of the try, and who is to hear that its use is over: as long as there is
    #: such a one, the call has a lease
    member: Member = field(init=False)
    lender: Picker | None = field(default=None, init=False)
    #: instances that failed it before
    tried: tuple[Member, ...] = field(default=(), init=False)
    #: the breaker's token of the try; there is one only where there is a breaker
    admission: Admission = field(init=False)

    #: when it was sent, and when its try was, or had all of the client's body (seconds)
    since: float = field(init=False)
    began: float = field(init=False)
    #: what may strike, the one under which it waits just now, and when that one does
    limits: TimeLimits = field(init=False)
    limit: Limit | None = field(default=None, init=False)
    due: float = field(init=False)
    #: the limit that struck, in words
    late: GatewayError | None = field(default=None, init=False)

    @property
    def connect_timeout(self) -> float | None:
        """Seconds that a try's connection may take, where one has to be made."""
        return self.timeouts.connect

    @property
    def held(self) -> bool:
        """Whether it has a lease that was not given back yet."""
        return self.lender is not None

    def give_up(self, why: GatewayError) -> None:
        """End the call before its response came; its Deferred fails with `why`.

        The first reason holds. May be called while the call is being sent: a body that
        turns out too long, say, when it is asked for.
        """
        if self.given_up is not None:
            return
        self.given_up = why
        if self.pending is not None:
            self.pending.cancel()

    def finish(self) -> None:
        """The last byte of the response has passed, or never will: give the lease back.

        May be called more than once.
        """
        lender, self.lender = self.lender, None
        if lender is not None:
            lender.give_back(self.member)

    def expired(self) -> None:
        """Its time is over (by the queue of its time limit, see `altlas.timers`)."""
        self.limits.expired(self)

    def body_came(self) -> None:
        """The client has sent the last byte of the body (by the body)."""
        self.limits.body_came(self)
