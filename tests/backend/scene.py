"""A backend's stack over a scripted client, on a clock of the test's own."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from altlas.backend.call import Call
from altlas.backend.guarding import Guard
from altlas.backend.picking import Picker
from altlas.backend.roster import Member, Roster
from altlas.backend.stack import Parts, Stack
from altlas.balancing.round_robin import RoundRobinBalancer
from altlas.edge.body import DownstreamBody
from altlas.observability.metrics import Metrics
from altlas.observability.record import ExchangeRecord
from altlas.resilience.breaker import closed
from altlas.resilience.budget import RetryBudget
from altlas.settings.backends import Backend, BreakerSettings, RetrySettings, Timeouts
from altlas.settings.instances import Instance
from altlas.testing import Asked, Step, StubClient
from altlas.timers import Timers
from altlas.upstream.client import GatewayClient
from altlas.upstream.request import Outgoing
from altlas.wire.framing import CHUNKED
from altlas.wire.limits import Limits

#: what the scenes do without unless a test asks for it
NO_RETRIES = RetrySettings(tries=0)
NO_BREAKER = BreakerSettings(enabled=False)
NO_LIMITS = Timeouts(response=None, total=None)


def instance(port: int, weight: int = 1) -> Instance:
    """An instance on loopback."""
    url = f"http://127.0.0.1:{port}"
    return Instance(url=url, scheme="http", host="127.0.0.1", port=port, weight=weight)


def origin(port: int) -> bytes:
    """Where requests to the instance of that port go."""
    return b"http://127.0.0.1:%d" % port


def backend(count: int = 2, **settings: Any) -> Backend:
    """A backend of instances on ports 1, 2...; without retries and breaker unless given."""
    instances = tuple(instance(port) for port in range(1, count + 1))
    said = {"retry": NO_RETRIES, "breaker": NO_BREAKER, "timeout": NO_LIMITS, **settings}
    return Backend(name="demo", instances=instances, **said)


class OwnClient(GatewayClient):
    """The gateway's client as far as the stack is concerned; a script answers."""

    def __init__(self, script: StubClient) -> None:
        self.script = script

    def send(self, request: Outgoing) -> Deferred[Any]:
        """Answer by the script."""
        return self.script.send(request)


class Flow:
    """A client's connection that a body comes from."""

    def __init__(self) -> None:
        self.reading = True

    def pause_reading(self) -> None:
        """Read nothing more."""
        self.reading = False

    def resume_reading(self) -> None:
        """Read on."""
        self.reading = True


def body(data: bytes = b"", length: int | None = None) -> DownstreamBody:
    """A body of which `data` has come; its length is that of `data` unless given."""
    coming = DownstreamBody(len(data) if length is None else length, Limits(), Flow())
    if data:
        coming.feed(data)
    return coming


def endless_body() -> DownstreamBody:
    """A chunked body of which nothing has come yet."""
    return body(length=CHUNKED)


class Scene:
    """All that belongs to one backend, in the open. `roll` is every chance."""

    def __init__(self, settings: Backend, *steps: Step, client: Any = None) -> None:
        self.settings = settings
        self.clock = Clock()
        self.roll = 1.0
        self.timers = Timers(self.clock)
        self.metrics = Metrics()
        self.script = StubClient(*steps)
        self.roster = Roster.of(settings.instances, settings.probe, self.clock.seconds)
        self.picker = Picker(
            self.roster, RoundRobinBalancer(), settings.max_requests, settings.queue, self.timers
        )
        self.guard = Guard(closed(settings.breaker, 0.0), lambda: 0.0)
        self.budget = RetryBudget(settings.retry.budget, settings.retry.budget_minimum)
        self.stack = Stack(
            Parts(
                settings=settings,
                picker=self.picker,
                guard=self.guard,
                budget=self.budget,
                client=OwnClient(self.script) if client is None else client,
                timers=self.timers,
                random=lambda: self.roll,
                metrics=self.metrics,
            )
        )

    @property
    def asked(self) -> list[Asked]:
        """The requests that the client was asked to send."""
        return self.script.asked

    @property
    def origins(self) -> list[bytes]:
        """Which instances were asked, in order."""
        return [each.request.origin for each in self.asked]

    def member(self, port: int) -> Member:
        """The member of that port."""
        return self.roster.members[port - 1]

    def call(self, method: bytes = b"GET", **said: Any) -> Call:
        """A call with the backend's own time limits."""
        said.setdefault("body", None)
        said.setdefault("timeouts", self.settings.timeout)
        return Call(
            method=method, target=b"/", fields=[(b"Host", b"h")], record=ExchangeRecord(), **said
        )

    def send(self, call: Call) -> Deferred[Any]:
        """Send a call down the stack."""
        return self.stack.send(call)

    def down(self, port: int) -> None:
        """Let the probes put an instance out."""
        self.report(port, False, self.settings.probe.fall)

    def up(self, port: int) -> None:
        """Let the probes bring an instance back."""
        self.report(port, True, self.settings.probe.rise)

    def report(self, port: int, ok: bool, times: int = 1) -> None:
        """Report a probe's result, so many times."""
        for _ in range(times):
            self.roster.report(self.member(port), ok, f"probe said {ok}")

    def idle(self) -> bool:
        """Whether nothing is left: no lease, no waiter, no timer."""
        self.timers.close()  # only its own wake-ups, no more than one a length
        leases = [member.active for member in self.roster.members]
        return not (any(leases) or self.picker.in_flight or self.picker.waiting) and not (
            self.clock.getDelayedCalls()
        )


def take(picker: Picker, count: int) -> list[Member]:
    """The members of so many leases, all there at once."""
    members = [picker.take() for _ in range(count)]
    return [member for member in members if member is not None]


def timers_left(timers: Timers) -> int:
    """How many timers are still to fire."""
    return sum(len(queue.waiting) for queue in timers._queues.values())
