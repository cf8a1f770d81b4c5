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
from twisted.internet.task import Clock

from altlas.backend.call import Call
from altlas.backend.guarding import Guard
from altlas.backend.picking import Picker
from altlas.backend.roster import Roster
from altlas.backend.stack import Parts, Stack
from altlas.balancing import round_robin
from altlas.observability.metrics import Metrics
from altlas.observability.record import ExchangeRecord
from altlas.resilience.breaker import closed
from altlas.resilience.budget import RetryBudget
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

    def go_on(self) -> None:
        """Nothing is left to be done."""


class Later(AtOnce):
    """Answers when it is told to."""

    def send(self, request: object) -> Deferred[Any]:
        """Answer later."""
        self.pending: Deferred[Any] = Deferred()
        return self.pending

    def go_on(self) -> None:
        """The answer comes."""
        self.pending.callback(self.answer)


def stack_over(client: AtOnce) -> Stack:
    """The stack of a backend with two instances and the default settings, over `client`."""
    instances = tuple(Instance.parse(f"http://127.0.0.1:{port}") for port in (9001, 9002))
    settings, timers, chance = Backend(name="demo", instances=instances), Timers(Clock()), Random(1)
    roster = Roster.of(instances, settings.probe, timers.seconds)
    balancer = round_robin.make(round_robin.RoundRobin(), chance)
    return Stack(
        Parts(
            settings=settings,
            picker=Picker(roster, balancer, settings.max_requests, settings.queue, timers),
            guard=Guard(closed(settings.breaker, 0.0), chance.random),
            budget=RetryBudget(settings.retry.budget, settings.retry.budget_minimum),
            client=client,
            timers=timers,
            random=chance.random,
            metrics=Metrics(),
        )
    )


def calls(stack: Stack, client: AtOnce, record: ExchangeRecord) -> None:
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
