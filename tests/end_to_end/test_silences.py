"""Nothing waits for ever: who goes silent is told so, or cut."""

from __future__ import annotations

from tests.end_to_end.bulk import MEBIBYTE, pieces, pour
from tests.end_to_end.harness import ANY_PORT
from tests.end_to_end.observed import problem
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import Connection, answers, answers_in_slices, response, stalls
from tests.end_to_end.served import Served

IDLE = "timeout.idle = 60ms"
TEN = b"Content-Length: 10"


class SilenceTests(Served):
    """Time limits as the client meets them."""

    async def test_client_in_its_body(self) -> None:
        """A client that stops within its body gets a 408, and the backend is rid of it."""
        client = await self.serve(stalls(), backend=IDLE)
        client.send(request(b"POST", b"/", TEN) + b"012")
        answer = await client.response()
        self.assertEqual((answer.status, problem(answer)["flag"]), (408, "SI"))
        self.assertEqual(answer.value(b"Connection"), b"close")
        await self.backend.abandoned()
        self.assertEqual((await self.reported()).bytes_in, 3)

    async def test_slow_is_not_silent(self) -> None:
        """A body takes the time it takes, as long as it moves: no limit of the answer runs."""
        limits = f"{IDLE}\ntimeout.response = 60ms\ntimeout.total = 60ms"
        client = await self.serve(answers(response(b"ok")), backend=limits)
        client.send(request(b"POST", b"/", TEN))
        await client.send_in_slices(b"0123456789", 1, 0.03)
        self.assertEqual((await client.response()).body, b"ok")

    async def test_backend_before_its_answer(self) -> None:
        """A backend that does not answer is a 504, after the shortest limit that applies."""
        for limit in ("timeout.response", "timeout.per-try", "timeout.total"):
            client = await self.serve(stalls(), backend=f"{limit} = 50ms")
            for _ in range(2):
                answer = await client.get()
                self.assertEqual((answer.status, problem(answer)["flag"]), (504, "UT"), limit)
            await self.backend.abandoned()

    async def test_backend_in_its_answer(self) -> None:
        """A backend that stops within its answer cuts it."""
        half = response(b"0123456789")[:-5]
        client = await self.serve(stalls(half), backend=IDLE)
        client.send(request(b"GET", b"/"))
        self.assertTrue((await client.gone()).endswith(b"01234"))
        record = await self.reported()
        self.assertEqual((record.status, record.flag), (200, "UT"))
        await self.backend.abandoned()

    async def test_trickle_is_not_silence(self) -> None:
        """An answer may trickle for longer than the limit of silence."""
        slices = answers_in_slices(response(b"01234567"), 20, 0.02)
        client = await self.serve(slices, backend=IDLE)
        self.assertEqual((await client.get()).body, b"01234567")

    async def test_client_in_its_answer(self) -> None:
        """A client that takes nothing of its answer is cut, and the backend not blamed."""

        async def endless(connection: Connection) -> None:
            await connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
            await pour(connection, pieces(1024 * MEBIBYTE)).done

        client = await self.serve(endless, backend=IDLE)
        client.pause()
        client.send(request(b"GET", b"/"))
        record = await self.reported()
        self.assertEqual((record.status, record.flag), (200, "SI"))
        await self.backend.abandoned()
        member = self.gateway.service.generation.backends["demo"].roster.members[0]
        self.assertEqual(member.failures, 0)

    async def test_backend_takes_nothing(self) -> None:
        """A backend that stops reading a body is a 504, not the client's fault."""

        async def deaf(connection: Connection) -> None:
            connection.pause()
            await connection.sleep(5)

        client = await self.serve(deaf, backend=IDLE, route="limit.body = 64MiB")
        client.send(request(b"PUT", b"/", b"Content-Length: %d" % (32 * MEBIBYTE)))
        poured = pour(client, pieces(32 * MEBIBYTE))
        answer = await client.response()
        self.assertEqual((answer.status, problem(answer)["flag"]), (504, "UT"))
        client.reset()
        await poured.done

    async def test_whole_exchange(self) -> None:
        """`timeout.stream` ends an answer that would go on for ever."""
        slices = answers_in_slices(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000, 20, 0.01)
        client = await self.serve(slices, backend="timeout.stream = 60ms")
        client.send(request(b"GET", b"/"))
        self.assertIn(b"xxx", await client.gone())
        self.assertNotIn(b"\r\n0\r\n", client.received)
        self.assertEqual((await self.reported()).flag, "UT")

    async def test_between_requests(self) -> None:
        """A kept connection closes after `timeout.keep-alive`, without a word."""
        quick = f"[listener:public]\nbind = {ANY_PORT}\ntimeout.keep-alive = 50ms"
        client = await self.serve(answers(response(b"x")), more=quick)
        await client.get()
        self.assertEqual(await client.gone(), b"")
        self.assertEqual(len(self.records), 1)
