"""What contracts are renewed by: everything that waits, or is not the same each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, Protocol

from attrs import frozen
from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.web.client import Agent

from altlas.contracts.contract import Contract
from altlas.contracts.differences import differences
from altlas.gateway.contracts.child import Judges
from altlas.gateway.contracts.endpoints import Endpoints
from altlas.gateway.contracts.fetching import AsSent


class Change(Protocol):
    """What one document says of an operation, and another one otherwise."""

    @property
    def operation(self) -> str: ...

    @property
    def breaking(self) -> bool: ...


@frozen(kw_only=True, eq=False)
class Means:
    """All of it, so that tests can have others."""

    clock: Any
    #: seconds since the epoch
    wall_clock: Callable[[], float]
    #: from 0 to 1
    random: Callable[[], float]
    #: a treq client with nothing in it
    client: Callable[[], Any]
    #: what a child process says of a document
    judge: Callable[[bytes], Deferred[bytes]]
    #: calls what would keep the reactor busy for too long
    in_thread: Callable[[Callable[[], Any]], Deferred[Any]]
    differences: Callable[[Contract, Contract], Iterable[Any]] = differences

    @classmethod
    def of(cls, reactor: Any, wall_clock: Callable[[], float], random: Random) -> Means:
        """Those of a gateway."""

        def in_thread(call: Callable[[], Any]) -> Deferred[Any]:
            return deferToThreadPool(reactor, reactor.getThreadPool(), call)

        agent = AsSent(Agent.usingEndpointFactory(reactor, Endpoints(reactor)))
        return cls(
            clock=reactor,
            wall_clock=wall_clock,
            random=random.random,
            client=lambda: HTTPClient(agent),
            judge=Judges(reactor).judge,
            in_thread=in_thread,
        )
