"""Many requests on one connection, one after the other and all at once."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.end_to_end.observed import problem
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import Connection, answers, response
from tests.end_to_end.served import Served

FIXED = "[route:fixed]\npath = /fixed\nrespond.status = 200\nrespond.body = " + "x" * 1000
CLOSE = b"Connection: close"


async def echoes_target(connection: Connection) -> None:
    """Answer with the target; what asks for /slow waits a moment for it."""
    while True:
        asked = await connection.request()
        if asked.target.startswith(b"/slow"):
            await connection.sleep(0.02)
        connection.send(response(asked.target))


class PipeliningTests(Served):
    """Requests that do not wait for the answer to the one before."""

    async def test_order(self) -> None:
        """Answers come in the order of the requests, the slow and the gateway's own as well."""
        client = await self.serve(echoes_target, more=FIXED)
        targets = [b"/slow1", b"/b", b"/fixed", b"/slow2", b"/%zz", b"/z"]
        client.send(b"".join(request(b"GET", target) for target in targets[:4]))
        bodies = [(await client.response()).body for _ in targets[:4]]
        self.assertEqual(bodies, [b"/slow1", b"/b", b"x" * 1000, b"/slow2"])
        self.assertEqual(len(self.backend.connections), 1)

    async def test_bodies(self) -> None:
        """Sized and chunked bodies between pipelined requests end where they end."""
        client = await self.serve(echoes_target)
        chunked = request(b"POST", b"/b", b"Transfer-Encoding: chunked") + b"2\r\nxy\r\n0\r\n\r\n"
        client.send(
            request(b"POST", b"/a", body=b"GET / HTTP/1.1\r\n")
            + chunked
            + request(b"HEAD", b"/c")
            + request(b"PUT", b"/slow", body=b"0123456789")
            + request(b"GET", b"/e")
        )
        methods = [b"POST", b"POST", b"HEAD", b"PUT", b"GET"]
        bodies = [(await client.response(method)).body for method in methods]
        self.assertEqual(bodies, [b"/a", b"/b", b"", b"/slow", b"/e"])
        bodies = [each.body for each in self.backend.requests]
        self.assertEqual(bodies, [b"GET / HTTP/1.1\r\n", b"xy", b"", b"0123456789", b""])

    async def test_one_at_a_time(self) -> None:
        """The second request reaches no backend before the first is answered."""
        gate: Deferred[None] = Deferred()

        async def gated(connection: Connection) -> None:
            await connection.request()
            await gate
            connection.send(response(b"x"))

        client = await self.serve(gated)
        client.send(request(b"GET", b"/1") + request(b"GET", b"/2"))
        while not self.backend.requests:
            await client.sleep(0.01)
        await client.sleep(0.02)
        self.assertEqual([each.target for each in self.backend.requests], [b"/1"])
        self.backend.behaviour = echoes_target
        gate.callback(None)
        self.assertEqual((await client.response()).body, b"x")
        self.backend.connections[0].close()

    async def test_error_waits_its_turn(self) -> None:
        """A request that is refused on the wire is refused after those before it were answered."""
        client = await self.serve(echoes_target)
        client.send(request(b"GET", b"/slow") + b"nonsense\r\n\r\n" + request(b"GET", b"/never"))
        self.assertEqual((await client.response()).body, b"/slow")
        answer = await client.response()
        self.assertEqual((answer.status, answer.value(b"Connection")), (400, b"close"))
        self.assertEqual(await client.gone(), b"")
        self.assertEqual(len(self.backend.requests), 1)

    async def test_after_close(self) -> None:
        """What follows a request with `Connection: close` is nobody's."""
        client = await self.serve(echoes_target)
        client.send(request(b"GET", b"/1", CLOSE) + request(b"GET", b"/2"))
        answer = await client.response()
        self.assertEqual((answer.body, answer.value(b"Connection")), (b"/1", b"close"))
        self.assertEqual(await client.gone(), b"")
        self.assertEqual(len(self.records), 1)

    async def test_refused_by_route_keeps(self) -> None:
        """404 and 405 are answers like others: the connection stays."""
        route = "path = /only\nmethod = GET"
        client = await self.serve(echoes_target, route=route)
        client.send(request(b"GET", b"/x") + request(b"PUT", b"/only") + request(b"GET", b"/only"))
        missing, wrong, right = [await client.response() for _ in range(3)]
        self.assertEqual((problem(missing)["status"], problem(missing)["flag"]), (404, "NR"))
        self.assertEqual((wrong.status, wrong.value(b"Allow")), (405, b"GET, HEAD"))
        self.assertEqual(right.body, b"/only")
        self.assertEqual([each.status for each in self.records], [404, 405, 200])

    async def test_flood_is_bounded(self) -> None:
        """Who asks without end and reads nothing is made to wait, and costs no memory."""
        client = await self.serve(answers(response()), more=FIXED)
        client.pause()
        piece = request(b"GET", b"/fixed") * 500
        for _ in range(40):
            client.send(piece)
            await client.sleep(0.005)
        (channel,) = self.gateway.service.listeners["public"].channels
        self.assertTrue(channel.full)
        self.assertFalse(channel.reading)
        served = len(self.records)
        await client.sleep(0.05)
        self.assertEqual(len(self.records), served)  # so nothing more is written either
        self.assertLess(served, 20000)
        client.resume()
        await self.reported(served + 1)
