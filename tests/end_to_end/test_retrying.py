"""What is tried again, and what never is, over real sockets."""

from __future__ import annotations

import hashlib
import json

from twisted.trial.unittest import TestCase

from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import (
    Behaviour,
    Connection,
    RudeBackend,
    answers,
    answers_early,
    answers_in_slices,
    closes,
    closes_when_idle,
    resets,
    resets_at_once,
    response,
    rude_backend,
    stalls,
)
from tests.end_to_end.watching import Observed, blackhole, closed_port, named, observed, until
from tests.end_to_end.wire import Closed

RETRIES = "retry.tries = 2\nretry.backoff = 1ms\nretry.backoff-max = 2ms\nretry.budget = 100%\n"
OFF = "retry.tries = 0\n"
FINE = response(b"fine")


class Retrying(TestCase):
    """What the tests below have in common."""

    async def scene(
        self, behaviour: Behaviour, lines: str = RETRIES
    ) -> tuple[RudeBackend, RudeBackend, Observed]:
        """A bad backend whose turn it is, a good one, and the gateway before them."""
        bad, good = rude_backend(self, behaviour), named(self, b"fine")
        return bad, good, await observed(self, bad, good, backend=lines)


class GetTests(Retrying):
    """Requests that may be sent twice."""

    async def test_second_instance_answers(self) -> None:
        """After a reset, a close, nonsense, 502, 503 or 504 the other instance answers."""
        for behaviour in (
            resets_at_once(),
            resets(),
            closes(),
            closes(b"HTTP/1.1 200 OK\r\nConte"),
            closes(b"what?\r\n\r\n"),
            answers(response(b"no", status="502 Bad Gateway")),
            answers(response(b"no", status="503 Busy")),
            answers(response(bytes(100_000), status="503 Busy")),
            answers(response(b"no", status="504 Late")),
        ):
            bad, good, one = await self.scene(behaviour)
            answer = await one.get()
            self.assertEqual((answer.status, answer.body), (200, b"fine"))
            record = one.records.last
            self.assertEqual((record.tries, record.flag), (2, "-"))
            self.assertEqual(record.instance, good.address)
            self.assertLessEqual(len(bad.connections), 1)

    async def test_without_retries(self) -> None:
        """Without retries the client gets the first end: 502 for what is no answer."""
        for behaviour, status, flag in (
            (resets(), 502, "UC"),
            (closes(), 502, "UC"),
            (closes(b"what?\r\n\r\n"), 502, "UPE"),
            (answers(response(b"no", status="503 Busy")), 503, "-"),
            (answers(response(b"no", status="504 Late")), 504, "-"),
        ):
            bad, good, one = await self.scene(behaviour, OFF)
            answer = await one.get()
            self.assertEqual(answer.status, status)
            record = one.records.last
            self.assertEqual((record.tries, record.flag), (1, flag))
            self.assertNotIn(bad.address.encode(), answer.body)
            self.assertEqual(good.requests, [])

    async def test_refused_connection_is_closed_or_kept(self) -> None:
        """The connection of a response that was not wanted serves again if its body was small."""
        bad, _, one = await self.scene(answers(response(b"no", status="503 Busy"), FINE))
        await one.get()
        for _ in range(3):
            await one.get()
        self.assertEqual(len(bad.connections), 1)
        self.assertGreater(len(bad.requests), 1)

    async def test_exhausted(self) -> None:
        """When all tries are spent the last answer is passed on, and the record says so."""
        bad, _, one = await self.scene(answers(response(b"no", status="503 Busy")))
        one.backend.roster.report(one.backend.roster.members[1], False, "ill")
        for _ in range(2):
            one.backend.roster.report(one.backend.roster.members[1], False, "ill")
        answer = await one.get()
        self.assertEqual((answer.status, answer.body), (503, b"no"))
        self.assertEqual((one.records.last.tries, one.records.last.flag), (3, "URX"))
        self.assertEqual(len(bad.requests), 3)

    async def test_budget(self) -> None:
        """A backend that is down is not asked many times as often as its clients ask."""
        lines = "retry.tries = 2\nretry.backoff = 0s\nretry.budget = 20%\nretry.budget-minimum = 3"
        bad = rude_backend(self, resets())
        one = await observed(self, bad, backend=lines)
        for _ in range(50):
            await one.get()
        self.assertLessEqual(len(bad.requests), 50 * 1.2 + 3)
        self.assertGreater(len(bad.requests), 55)

    async def test_begun_answers_stay(self) -> None:
        """Once a byte of an answer is out there is no other try: the client is cut off."""
        _, good, one = await self.scene(closes(response(b"12345678")[:-4]))
        client = await one.gateway.client()
        with self.assertRaises(Closed):
            await client.get()
        self.assertTrue(client.received.endswith(b"1234"))
        self.assertEqual((one.records.last.flag, good.requests), ("UC", []))

    async def test_trickle(self) -> None:
        """An answer that trickles is no failure: it comes through whole."""
        bad, _, one = await self.scene(answers_in_slices(response(b"trickle"), 5, 0.002))
        self.assertEqual((await one.get()).body, b"trickle")
        self.assertEqual(len(bad.requests), 1)

    async def test_stalled_try(self) -> None:
        """A stalled try is left behind after its own time, and the other instance answers."""
        bad, _, one = await self.scene(stalls(), RETRIES + "timeout.per-try = 50ms")
        self.assertEqual((await one.get()).body, b"fine")
        await bad.abandoned()
        self.assertEqual(one.records.last.tries, 2)


class PostTests(Retrying):
    """Requests that must not be sent twice."""

    async def post(self, one: Observed, body: bytes = b"once") -> int:
        """The status that a POST gets."""
        client = await one.gateway.client()
        return (await client.ask(request(b"POST", b"/", body=body))).status

    async def test_never_doubled(self) -> None:
        """What reached an instance is not sent again, however it ended."""
        for behaviour, status in (
            (resets(), 502),
            (closes(), 502),
            (closes(b"what?\r\n\r\n"), 502),
            (answers(response(b"no", status="503 Busy")), 503),
        ):
            bad, good, one = await self.scene(behaviour)
            self.assertEqual(await self.post(one), status)
            self.assertEqual((len(bad.requests), len(good.requests)), (1, 0))
            self.assertEqual(one.records.last.tries, 1)

    async def test_reset_while_it_is_sent(self) -> None:
        """Nor is what reached it in part."""

        async def cuts_uploads(connection: Connection) -> None:
            await connection.head()
            connection.reset()

        bad, good, one = await self.scene(cuts_uploads)
        client = await one.gateway.client()
        client.send(request(b"POST", b"/", body=bytes(4 << 20)))
        answer = await client.response()
        self.assertEqual(answer.status, 502)
        self.assertEqual((len(bad.connections), good.connections), (1, []))

    async def test_refused(self) -> None:
        """A refused connection is followed by another, and the whole body goes there."""
        good = named(self, b"fine")
        lines = f"instances = http://127.0.0.1:{closed_port()}\n    {good.url}\n" + RETRIES
        one = await observed(self, backend=lines)
        self.assertEqual(await self.post(one), 200)
        self.assertEqual(good.requests[0].body, b"once")
        self.assertEqual(one.records.last.tries, 2)

    async def test_large_body_after_refusal(self) -> None:
        """So it is with a body far beyond ``retry.body-limit``: it was not read yet."""
        data = bytes(range(256)) * 4096 * 4
        good = named(self, b"fine")
        lines = f"instances = http://127.0.0.1:{closed_port()}\n    {good.url}\n" + RETRIES
        for fields, encoded in (
            ((b"Content-Length: %d" % len(data),), data),
            ((b"Transfer-Encoding: chunked",), b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)),
        ):
            one = await observed(self, backend=lines)
            client = await one.gateway.client()
            client.send(request(b"POST", b"/", *fields))
            client.send(encoded)
            self.assertEqual((await client.response()).status, 200)
            self.assertEqual(one.records.last.tries, 2)
            digest = hashlib.sha256(good.requests[-1].body).digest()
            self.assertEqual(digest, hashlib.sha256(data).digest())

    async def test_large_body_after_silence(self) -> None:
        """And so it is when connecting took too long."""
        data = bytes(1 << 20)
        good = named(self, b"fine")
        lines = f"instances = {blackhole(self)}\n    {good.url}\ntimeout.connect = 50ms\n" + RETRIES
        one = await observed(self, backend=lines)
        self.assertEqual(await self.post(one, data), 200)
        self.assertEqual(len(good.requests[0].body), len(data))

    async def test_refused_everywhere(self) -> None:
        """With nobody to connect to it is a 502, after all tries."""
        one = await observed(
            self, backend=f"instances = http://127.0.0.1:{closed_port()}\n" + RETRIES
        )
        client = await one.gateway.client()
        answer = await client.ask(request(b"POST", b"/", body=b"once"))
        self.assertEqual((answer.status, json.loads(answer.body)["flag"]), (502, "UF"))
        self.assertEqual((one.records.last.tries, one.records.last.flag), (3, "UF,URX"))


class PutTests(Retrying):
    """Requests with a body that may be sent twice."""

    async def test_kept_body(self) -> None:
        """A small body is sent again whole."""
        bad, good, one = await self.scene(resets())
        client = await one.gateway.client()
        answer = await client.ask(request(b"PUT", b"/", body=b"x" * 5000))
        self.assertEqual(answer.status, 200)
        self.assertEqual(good.requests[0].body, b"x" * 5000)
        self.assertEqual(len(bad.requests), 1)

    async def test_long_body(self) -> None:
        """A body beyond the limit is not sent again once it was read."""
        _, good, one = await self.scene(resets(), RETRIES + "retry.body-limit = 1KiB")
        client = await one.gateway.client()
        answer = await client.ask(request(b"PUT", b"/", body=b"x" * 5000))
        self.assertEqual((answer.status, good.requests), (502, []))

    async def test_refused_early(self) -> None:
        """A body that is refused while it still comes goes on to the other instance whole."""
        busy = response(b"busy", status="503 Busy")
        _, good, one = await self.scene(answers_early(busy), RETRIES)
        client = await one.gateway.client()
        client.send(request(b"PUT", b"/", b"Content-Length: 10"))
        client.send(b"12345")
        await until(lambda: good.connections)
        client.send(b"67890")
        self.assertEqual((await client.response()).status, 200)
        self.assertEqual(good.requests[0].body, b"1234567890")


class StaleTests(Retrying):
    """Kept connections that the instance closed in the meantime."""

    async def test_closed_when_idle(self) -> None:
        """Closed connections cost no request, not even a POST, and no try."""
        bad = rude_backend(self, closes_when_idle(FINE))
        one = await observed(self, bad, backend=OFF)
        client = await one.gateway.client()
        for _ in range(20):
            self.assertEqual((await client.get()).status, 200)
            await bad.abandoned()
            answer = await client.ask(request(b"POST", b"/", body=b"once"))
            self.assertEqual(answer.status, 200)
            await bad.abandoned()
        self.assertEqual({record.tries for record in one.records.kept}, {1})

    async def test_restarted(self) -> None:
        """An instance that was restarted is asked on a new connection."""
        bad = named(self, b"fine")
        one = await observed(self, bad, backend=OFF)
        client = await one.gateway.client()
        await client.get()
        await bad.die()
        bad.listen()
        self.assertEqual((await client.get()).status, 200)
        self.assertEqual(len(bad.connections), 2)
