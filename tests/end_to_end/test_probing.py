"""Instances leave the pool and return, over real sockets."""

from __future__ import annotations

import json

from twisted.trial.unittest import TestCase

from tests.end_to_end.rude import (
    RudeBackend,
    answers,
    answers_in_slices,
    closes,
    resets_at_once,
    response,
    stalls,
)
from tests.end_to_end.watching import Observed, named, observed, until

PROBES = (
    "probe.enabled = yes\nprobe.interval = 30ms\nprobe.fast-interval = 10ms\n"
    "probe.timeout = 100ms\nprobe.fall = 2\nprobe.rise = 2\n"
)
WELL = answers(response(b'{"status": "ok"}'))


async def probed(test: TestCase, *backends: RudeBackend, more: str = "") -> Observed:
    """A gateway that probes `backends`, each of them proven."""
    one = await observed(test, *backends, backend=PROBES + more)
    await until(lambda: all(m.ledger.last_result for m in one.backend.roster.members))
    return one


class LeavingTests(TestCase):
    """What puts an instance out, and what is said of it."""

    async def reason(self, backend: RudeBackend, one: Observed) -> str:
        """Why the only instance left, once it did; it is well again after that."""
        await until(lambda: one.health() == [False])
        reason = one.backend.roster.members[0].ledger.reason
        backend.behaviour = WELL
        await until(lambda: one.health() == [True])
        return reason

    async def test_each_illness(self) -> None:
        """A bad status, no answer, half an answer, a reset and a trickle are all failures."""
        backend = named(self, b"x")
        one = await probed(self, backend, more="probe.body = ok")
        for behaviour, said in (
            (answers(response(b"ok", status="500 Oh")), "status 500"),
            (answers(response(b"bad")), "does not match"),
            (stalls(), "no answer within 0.1 s"),
            (stalls(response(b"ok")[:-1]), "no answer within 0.1 s"),
            (closes(response(b"ok")[:-1]), "closed within its answer"),
            (resets_at_once(), "closed before an answer"),
            (answers_in_slices(response(b"ok"), 1, 0.02), "no answer within 0.1 s"),
            (answers(b"what?\r\n\r\n"), ""),
        ):
            backend.behaviour = behaviour
            self.assertIn(said, await self.reason(backend, one))

    async def test_killed(self) -> None:
        """A process that is gone is out, and in again once it is back."""
        backend = named(self, b"x")
        one = await probed(self, backend)
        await backend.die()
        await until(lambda: one.health() == [False])
        self.assertIn("refused", one.backend.roster.why_none())
        backend.listen()
        await until(lambda: one.health() == [True])
        self.assertEqual((await one.get()).body, b"x")

    async def test_one_bad_answer(self) -> None:
        """One failure alone puts nobody out."""
        backend = named(self, b"x")
        one = await probed(self, backend)
        answered = len(backend.requests)

        async def once(connection: object) -> None:
            backend.behaviour = WELL
            await answers(response(status="500 Oh"))(connection)  # type: ignore[arg-type]

        backend.behaviour = once
        await until(lambda: len(backend.requests) > answered + 4)
        self.assertEqual(one.backend.roster.members[0].ledger.state, "up")
        self.assertEqual(len(one.backend.roster.members[0].ledger.history), 1)

    async def test_no_connection_is_left(self) -> None:
        """Probes leave no connection open, however they end."""
        well, stalled = named(self, b"x"), named(self, b"y")
        stalled.behaviour = stalls(response(b"12345")[:-2])
        one = await probed(self, well, stalled)
        await until(lambda: len(well.requests) > 5 and len(stalled.requests) > 2)
        self.assertLessEqual(len(well.open), 1)
        self.assertLessEqual(len(stalled.open), 1)
        await one.gateway.stop()
        await well.abandoned()
        await stalled.abandoned()


class AllOutTests(TestCase):
    """Nobody is left to be asked."""

    async def test_unavailable(self) -> None:
        """503 UH: reasons for the operator, none of them for the client; back when one is."""
        first, second = named(self, b"a"), named(self, b"b")
        one = await probed(self, first, second)
        first.behaviour = answers(response(status="503 Busy"))
        await second.die()
        await until(lambda: one.health() == [False, False])
        answer = await one.get()
        said = json.loads(answer.body)
        self.assertEqual((answer.status, said["flag"]), (503, "UH"))
        self.assertEqual(answer.value(b"content-type"), b"application/problem+json")
        self.assertIsNotNone(answer.value(b"retry-after"))
        self.assertNotIn(b"127.0.0.1", answer.body)
        record = one.records.last
        self.assertEqual((record.status, record.flag, record.tries), (503, "UH", 0))
        self.assertIn(f"{first.address}: status 503", record.reason)
        self.assertIn(f"{second.address}: ", record.reason)
        self.assertIn("refused", record.reason)
        first.behaviour = WELL
        await until(lambda: any(one.health()))
        self.assertEqual((await one.get()).status, 200)
