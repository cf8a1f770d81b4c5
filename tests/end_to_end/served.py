"""One gateway, one backend, one client: what most end-to-end tests begin with."""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from altlas.observability.record import ExchangeRecord
from tests.end_to_end.harness import Gateway, ini, running_gateway
from tests.end_to_end.messages import Message
from tests.end_to_end.observed import records, reported, under_way
from tests.end_to_end.rawclient import RawClient
from tests.end_to_end.rude import Behaviour, RudeBackend, rude_backend


class Served(TestCase):
    """A gateway before one backend, with one client."""

    backend: RudeBackend
    gateway: Gateway
    client: RawClient
    #: of every exchange that ended
    records: list[ExchangeRecord]

    async def serve(self, behaviour: Behaviour, **settings: str) -> RawClient:
        """Start all three."""
        self.backend = rude_backend(self, behaviour)
        self.gateway = await running_gateway(self, ini(self.backend, **settings))
        self.records = records(self.gateway)
        self.client = await self.gateway.client()
        return self.client

    @property
    def passed(self) -> Message:
        """The request that came to the backend last."""
        return self.backend.requests[-1]

    async def reported(self, count: int = 1) -> ExchangeRecord:
        """The record of the exchange that ended as number `count`, once there are so many.

        By then nothing of it may be left: it has its lease no more.
        """
        record = await reported(self.records, count)
        self.assertEqual(under_way(self.gateway), (0, 0))
        return record
