"""What the end-to-end tests of a backend's layers look at, and wait for."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from altlas.backend.running import RunningBackend
from altlas.observability.record import ExchangeRecord
from tests.end_to_end.harness import Gateway, ini, running_gateway
from tests.end_to_end.messages import Message
from tests.end_to_end.rude import RudeBackend, answers, response, rude_backend

#: a condition that does not come about within so many seconds fails its test
PATIENCE = 5.0


async def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until `condition` holds; looks every few milliseconds."""
    from twisted.internet import reactor

    clock: Any = reactor
    end = clock.seconds() + seconds
    while not condition():
        if clock.seconds() > end:
            raise AssertionError(f"did not come about within {seconds:g} s")
        await deferLater(clock, 0.002)


async def more(things: list[Any], count: int) -> None:
    """Wait until there are `count` things more in a list than now."""
    wanted = len(things) + count
    await until(lambda: len(things) >= wanted)


class Records:
    """Stands in for the access log: keeps the record of every exchange that ended."""

    def __init__(self) -> None:
        self.kept: list[ExchangeRecord] = []

    def write(self, record: ExchangeRecord) -> None:
        """Keep it."""
        self.kept.append(record)

    def reopen(self) -> None:
        """There is no file."""

    def close(self) -> None:
        """There is no file."""

    @property
    def last(self) -> ExchangeRecord:
        """The latest one."""
        return self.kept[-1]


class Observed:
    """A gateway for one backend, and what it knows of it."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.records = Records()
        service: Any = gateway.service
        service.access_log = self.records

    @property
    def backend(self) -> RunningBackend:
        """The backend at work."""
        return self.gateway.service.generation.backends["demo"]

    def health(self) -> list[bool]:
        """Whether each instance is in the pool, in the order of the settings."""
        return [member.ledger.healthy for member in self.backend.roster.members]

    async def get(self, target: bytes = b"/") -> Message:
        """The answer to one GET, on a connection of its own."""
        client = await self.gateway.client()
        answer = await client.get(target)
        client.close()
        return answer

    def settled(self) -> bool:
        """Whether no lease is out and nobody waits for one."""
        picker = self.backend.picker
        return not picker.in_flight and not picker.waiting


async def observed(test: TestCase, *backends: RudeBackend, **sections: str) -> Observed:
    """A gateway for `backends`; `sections` as for `ini`. It must be settled at the end."""
    one = Observed(await running_gateway(test, ini(*backends, **sections)))
    test.addCleanup(lambda: Deferred.fromCoroutine(until(one.settled)))
    return one


def named(test: TestCase, name: bytes) -> RudeBackend:
    """A backend that answers every request with its name."""
    return rude_backend(test, answers(response(name)))


def closed_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def blackhole(test: TestCase) -> str:
    """The URL of a socket that lets no connection come about: its backlog is full."""
    listening = socket.socket()
    test.addCleanup(listening.close)
    listening.bind(("127.0.0.1", 0))
    listening.listen(0)
    for _ in range(4):
        filling = socket.socket()
        test.addCleanup(filling.close)
        filling.setblocking(False)
        filling.connect_ex(listening.getsockname())
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
