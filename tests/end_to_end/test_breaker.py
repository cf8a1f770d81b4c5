"""The breaker opens, tries, and closes, over real sockets."""

from __future__ import annotations

import json

from twisted.trial.unittest import TestCase

from altlas.resilience.breaker import Open
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import RudeBackend, answers, resets, response, rude_backend, stalls
from tests.end_to_end.watching import Observed, named, observed, until

BREAKER = (
    "breaker.enabled = yes\nbreaker.minimum = 4\nbreaker.trials = 2\nbreaker.ramp = 0s\n"
    "breaker.open-for = 150ms\n"
)
FINE = answers(response(b"fine"))
BAD = answers(response(b"bad", status="500 Oh"))


class BreakerTests(TestCase):
    """One backend that fails for a while."""

    def state(self, one: Observed) -> str:
        """The breaker's state."""
        return one.backend.guard.breaker.state

    def time_over(self, one: Observed) -> bool:
        """Whether it has been open for long enough."""
        breaker = one.backend.guard.breaker
        return isinstance(breaker, Open) and one.gateway.service.timers.seconds() >= breaker.until

    async def opened(self, more: str = "") -> tuple[RudeBackend, Observed]:
        """A backend without connections, and a gateway whose breaker has opened."""
        backend = rude_backend(self, BAD)
        one = await observed(self, backend, backend=BREAKER + more)
        client = await one.gateway.client()
        for _ in range(4):
            self.assertEqual((await client.get()).status, 500)
        self.assertEqual(self.state(one), "open")
        await self.disconnected(backend)
        return backend, one

    async def disconnected(self, backend: RudeBackend) -> None:
        """Close the kept connections, so that a new behaviour holds at once."""
        for connection in backend.open:
            connection.close()
        await backend.abandoned()

    async def test_open(self) -> None:
        """While it is open the backend sees nothing, and clients hear when to come again."""
        backend, one = await self.opened("breaker.open-for = 60s")
        for _ in range(5):
            answer = await one.get()
            self.assertEqual(answer.status, 503)
            self.assertEqual(answer.value(b"retry-after"), b"60")
            self.assertEqual(json.loads(answer.body)["flag"], "UO")
        self.assertEqual(len(backend.requests), 4)
        self.assertIn("4 of 4 calls failed", one.records.last.reason)
        self.assertEqual(one.records.last.tries, 0)

    async def test_closes(self) -> None:
        """After its time it lets trials through, and closes when they went well."""
        backend, one = await self.opened()
        changes: list[str] = []
        one.backend.guard.on_change.append(lambda breaker: changes.append(breaker.state))
        backend.behaviour = FINE
        client = await one.gateway.client()
        statuses = []
        while self.state(one) != "closed":
            statuses.append((await client.get()).status)
        self.assertEqual(changes, ["half-open", "closed"])
        self.assertEqual(set(statuses[:-2]) - {503}, set())
        self.assertEqual(statuses[-2:], [200, 200])
        self.assertEqual(len(backend.requests), 6)

    async def test_half_open(self) -> None:
        """Half-open, no more than the trials go through; one that fails opens it again."""
        backend, one = await self.opened("breaker.open-for = 400ms")
        await until(lambda: self.time_over(one))
        backend.behaviour = stalls()
        trials = [await one.gateway.client() for _ in range(2)]
        for trial in trials:
            trial.send(request(b"GET", b"/"))
        await until(lambda: len(backend.requests) == 6)
        self.assertEqual(self.state(one), "half-open")
        self.assertEqual((await one.get()).status, 503)
        self.assertEqual(len(backend.requests), 6)
        backend.open[0].reset()
        self.assertEqual((await trials[0].response()).status, 502)
        self.assertEqual(self.state(one), "open")
        self.assertEqual((await one.get()).status, 503)

    async def test_what_counts(self) -> None:
        """Resets and refusals count; client errors and clients that leave do not."""
        backend = rude_backend(self, answers(response(status="404 Not Found")))
        one = await observed(self, backend, backend=BREAKER)
        for _ in range(6):
            self.assertEqual((await one.get()).status, 404)
        await self.disconnected(backend)
        backend.behaviour = stalls()
        for number in range(6):
            client = await one.gateway.client()
            client.send(request(b"GET", b"/"))
            await until(lambda number=number: len(backend.requests) == 7 + number)
            client.reset()
        await until(lambda: len(one.records.kept) == 12)
        self.assertEqual((self.state(one), one.records.last.flag), ("closed", "DC"))
        backend.behaviour = resets()
        # Six good calls are in the window: the seventh bad one makes more than half.
        for _ in range(7):
            self.assertEqual((await one.get()).status, 502)
        self.assertEqual(self.state(one), "open")

    async def test_broken_bodies(self) -> None:
        """Bodies that break off count too."""
        backend = rude_backend(self, resets(response(b"12345678")[:-4]))
        one = await observed(self, backend, backend=BREAKER + "breaker.error-rate = 40%")
        for _ in range(2):
            client = await one.gateway.client()
            client.send(request(b"GET", b"/"))
            await client.gone()
        self.assertEqual(self.state(one), "open")

    async def test_off(self) -> None:
        """Without a breaker everything goes through."""
        backend = named(self, b"x")
        backend.behaviour = BAD
        one = await observed(self, backend)
        for _ in range(30):
            self.assertEqual((await one.get()).status, 500)
        self.assertEqual(len(backend.requests), 30)
