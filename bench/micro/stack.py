"""What the way of a call through a backend costs, without edge and wire.

A call is made, sent down a stack with everything on, answered by a client that does nothing, and
finished. Run as ``python -m bench.micro.stack [--profile]``; prints microseconds a call, once with
an answer that is there at once, once with one that comes later as from a socket.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from random import Random
from time import process_time
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.testing import MemoryReactorClock

import altlas.balancing
from altlas.backend.call import Call
from altlas.backend.running import Surroundings, running
from altlas.kinds import discover
from altlas.observability.metrics import Metrics
from altlas.observability.record import ExchangeRecord
from altlas.settings.tree import Backend, Instance, Timeouts
from altlas.timers import Timers
from altlas.upstream.client import GatewayClient

CALLS = 5_000
ROUNDS = 7
FIELDS = [(b"Host", b"gateway.example"), (b"Accept", b"application/json")]
LIMITS = Timeouts()


class Response:
    """As much of a response as the stack looks at."""

    code = 200
    connect_time = 0.0


class AtOnce(GatewayClient):
    """Answers before it is asked, nearly."""

    def __init__(self) -> None:
        self.answer = Response()

    def send(self, request: object) -> Deferred[Any]:
        """Answer at once."""
        return succeed(self.answer)

    def request(self, *_: Any, **__: Any) -> Deferred[Any]:  # type: ignore[override]
        """The same, for who speaks treq."""
        return succeed(self.answer)

    def go_on(self) -> None:
        """Nothing is left to be done."""


class Later(AtOnce):
    """Answers when it is told to."""

    def send(self, request: object) -> Deferred[Any]:
        """Answer later."""
        self.pending: Deferred[Any] = Deferred()
        return self.pending

    def request(self, *_: Any, **__: Any) -> Deferred[Any]:
        """The same, for who speaks treq."""
        return self.send(None)

    def go_on(self) -> None:
        """The answer comes."""
        self.pending.callback(self.answer)


def stack_over(client: AtOnce) -> Any:
    """The stack of a backend with two instances and the default settings, over `client`."""
    instances = tuple(Instance.parse(f"http://127.0.0.1:{port}") for port in (9001, 9002))
    reactor = MemoryReactorClock()
    surroundings = Surroundings(
        reactor=reactor,
        timers=Timers(reactor),
        wall_clock=reactor.seconds,
        random=Random(1),
        metrics=Metrics(),
        catalog=discover(altlas.balancing),
    )
    # It makes the client itself, which is as it should be but for here.
    original, module = GatewayClient, sys.modules["altlas.backend.running"]
    module.GatewayClient = lambda _agent: client  # type: ignore[attr-defined]
    try:
        return running(Backend(name="demo", instances=instances), surroundings).stack
    finally:
        module.GatewayClient = original  # type: ignore[attr-defined]


def calls(stack: Any, client: AtOnce, record: ExchangeRecord) -> None:
    """So many calls, one after another."""
    for _ in range(CALLS):
        call = Call(
            method=b"GET",
            target=b"/documents/42",
            fields=FIELDS,
            body=None,
            record=record,
            timeouts=LIMITS,
            informational=print,
            host_of_instance=False,
        )
        pending = stack.send(call)
        client.go_on()
        pending.addCallbacks(id, print)
        call.finish()
        record.tries = 0


def main() -> None:
    """Print µs a call, or a profile."""
    for client in (AtOnce(), Later()):
        stack, record = stack_over(client), ExchangeRecord()
        calls(stack, client, record)
        if "--profile" in sys.argv:
            profile = cProfile.Profile()
            profile.runcall(calls, stack, client, record)
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)
            continue
        best = float("inf")
        for _ in range(ROUNDS):
            started = process_time()
            calls(stack, client, record)
            best = min(best, (process_time() - started) / CALLS)
        print(f"one call, {type(client).__name__}: {best * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
