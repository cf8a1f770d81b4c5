"""Either side goes away in the middle: the other hears of it, and nothing is left behind."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost

from tests.end_to_end.bulk import MEBIBYTE, pieces, pour
from tests.end_to_end.observed import problem
from tests.end_to_end.rawclient import RawClient, request
from tests.end_to_end.rude import Connection, closes, resets, resets_at_once, response, stalls
from tests.end_to_end.served import Served

SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n"
OLD = b"GET / HTTP/1.0\r\n\r\n"


class ClientGoneTests(Served):
    """The client leaves: the backend's request is cancelled at once."""

    async def left(self, client: RawClient, polite: bool, status: int) -> None:
        """Leave, and see that everything else goes too."""
        if polite:
            client.close()
        else:
            client.reset()
        record = await self.reported()
        self.assertEqual((record.flag, record.status), ("DC", status))
        await self.backend.abandoned()
        member = self.gateway.service.generation.backends["demo"].roster.members[0]
        self.assertEqual((member.active, member.failures), (0, 0))

    async def test_while_waiting(self) -> None:
        """Before any of the answer came."""
        for polite in (True, False):
            client = await self.serve(stalls())
            client.send(request(b"GET", b"/"))
            await self.asked()
            await self.left(client, polite, 499)

    async def test_in_half_a_head(self) -> None:
        """Within the answer's head."""
        client = await self.serve(stalls(b"HTTP/1.1 200 OK\r\nX: "))
        client.send(request(b"GET", b"/"))
        await self.asked()
        await self.left(client, True, 499)

    async def test_in_the_answer(self) -> None:
        """Within the answer's body."""
        for polite in (True, False):
            client = await self.serve(stalls(SIZED + b"half"))
            client.send(request(b"GET", b"/"))
            await client.take_until(b"half")
            await self.left(client, polite, 200)

    async def test_in_a_long_answer(self) -> None:
        """While the answer is waiting for the client to take more of it."""

        async def endless(connection: Connection) -> None:
            await connection.head()
            connection.send(UNTIL_CLOSE)
            await pour(connection, pieces(1024 * MEBIBYTE)).done

        client = await self.serve(endless)
        client.pause()
        client.send(request(b"GET", b"/"))
        await client.sleep(0.1)
        await self.left(client, False, 200)

    async def test_in_its_own_body(self) -> None:
        """Within its own body, of which the backend has a part."""

        async def reads(connection: Connection) -> None:
            await connection.take_until(b"01234")
            await connection.gone()

        client = await self.serve(reads)
        client.send(request(b"POST", b"/", b"Content-Length: 10") + b"01234")
        await client.sleep(0.02)
        await self.left(client, True, 499)
        self.assertEqual(self.backend.requests, [])

    async def test_in_a_chunked_body(self) -> None:
        """Within a chunked body: the backend must not see a last chunk."""

        async def reads(connection: Connection) -> None:
            await connection.take_until(b"abc\r\n")
            await connection.gone()

        client = await self.serve(reads)
        client.send(request(b"POST", b"/", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n")
        await client.sleep(0.02)
        await self.left(client, False, 499)
        self.assertEqual(self.backend.connections[0].untaken, b"")

    async def test_in_the_queue(self) -> None:
        """While it waits for an instance to come free: its place goes to the next."""
        first = await self.serve(stalls(), backend="max-requests = 1")
        first.send(request(b"GET", b"/first"))
        await self.asked()
        second = await self.gateway.client()
        second.send(request(b"GET", b"/second"))
        await second.sleep(0.02)
        picker = self.gateway.service.generation.backends["demo"].picker
        self.assertEqual(picker.waiting, 1)
        second.close()
        await second.sleep(0.02)
        self.assertEqual((picker.waiting, self.records[0].flag), (0, "DC"))
        first.close()
        await self.reported(2)
        await self.backend.abandoned()
        self.assertEqual([each.target for each in self.backend.requests], [b"/first"])

    async def test_before_a_request(self) -> None:
        """Who leaves without having asked, or within a head, is no exchange."""
        client = await self.serve(stalls())
        client.send(b"GET / HTTP/1.1\r\nHo")
        await client.sleep(0.01)
        client.close()
        await client.gone()
        await client.sleep(0.01)
        self.assertEqual(
            (self.records, self.gateway.service.listeners["public"].channels), ([], set())
        )

    async def asked(self) -> None:
        """Wait until the backend has the request."""
        from twisted.internet import reactor
        from twisted.internet.task import deferLater

        while not self.backend.requests:
            waiting: Deferred[None] = deferLater(reactor, 0.002)  # type: ignore[arg-type]
            await waiting


class BackendGoneTests(Served):
    """The backend goes away, or sends what is no answer."""

    async def test_before_the_head(self) -> None:
        """Without an answer's head the client gets a 502 and may go on."""
        for behaviour in (closes(), resets(), resets_at_once(), closes(b"HTTP/1.1 200 OK\r\nX")):
            client = await self.serve(behaviour)
            for _ in range(2):
                answer = await client.get()
                self.assertEqual((answer.status, problem(answer)["flag"]), (502, "UC"))

    async def test_malformed(self) -> None:
        """What is not HTTP is a 502 too, and says nothing of the backend."""
        for bytes_ in (
            b"nonsense\r\n\r\n",
            b"HTTP/2 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n",
        ):
            client = await self.serve(closes(bytes_))
            answer = await client.get()
            self.assertEqual((answer.status, problem(answer)["flag"]), (502, "UPE"), bytes_)
            self.assertNotIn(self.backend.address.encode(), answer.raw)

    async def test_in_a_sized_body(self) -> None:
        """A sized answer that is cut stays too short, and the connection closes."""
        for behaviour in (closes, resets):
            client = await self.serve(behaviour(SIZED + b"half"))
            client.send(request(b"GET", b"/"))
            await client.gone()
            self.assertTrue(client.received.endswith(b"half"))
            record = await self.reported()
            self.assertEqual((record.status, record.flag, record.bytes_out), (200, "UC", 4))

    async def test_in_a_chunked_body(self) -> None:
        """A chunked answer that is cut has no last chunk, and the connection closes."""

        async def stumbles(connection: Connection) -> None:
            await connection.request()
            connection.send(CHUNKED + b"4\r\nhalf\r\n")
            await connection.sleep(0.01)
            connection.send(b"x\r\n")

        for behaviour, flag in (
            (closes(CHUNKED + b"4\r\nhalf\r\n"), "UC"),
            (resets(CHUNKED + b"4\r\nhalf\r\n"), "UC"),
            (closes(CHUNKED + b"8\r\nhalf"), "UC"),
            (stumbles, "UPE"),
        ):
            client = await self.serve(behaviour)
            client.send(request(b"GET", b"/"))
            await client.gone()
            self.assertIn(b"4\r\nhalf\r\n", client.received)
            self.assertNotIn(b"\r\n0\r\n\r\n", client.received)
            self.assertEqual((await self.reported()).flag, flag)

    async def test_old_client(self) -> None:
        """A client that knows only the close as an end gets a reset instead."""
        for body in (CHUNKED + b"4\r\nhalf\r\n", UNTIL_CLOSE + b"half"):
            client = await self.serve(resets(body))
            client.send(OLD)
            await client.gone()
            assert client.reason is not None
            self.assertIsNotNone(client.reason.check(ConnectionLost), client.reason)
        client = await self.serve(closes(UNTIL_CLOSE + b"whole"))
        client.send(OLD)
        self.assertTrue((await client.gone()).endswith(b"whole"))
        assert client.reason is not None
        self.assertIsNotNone(client.reason.check(ConnectionDone))

    async def test_in_the_request(self) -> None:
        """A backend that goes away while it is sent a body is a 502; the rest is not awaited."""

        async def leaves(connection: Connection) -> None:
            await connection.head()
            connection.reset()

        client = await self.serve(leaves, route="limit.body = 64MiB")
        client.send(request(b"PUT", b"/", b"Content-Length: %d" % (8 * MEBIBYTE)))
        poured = pour(client, pieces(8 * MEBIBYTE))
        answer = await client.response()
        self.assertEqual((answer.status, answer.value(b"Connection")), (502, b"close"))
        await poured.done
        self.assertEqual(await client.gone(), b"")

    async def test_extra_bytes(self) -> None:
        """Bytes after an answer are nobody's, and end the backend's connection."""
        client = await self.serve(stalls(response(b"x") + response(b"poison")))
        self.assertEqual((await client.get()).body, b"x")
        await self.backend.abandoned()
        self.backend.behaviour = stalls(response(b"y"))
        self.assertEqual((await client.get()).body, b"y")
