"""The raw client and the rude backend, held against each other: no gateway between."""

from __future__ import annotations

import hashlib

from twisted.internet.error import ConnectionDone, ConnectionLost, ConnectionRefusedError
from twisted.trial.unittest import TestCase

from tests.end_to_end import rude
from tests.end_to_end.rawclient import RawClient, raw_client, request
from tests.end_to_end.wire import Closed

ANSWER = rude.response(b"hello")


class RudeBackendTests(TestCase):
    """What the backend promises to the tests that use it."""

    async def asked(self, behaviour: rude.Behaviour) -> tuple[rude.RudeBackend, RawClient]:
        """A backend with `behaviour`, and a client that has sent it a request."""
        backend = rude.rude_backend(self, behaviour)
        client = await raw_client(self, backend.port)
        client.send(request(b"GET", b"/a|b?"))
        return backend, client

    async def test_records_exact_bytes(self) -> None:
        """A request is recorded byte for byte, and answered with the bytes given."""
        backend, client = await self.asked(rude.answers(ANSWER))
        response = await client.response()
        self.assertEqual(response.raw, ANSWER)
        self.assertEqual(backend.requests[0].raw, request(b"GET", b"/a|b?"))
        self.assertEqual(backend.requests[0].target, b"/a|b?")

    async def test_answers_in_turn(self) -> None:
        """Several requests of one connection get the answers in order, the last one for ever."""
        backend, client = await self.asked(rude.answers(ANSWER, rude.response(b"second")))
        await client.response()
        self.assertEqual((await client.get()).body, b"second")
        self.assertEqual((await client.get()).body, b"second")
        self.assertEqual(len(backend.connections), 1)
        self.assertEqual(len(backend.requests), 3)

    async def test_reads_bodies(self) -> None:
        """Sized and chunked request bodies are read whole before the answer."""
        backend = rude.rude_backend(self, rude.answers(ANSWER))
        client = await raw_client(self, backend.port)
        await client.ask(request(b"POST", b"/", body=b"sized"))
        chunked = request(b"POST", b"/", b"Transfer-Encoding: chunked")
        await client.ask(chunked + b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n")
        self.assertEqual([each.body for each in backend.requests], [b"sized", b"abcde"])
        self.assertEqual(backend.requests[1].trailers, ((b"T", b"1"),))

    async def test_slices(self) -> None:
        """An answer in slices arrives whole."""
        _, client = await self.asked(rude.answers_in_slices(ANSWER, 7))
        self.assertEqual((await client.response()).raw, ANSWER)

    async def test_stall(self) -> None:
        """A stalled answer stays where it was left, on an open connection."""
        backend, client = await self.asked(rude.stalls(ANSWER[:20]))
        await client.take(20)
        self.assertEqual(len(backend.open), 1)
        self.assertFalse(client.closed)

    async def test_close(self) -> None:
        """A close within an answer is seen as an orderly end of half an answer."""
        _, client = await self.asked(rude.closes(ANSWER[:-2]))
        with self.assertRaises(Closed):
            await client.response()
        self.assertIsNotNone(client.reason.check(ConnectionDone))

    async def test_reset(self) -> None:
        """A reset within an answer is seen as a reset, after what was sent."""
        _, client = await self.asked(rude.resets(ANSWER[:-2]))
        self.assertEqual(await client.gone(), ANSWER[:-2])
        self.assertIsNotNone(client.reason.check(ConnectionLost))

    async def test_reset_at_once(self) -> None:
        """A connection that is reset at once never answers."""
        _, client = await self.asked(rude.resets_at_once())
        self.assertEqual(await client.gone(), b"")

    async def test_idle_close(self) -> None:
        """A connection closed when idle has given its whole answer before."""
        _, client = await self.asked(rude.closes_when_idle(ANSWER))
        self.assertEqual((await client.response()).body, b"hello")
        await client.gone()

    async def test_refuse_and_return(self) -> None:
        """A backend that refuses is back on the same port when it listens again."""
        backend, client = await self.asked(rude.answers(ANSWER))
        await client.response()
        port = backend.port
        await backend.die()
        with self.assertRaises(ConnectionRefusedError):
            await raw_client(self, port)
        backend.listen()
        again = await raw_client(self, port)
        self.assertEqual((await again.get()).body, b"hello")
        self.assertEqual(len(backend.connections), 2)

    async def test_slow_reading(self) -> None:
        """A slow reader holds its sender up, and reads everything in the end."""
        backend = rude.rude_backend(self, rude.reads_slowly(ANSWER, 0.001))
        client = await raw_client(self, backend.port)
        await client.ask(request(b"PUT", b"/", body=bytes(1 << 20)))
        self.assertEqual(len(backend.requests[0].body), 1 << 20)

    async def test_early_answer(self) -> None:
        """An early answer comes while most of the body is still to be read."""
        backend = rude.rude_backend(self, rude.answers_early(ANSWER))
        client = await raw_client(self, backend.port)
        client.send(request(b"PUT", b"/", body=bytes(1 << 22)))
        self.assertEqual((await client.response()).body, b"hello")
        self.assertLess(len(backend.connections[0].received), 1 << 20)

    async def test_connections_in_turn(self) -> None:
        """Each connection can have a behaviour of its own."""
        backend = rude.rude_backend(self, rude.in_turn(rude.resets_at_once(), rude.answers(ANSWER)))
        first = await raw_client(self, backend.port)
        await first.gone()
        second = await raw_client(self, backend.port)
        self.assertEqual((await second.get()).status, 200)

    async def test_failing_behaviour(self) -> None:
        """A mistake in a behaviour is kept for the end of the test."""

        async def mistaken(connection: rude.Connection) -> None:
            raise ZeroDivisionError

        backend = rude.rude_backend(self, mistaken)
        client = await raw_client(self, backend.port)
        while not backend.failures:
            await client.sleep(0)
        self.assertIsNotNone(backend.failures.pop().check(ZeroDivisionError))


class RawClientTests(TestCase):
    """How the client tells where a response ends."""

    async def answered(self, data: bytes, method: bytes = b"GET") -> RawClient:
        """A client that was sent `data` by a server which closed then."""
        backend = rude.rude_backend(self, rude.closes(data))
        client = await raw_client(self, backend.port)
        client.send(request(method, b"/"))
        return client

    async def test_without_length(self) -> None:
        """A response without a length ends with the connection."""
        client = await self.answered(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
        self.assertEqual((await client.response()).body, b"until the end")

    async def test_head(self) -> None:
        """An answer to HEAD has no body, whatever its length says."""
        client = await self.answered(ANSWER.removesuffix(b"hello"), b"HEAD")
        response = await client.response(b"HEAD")
        self.assertEqual((response.body, response.value(b"content-length")), (b"", b"5"))

    async def test_informational(self) -> None:
        """Responses of 1xx come one by one, before the final one."""
        client = await self.answered(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ANSWER)
        self.assertEqual((await client.response()).status, 103)
        self.assertEqual((await client.response()).status, 200)

    async def test_chunked(self) -> None:
        """A chunked response ends with its trailers."""
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        client = await self.answered(head + b"5\r\nhello\r\n0\r\nSum: 1\r\n\r\n" + ANSWER)
        response = await client.response()
        self.assertEqual((response.body, response.trailers), (b"hello", ((b"Sum", b"1"),)))
        self.assertEqual((await client.response()).raw, ANSWER)

    async def test_cut(self) -> None:
        """A chunked response that is cut is no response."""
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        client = await self.answered(head + b"5\r\nhel")
        with self.assertRaises(Closed):
            await client.response()

    async def test_swallow(self) -> None:
        """Much can be read without being kept, and still be looked at."""
        client = await self.answered(rude.response(bytes(1 << 20)))
        await client.take_until(b"\r\n\r\n")
        digest = hashlib.sha256()
        await client.swallow(1 << 20, digest)
        self.assertEqual(digest.digest(), hashlib.sha256(bytes(1 << 20)).digest())
        self.assertLess(len(client.received), 100)
