"""How connections end: answers arrive whole, to slow readers and on the way down."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from altlas.edge import farewell
from tests.end_to_end.bulk import MEBIBYTE, pieces, pour
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import Connection, answers, response, stalls
from tests.end_to_end.served import Served

OLD = b"GET / HTTP/1.0\r\n\r\n"


async def large(connection: Connection) -> None:
    """Answer with 8 MiB until the close."""
    await connection.head()
    connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
    await pour(connection, pieces(8 * MEBIBYTE)).done
    connection.close()


class ClosingTests(Served):
    """The close after an answer."""

    async def test_slow_reader(self) -> None:
        """Who reads slowly still gets the whole answer, however long after the close."""
        self.patch(farewell, "LINGER_SECONDS", 0.02)
        client = await self.serve(large)
        client.pause()
        client.send(OLD)
        await client.sleep(0.3)
        client.read_slowly(0.002)
        client.resume()
        await client.take_until(b"\r\n\r\n")
        await client.swallow(8 * MEBIBYTE)
        self.assertEqual(await client.gone(), b"")

    async def test_lets_go(self) -> None:
        """A client that neither closes nor says anything is let go of."""
        self.patch(farewell, "LINGER_SECONDS", 0.02)
        client = await self.serve(answers(response(b"x")))
        await client.get(b"/", b"Connection: close")
        client.pause()  # it does not even notice the close
        await client.sleep(0.1)
        self.assertEqual(self.gateway.service.listeners["public"].channels, set())
        client.resume()


class DrainTests(Served):
    """The gateway goes down."""

    async def test_finishes(self) -> None:
        """What is under way is finished, with `Connection: close`; who is idle is closed."""
        gate: Deferred[None] = Deferred()

        async def gated(connection: Connection) -> None:
            await connection.request()
            await gate
            connection.send(response(b"done"))

        busy = await self.serve(gated)
        idle = await self.gateway.client()
        begun = await self.gateway.client()
        busy.send(request(b"GET", b"/"))
        begun.send(b"GET / HTTP/1.1\r\n")
        await busy.sleep(0.02)
        stopping = self.gateway.service.stopService()
        self.assertEqual(await idle.gone(), b"")
        begun.send(b"Host: a\r\n\r\n")
        await busy.sleep(0.02)
        gate.callback(None)
        for client in (busy, begun):
            answer = await client.response()
            self.assertEqual((answer.body, answer.value(b"Connection")), (b"done", b"close"))
            self.assertEqual(await client.gone(), b"")
        await stopping

    async def test_cuts(self) -> None:
        """What takes longer than `drain.timeout` is cut, and the log says why."""
        client = await self.serve(stalls(), more="[gateway]\ndrain.timeout = 50ms")
        client.send(request(b"GET", b"/"))
        await client.sleep(0.02)
        await self.gateway.stop()
        self.assertEqual(await client.gone(), b"")
        self.assertEqual(((await self.reported()).flag), "SD")
        await self.backend.abandoned()
