"""Nothing waits for ever, over real sockets."""

from __future__ import annotations

import json

from twisted.trial.unittest import TestCase

from tests.end_to_end.messages import Message
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import (
    Behaviour,
    RudeBackend,
    answers,
    answers_in_slices,
    response,
    rude_backend,
    stalls,
)
from tests.end_to_end.watching import Observed, blackhole, named, observed, until

SOON = "80ms"


class TimeoutTests(TestCase):
    """Each limit strikes, and only when it should."""

    async def scene(self, behaviour: Behaviour, *lines: str) -> tuple[RudeBackend, Observed]:
        """A backend and its gateway."""
        backend = rude_backend(self, behaviour)
        return backend, await observed(self, backend, backend="\n".join(lines))

    def check(self, answer: Message, one: Observed, flag: str = "UT") -> None:
        """That `answer` is a 504, and that nobody's address is in it."""
        said = json.loads(answer.body)
        self.assertEqual((answer.status, said["flag"]), (504, flag))
        self.assertEqual(answer.value(b"content-type"), b"application/problem+json")
        self.assertNotIn(b"127.0.0.1", answer.body)
        self.assertEqual((one.records.last.status, one.records.last.flag), (504, flag))

    async def test_response(self) -> None:
        """Without a response in time: 504, and the instance is left alone at once."""
        backend, one = await self.scene(stalls(), f"timeout.response = {SOON}")
        self.check(await one.get(), one)
        await backend.abandoned()
        self.assertIn("no response within 0.08 s", one.records.last.reason)

    async def test_half_a_head(self) -> None:
        """A head that only trickles is no response."""
        head = b"HTTP/1.1 200 OK\r\n" + b"X-Long: 1\r\n" * 100
        backend, one = await self.scene(
            answers_in_slices(head, 1, 0.005), f"timeout.response = {SOON}"
        )
        self.check(await one.get(), one)
        await backend.abandoned()

    async def test_total(self) -> None:
        """The total covers everything up to the response."""
        backend, one = await self.scene(stalls(), f"timeout.total = {SOON}")
        self.check(await one.get(), one)
        await backend.abandoned()

    async def test_total_over_tries(self) -> None:
        """All tries together take no longer than the total."""
        _, one = await self.scene(
            stalls(),
            "retry.tries = 50",
            "retry.backoff = 1ms",
            "retry.budget-minimum = 100",
            "timeout.per-try = 50ms",
            "timeout.total = 180ms",
        )
        self.check(await one.get(), one)
        self.assertGreater(one.records.last.tries, 1)
        self.assertLess(one.records.last.tries, 5)
        self.assertLess(one.records.last.duration, 2.0)

    async def test_total_in_the_queue(self) -> None:
        """The total runs in the queue as well; no instance is blamed for it."""
        backend, one = await self.scene(stalls(), "max-requests = 1", f"timeout.total = {SOON}")
        member = one.backend.picker.take()
        assert member is not None
        self.check(await one.get(), one)
        one.backend.picker.give_back(member)
        self.assertEqual(backend.connections, [])
        self.assertEqual(one.backend.roster.members[0].failures, 0)

    async def test_per_try(self) -> None:
        """A try that took too long is a 504 when there is no other."""
        _, one = await self.scene(stalls(), f"timeout.per-try = {SOON}")
        self.check(await one.get(), one)

    async def test_connect(self) -> None:
        """An address that swallows everything is given up after the time to connect."""
        one = await observed(
            self, backend=f"instances = {blackhole(self)}\ntimeout.connect = {SOON}"
        )
        self.check(await one.get(), one, "UF")

    async def test_connect_of_the_route(self) -> None:
        """A route may have less patience with connecting than its backend."""
        one = await observed(
            self, backend=f"instances = {blackhole(self)}", route=f"timeout.connect = {SOON}"
        )
        self.check(await one.get(), one, "UF")

    async def test_idle_answer(self) -> None:
        """An answer that stops in its middle is cut off, so that nobody takes it for whole."""
        backend, one = await self.scene(
            stalls(response(b"12345678")[:-4]), f"timeout.idle = {SOON}"
        )
        client = await one.gateway.client()
        client.send(request(b"GET", b"/"))
        self.assertTrue((await client.gone()).endswith(b"1234"))
        await backend.abandoned()
        self.assertEqual(one.records.last.flag, "UT")

    async def test_trickle(self) -> None:
        """An answer that goes on, however slowly, is never idle."""
        data = response(b"x" * 40)
        _, one = await self.scene(
            answers_in_slices(data, 4, 0.015), "timeout.idle = 150ms", "timeout.total = 20s"
        )
        self.assertEqual((await one.get()).body, b"x" * 40)

    async def test_stream(self) -> None:
        """A limit for the whole exchange ends even an answer that goes on."""
        _, one = await self.scene(
            answers_in_slices(response(b"x" * 10_000), 10, 0.005), f"timeout.stream = {SOON}"
        )
        client = await one.gateway.client()
        client.send(request(b"GET", b"/"))
        self.assertIn(b"200 OK", await client.gone())
        self.assertEqual(one.records.last.reason, "timeout.stream is over")

    async def test_slow_upload(self) -> None:
        """While the client sends its body neither response time nor total runs."""
        backend, one = await self.scene(
            answers(response(b"fine")), "timeout.response = 60ms", "timeout.total = 70ms"
        )
        client = await one.gateway.client()
        client.send(request(b"PUT", b"/", b"Content-Length: 30"))
        await client.send_in_slices(b"x" * 30, 2, 0.02)
        self.assertEqual((await client.response()).status, 200)
        self.assertGreater(one.records.last.duration, 0.25)
        self.assertLess(one.records.last.upstream_duration, 0.2)
        self.assertEqual(backend.requests[0].body, b"x" * 30)

    async def test_route(self) -> None:
        """A route may have limits of its own."""
        backend = rude_backend(self, stalls())
        one = await observed(
            self,
            backend,
            backend="timeout.response = 60s",
            route=f"timeout.response = {SOON}",
        )
        self.check(await one.get(), one)

    async def test_connection_goes_on(self) -> None:
        """After a 504 the client's connection serves the next request."""
        backend, one = await self.scene(stalls(), f"timeout.response = {SOON}")
        client = await one.gateway.client()
        self.check(await client.get(), one)
        backend.behaviour = answers(response(b"fine"))
        self.assertEqual((await client.get()).body, b"fine")


class LeavingTests(TestCase):
    """Clients that do not wait for the end."""

    async def test_before_the_answer(self) -> None:
        """A client that leaves takes its request at the instance with it, at once."""
        backend = rude_backend(self, stalls())
        one = await observed(self, backend)
        client = await one.gateway.client()
        client.send(request(b"GET", b"/"))
        await until(lambda: backend.requests)
        client.reset()
        await backend.abandoned()
        self.assertEqual(one.records.last.flag, "DC")
        self.assertEqual(one.backend.roster.members[0].failures, 0)

    async def test_within_the_answer(self) -> None:
        """So does one that leaves within the answer."""
        backend = rude_backend(self, stalls(response(b"12345678")[:-4]))
        one = await observed(self, backend)
        client = await one.gateway.client()
        client.send(request(b"GET", b"/"))
        await client.take_until(b"1234")
        client.close()
        await backend.abandoned()
        self.assertEqual((one.records.last.flag, one.records.last.status), ("DC", 200))
        self.assertEqual(one.backend.roster.members[0].failures, 0)

    async def test_in_the_pause(self) -> None:
        """Or in the pause before another try: there is none then."""
        backend = named(self, b"x")
        backend.behaviour = answers(response(status="503 Busy"))
        lines = "retry.tries = 2\nretry.backoff = 60s\nretry.backoff-max = 60s"
        one = await observed(self, backend, backend=lines)
        client = await one.gateway.client()
        client.send(request(b"GET", b"/"))
        await until(lambda: backend.requests and one.settled())
        client.reset()
        await until(lambda: one.records.kept)
        self.assertEqual((one.records.last.flag, len(backend.requests)), ("DC", 1))
