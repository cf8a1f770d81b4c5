"""More at once than a backend bears."""

from __future__ import annotations

from twisted.internet.defer import Deferred, DeferredList
from twisted.trial.unittest import TestCase

from tests.end_to_end.harness import ini, running_gateway
from tests.end_to_end.observed import under_way
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import Connection, rude_backend
from tests.end_to_end.watching import until

CROWD = 300
SETTINGS = """max-requests = 1
queue.timeout = 8s
breaker.enabled = yes
breaker.minimum = 1"""


class OverloadTests(TestCase):
    """Queue and breaker together."""

    async def test_all_waiting_are_answered(self) -> None:
        """Whoever waits in the queue when the breaker opens is refused at once, each of them."""
        hold: Deferred[None] = Deferred()

        async def fails_later(connection: Connection) -> None:
            await connection.request()
            await hold
            connection.send(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")

        gateway = await running_gateway(
            self, ini(rude_backend(self, fails_later), backend=SETTINGS)
        )
        clients = [await gateway.client() for _ in range(CROWD)]
        for client in clients:
            client.send(request(b"GET", b"/"))
        picker = gateway.service.generation.backends["demo"].picker
        await until(lambda: picker.waiting == CROWD - 1)
        hold.callback(None)
        found = await DeferredList(
            [Deferred.fromCoroutine(client.response()) for client in clients], consumeErrors=True
        )
        statuses = [answer.status for _, answer in found]
        self.assertEqual((statuses.count(500), statuses.count(503)), (1, CROWD - 1))
        self.assertEqual(under_way(gateway), (0, 0))
        self.assertEqual((picker.in_flight, picker.waiting), (0, 0))
