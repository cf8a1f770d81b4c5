"""Answers that come before the body does: 100 (Continue), refusals, early responses."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.end_to_end.bulk import MEBIBYTE, pieces, pour
from tests.end_to_end.observed import problem
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import Connection, answers, answers_early, response
from tests.end_to_end.served import Served

EXPECT = b"Expect: 100-continue"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TEN = b"Content-Length: 10"
LARGE = b"Content-Length: %d" % (8 * MEBIBYTE)
FIXED = "[route:fixed]\npath = /fixed\nrespond.status = 200\nrespond.body = hello"


async def continues(connection: Connection) -> None:
    """Ask for the body before it is read, each time."""
    while True:
        await connection.head()
        connection.send(CONTINUE)
        connection.send(response(await connection.take(10)))


class ContinueTests(Served):
    """`Expect: 100-continue`."""

    async def test_passed_on(self) -> None:
        """The backend hears of the expectation, the client of its 100, and only then is sent.

        Each such request has a connection of its own: not every server reads what it asked for.
        """
        client = await self.serve(continues)
        for _ in range(2):
            client.send(request(b"POST", b"/", EXPECT, TEN))
            self.assertEqual((await client.response()).status, 100)
            client.send(b"0123456789")
            self.assertEqual((await client.response()).body, b"0123456789")
        self.assertIn(EXPECT, self.backend.connections[0].received)
        self.assertEqual(len(self.backend.connections), 2)

    async def test_impatient(self) -> None:
        """Who does not wait for the 100 is served as well."""
        client = await self.serve(continues)
        client.send(request(b"POST", b"/", EXPECT, TEN) + b"0123456789")
        answer = await client.response()
        if answer.status == 100:
            answer = await client.response()
        self.assertEqual(answer.body, b"0123456789")

    async def test_refused_by_gateway(self) -> None:
        """Who is refused is never told to send: final status, close, no backend."""
        client = await self.serve(continues, route="path = /only\nlimit.body = 20B", more=FIXED)
        for target, length, status in (
            (b"/nowhere", b"5", 404),
            (b"/only", b"21", 413),
            (b"/fixed", b"5", 200),
        ):
            client = await self.gateway.client()
            client.send(request(b"POST", target, EXPECT, b"Content-Length: " + length))
            answer = await client.response()
            self.assertEqual((answer.status, answer.value(b"Connection")), (status, b"close"))
            self.assertEqual(await client.gone(), b"")
        self.assertEqual(self.backend.connections, [])

    async def test_refused_by_backend(self) -> None:
        """A final status instead of the 100 is the answer, and the connection closes."""
        client = await self.serve(answers_early(response(b"no", status="417 No")))
        client.send(request(b"POST", b"/", EXPECT, TEN))
        answer = await client.response()
        self.assertEqual((answer.status, answer.value(b"Connection")), (417, b"close"))
        self.assertEqual(await client.gone(), b"")
        self.assertEqual((await self.reported()).bytes_in, 0)

    async def test_unasked(self) -> None:
        """A 100 that nobody waits for is not passed on."""
        client = await self.serve(answers(CONTINUE + response(b"x")))
        self.assertEqual((await client.get()).body, b"x")
        self.assertNotIn(b"100 Continue", client.received)

    async def test_silence(self) -> None:
        """A backend that neither asks for the body nor answers is late, not the client."""

        async def silent(connection: Connection) -> None:
            await connection.head()
            await connection.gone()

        client = await self.serve(silent, backend="timeout.response = 50ms")
        client.send(request(b"POST", b"/", EXPECT, TEN))
        answer = await client.response()
        self.assertEqual((answer.status, problem(answer)["flag"]), (504, "UT"))
        await self.backend.abandoned()


class EarlyTests(Served):
    """Responses while the request is still on its way."""

    async def test_refusal(self) -> None:
        """An early refusal reaches a client that sends on and on, and reads only then."""
        early = response(b"too much", status="413 Content Too Large")
        client = await self.serve(answers_early(early), route="limit.body = 64MiB")
        client.send(request(b"POST", b"/", LARGE))
        await pour(client, pieces(8 * MEBIBYTE)).done
        answer = await client.response()
        self.assertEqual((answer.status, answer.body), (413, b"too much"))
        self.assertEqual(answer.value(b"Connection"), b"close")
        self.assertEqual(await client.gone(), b"")
        self.assertEqual((await self.reported()).upstream_status, 413)

    async def test_refused_by_gateway(self) -> None:
        """So does the gateway's own: no reset overtakes it."""
        client = await self.serve(answers(response()))
        client.pause()
        client.send(request(b"POST", b"/", b"Content-Length: %d" % (32 * MEBIBYTE)))
        await pour(client, pieces(32 * MEBIBYTE)).done
        client.resume()
        self.assertEqual((await client.response()).status, 413)
        self.assertEqual(await client.gone(), b"")

    async def test_response_before_the_end(self) -> None:
        """A backend may answer in full before it has read the body: the answer comes whole."""

        async def answers_first(connection: Connection) -> None:
            await connection.head()
            connection.send(response(b"whole"))
            await connection.gone()

        client = await self.serve(answers_first)
        client.send(request(b"POST", b"/", TEN) + b"01234")
        answer = await client.response()
        self.assertEqual((answer.status, answer.body), (200, b"whole"))
        client.send(b"56789" + request(b"GET", b"/"))
        self.assertEqual(await client.gone(), b"")
        await self.backend.abandoned()
        self.assertEqual(len(self.backend.connections), 1)

    async def test_small_body_unread(self) -> None:
        """A body that came whole with its head does not cost the connection."""
        client = await self.serve(answers(response()), more=FIXED)
        for _ in range(2):
            answer = await client.ask(request(b"POST", b"/fixed", body=b"small"))
            self.assertEqual((answer.body, answer.values(b"Connection")), (b"hello", []))

    async def test_never_reused(self) -> None:
        """After an early answer the backend's connection serves nobody else."""
        gate: Deferred[None] = Deferred()

        async def early(connection: Connection) -> None:
            await connection.head()
            connection.send(response(b"early"))
            await gate

        client = await self.serve(early)
        client.send(request(b"POST", b"/", TEN))
        self.assertEqual((await client.response()).body, b"early")
        other = await self.gateway.client()
        self.assertEqual((await other.get()).body, b"early")
        self.assertEqual(len(self.backend.connections), 2)
        gate.callback(None)
