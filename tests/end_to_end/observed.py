"""What a running gateway says and holds, for tests to look at."""

from __future__ import annotations

import json

from altlas.observability.record import ExchangeRecord
from tests.end_to_end.harness import Gateway
from tests.end_to_end.messages import Message
from tests.end_to_end.wire import Wire


def records(gateway: Gateway, listener: str = "public") -> list[ExchangeRecord]:
    """The records of all exchanges that end on a listener from now on; it grows as they do."""
    found: list[ExchangeRecord] = []
    listening = gateway.service.listeners[listener]
    report = listening.report

    def observed(record: ExchangeRecord) -> None:
        found.append(record)
        report(record)

    listening.report = observed
    return found


async def reported(found: list[ExchangeRecord], count: int = 1) -> ExchangeRecord:
    """Wait until `count` exchanges were reported; the last of them."""
    from twisted.internet import reactor

    wire = Wire(reactor)  # type: ignore[arg-type]
    for _ in range(400):
        if len(found) >= count:
            return found[count - 1]
        await wire.sleep(0.005)
    raise AssertionError(f"only {len(found)} of {count} exchanges were reported")


def under_way(gateway: Gateway, listener: str = "public") -> tuple[int, int]:
    """How many exchanges a listener has, and how many leases the backend ``demo`` has out."""
    service = gateway.service
    picker = service.generation.backends["demo"].picker
    return service.listeners[listener].in_flight, picker.in_flight


def problem(message: Message) -> dict[str, object]:
    """What a problem+json answer says."""
    assert message.value(b"Content-Type") == b"application/problem+json", message.raw
    told: dict[str, object] = json.loads(message.body)
    return told
