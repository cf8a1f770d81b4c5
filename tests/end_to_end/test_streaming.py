"""Bodies pass at the pace of the slower side, and are not gathered on the way."""

from __future__ import annotations

import hashlib

from tests.end_to_end.bulk import MEBIBYTE, PIECE, chunked, digest, holding_less_than, pieces, pour
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import Connection, answers, reads_slowly, response
from tests.end_to_end.served import Served

SIZE = 32 * MEBIBYTE
#: the gateway's share of it is what its transports hold: some times 64 KiB
BOUND = 3 * MEBIBYTE
#: seconds after each 64 KiB: slower than the other side by far
REST = 0.0005
LENGTH = b"Content-Length: %d" % SIZE
CHUNKED = b"Transfer-Encoding: chunked"


async def pours(connection: Connection) -> None:
    """Answer with the large body, sized."""
    await connection.head()
    connection.send(b"HTTP/1.1 200 OK\r\n" + LENGTH + b"\r\n\r\n")
    await pour(connection, pieces(SIZE)).done


async def pours_chunks(connection: Connection) -> None:
    """Answer with the large body in chunks."""
    await connection.head()
    connection.send(b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"\r\n\r\n")
    await pour(connection, chunked(pieces(SIZE))).done


async def swallows(connection: Connection) -> None:
    """Take a large sized body slowly and answer with its digest."""
    await connection.head()
    connection.read_slowly(REST)
    seen = hashlib.sha256()
    await connection.swallow(SIZE, seen)
    connection.send(response(seen.hexdigest().encode()))


class StreamingTests(Served):
    """Large bodies, either way."""

    async def test_download(self) -> None:
        """A large response passes whole to a slow client without being held."""
        client = await self.serve(pours)
        seen = hashlib.sha256()
        with holding_less_than(BOUND):
            client.read_slowly(REST)
            client.send(request(b"GET", b"/"))
            await client.take_until(b"\r\n\r\n")
            await client.swallow(SIZE, seen)
        self.assertEqual(seen.hexdigest(), digest(SIZE))
        self.assertEqual((await self.reported()).bytes_out, SIZE)

    async def test_chunked_download(self) -> None:
        """So does one in chunks, and the connection serves on."""
        client = await self.serve(pours_chunks)
        with holding_less_than(BOUND):
            client.send(request(b"GET", b"/"))
            await client.take_until(b"\r\n\r\n")
            await client.swallow(SIZE)
            await client.take_until(b"\r\n0\r\n\r\n")
        self.assertEqual((await self.reported()).bytes_out, SIZE)
        await self.backend.die()
        self.backend.behaviour = answers(response(b"x"))
        self.backend.listen()
        await client.sleep(0.02)  # by then the gateway knows that its kept connection is gone
        self.assertEqual((await client.get()).body, b"x")

    async def test_upload(self) -> None:
        """A large request passes whole to a slow backend without being held."""
        client = await self.serve(swallows, route="limit.body = 64MiB")
        with holding_less_than(BOUND):
            client.send(request(b"PUT", b"/", LENGTH))
            await pour(client, pieces(SIZE)).done
            answer = await client.response()
        self.assertEqual(answer.body, digest(SIZE).encode())
        record = await self.reported()
        self.assertEqual((record.bytes_in, record.status), (SIZE, 200))

    async def test_both_ways(self) -> None:
        """A response may stream while its request still does: an echo of any length."""

        async def echoes(connection: Connection) -> None:
            await connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\n" + LENGTH + b"\r\n\r\n")
            for _ in range(SIZE // len(PIECE)):
                await connection.swallow(len(PIECE))
                connection.pause()
                await pour(connection, [PIECE]).done
                connection.resume()

        client = await self.serve(echoes, route="limit.body = 64MiB")
        with holding_less_than(BOUND):
            client.send(request(b"PUT", b"/", LENGTH))
            poured = pour(client, pieces(SIZE))
            await client.take_until(b"\r\n\r\n")
            await client.swallow(SIZE)
            await poured.done
        self.assertEqual((await self.reported()).flag, "-")

    async def test_first_bytes_do_not_wait(self) -> None:
        """Bytes of either body are passed on when they come, not when there are many."""

        async def plays(connection: Connection) -> None:
            await connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"\r\n\r\n")
            await connection.take_until(b"ping")
            connection.send(b"4\r\npong\r\n")
            await connection.take_until(b"0\r\n\r\n")
            connection.send(b"0\r\n\r\n")

        client = await self.serve(plays)
        client.send(request(b"POST", b"/", CHUNKED))
        await client.take_until(b"\r\n\r\n")
        client.send(b"4\r\nping\r\n")
        await client.take_until(b"4\r\npong\r\n")
        client.send(b"0\r\n\r\n")
        await client.take_until(b"0\r\n\r\n")
        self.assertEqual((await self.reported()).flag, "-")

    async def test_stuck_client(self) -> None:
        """While the client takes nothing, the backend is made to wait."""
        client = await self.serve(pours)
        client.pause()
        client.send(request(b"GET", b"/"))
        with holding_less_than(BOUND):
            await client.sleep(0.3)
            (channel,) = self.gateway.service.listeners["public"].channels
            self.assertTrue(channel.full)
        client.resume()
        await client.take_until(b"\r\n\r\n")
        await client.swallow(SIZE)
        self.assertEqual((await self.reported()).bytes_out, SIZE)

    async def test_trickles(self) -> None:
        """A body that comes and goes in small pieces is the same body."""
        client = await self.serve(reads_slowly(response(b"ok")))
        await client.send_in_slices(request(b"PUT", b"/", body=bytes(range(256)) * 4), 7)
        self.assertEqual((await client.response()).body, b"ok")
        self.assertEqual(self.passed.body, bytes(range(256)) * 4)
