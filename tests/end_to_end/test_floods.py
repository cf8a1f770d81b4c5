"""Many hostile clients at once, and honest ones who do not notice.

Small versions of what `bench/floods.py` tries.
"""

from __future__ import annotations

import time

from tests.end_to_end.harness import ANY_PORT
from tests.end_to_end.observed import problem
from tests.end_to_end.rawclient import RawClient, request
from tests.end_to_end.rude import answers, response
from tests.end_to_end.served import Served
from tests.end_to_end.watching import until

#: connections of a flood
MANY = 200
POST = request(b"POST", b"/", b"Content-Length: 100000")


class FloodTests(Served):
    """Each flood of `MANY`, and one honest client."""

    async def flooded(self, said: bytes, limits: str = "") -> list[RawClient]:
        """A gateway with so many clients who said that much, and an honest one."""
        more = f"[listener:public]\nbind = {ANY_PORT}\n{limits}"
        honest = await self.serve(answers(response(b"ok")), more=more)
        # First of all, so that it owes nobody a first byte while all the others connect.
        await honest.get()
        clients = [await self.gateway.client() for _ in range(MANY)]
        for client in clients:
            client.send(said)
        return clients

    async def holds(self) -> None:
        """The honest client is answered as if it were alone."""
        began = time.monotonic()
        for _ in range(20):
            self.assertEqual((await self.client.get()).body, b"ok")
        # Generous, for machines that are busy with other things; it takes some 20 ms.
        self.assertLess(time.monotonic() - began, 5)

    async def gone(self, clients: list[RawClient]) -> list[bytes]:
        """Everything that each was told, once all are closed."""
        return [await client.gone() for client in clients]

    async def test_heads(self) -> None:
        """Heads that come a byte at a time get a 408 when their time is over, dripping or not."""
        clients = await self.flooded(b"GET / HTTP/1.1\r\nX: ", "timeout.headers = 300ms")
        await self.holds()
        for client in clients:
            client.send(b"x")
        for told in await self.gone(clients):
            self.assertTrue(told.startswith(b"HTTP/1.1 408 "), told)

    async def test_bodies(self) -> None:
        """Bodies that come too slowly get a 408."""
        clients = await self.flooded(POST + b"x", "limit.body-grace = 300ms\nlimit.body-rate = 1kB")
        await self.holds()
        for client in clients:
            client.send(b"x")
        for told in await self.gone(clients):
            self.assertTrue(told.startswith(b"HTTP/1.1 408 "), told)

    async def test_silent(self) -> None:
        """Who connects and says nothing is left, without a word."""
        clients = await self.flooded(b"", "timeout.first-byte = 300ms")
        await self.holds()
        self.assertEqual(set(await self.gone(clients)), {b""})

    async def test_idle(self) -> None:
        """Idle connections make room for those who have something to ask."""
        asked = request(b"GET", b"/")
        clients = await self.flooded(asked, f"limit.connections = {MANY + 20}")
        for client in clients:
            await client.response()
        await self.holds()
        # Two seconds make them idle; nobody would wait for their 75.
        capacity = self.gateway.service.listeners["public"].capacity
        for guest in list(capacity._idle[0].waiting):
            guest.due -= 2.0
        for _ in range(30):
            newcomer = await self.gateway.client()
            self.assertEqual((await newcomer.get()).body, b"ok")
        self.assertGreater(capacity.closed, 0)

    async def test_one_client(self) -> None:
        """One address has so many connections, and one more is closed at once."""
        more = f"[listener:public]\nbind = {ANY_PORT}\nlimit.connections-per-client = 3"
        await self.serve(answers(response(b"ok")), more=more)
        others = [await self.gateway.client() for _ in range(2)]
        refused = await self.gateway.client()
        self.assertEqual(await refused.gone(), b"")
        self.assertEqual(self.gateway.service.listeners["public"].capacity.refused, 1)
        await self.holds()
        self.assertEqual((await others[0].get()).body, b"ok")

    async def test_exchanges(self) -> None:
        """One exchange more than may be in flight gets a 503 that says when to come again."""
        more = f"[listener:public]\nbind = {ANY_PORT}\nlimit.exchanges = 1"
        client = await self.serve(answers(response(b"ok")), more=more)
        client.send(POST)
        listening = self.gateway.service.listeners["public"]
        await until(lambda: listening.in_flight == 1)
        other = await self.gateway.client()
        answer = await other.get()
        self.assertEqual((answer.status, problem(answer)["flag"]), (503, "UO"))
        self.assertEqual(answer.value(b"Retry-After"), b"1")
