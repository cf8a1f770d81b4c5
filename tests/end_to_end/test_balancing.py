"""Who gets which request, over real sockets."""

from __future__ import annotations

from collections import Counter

from twisted.internet.defer import Deferred, gatherResults
from twisted.trial.unittest import TestCase

from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import answers, response, stalls
from tests.end_to_end.watching import Observed, closed_port, more, named, observed, until

RETRIES = "retry.tries = 2\nretry.backoff = 1ms\n"
QUICK_PROBES = (
    "probe.enabled = yes\nprobe.interval = 50ms\nprobe.fast-interval = 10ms\nprobe.jitter = 0%\n"
)


class RoundRobinTests(TestCase):
    """Each instance in its turn."""

    async def test_in_turn(self) -> None:
        """Requests go round, whichever connections they come on."""
        one = await observed(self, *(named(self, name) for name in (b"a", b"b", b"c")))
        client, other = await one.gateway.client(), await one.gateway.client()
        bodies = []
        for number in range(9):
            bodies.append((await (other if number % 2 else client).get()).body)
        self.assertEqual(bodies, [b"a", b"b", b"c"] * 3)

    async def test_weights(self) -> None:
        """An instance of weight 3 gets three of four requests, and never all in a row."""
        heavy, light = named(self, b"h"), named(self, b"l")
        lines = f"instances = {heavy.url} weight=3\n    {light.url}"
        one = await observed(self, backend=lines)
        client = await one.gateway.client()
        bodies = b"".join([(await client.get()).body for _ in range(16)])
        self.assertEqual(Counter(bodies), {ord("h"): 12, ord("l"): 4})
        self.assertNotIn(b"hhhh", bodies)

    async def test_record(self) -> None:
        """The record says which instance it was."""
        first, second = named(self, b"a"), named(self, b"b")
        one = await observed(self, first, second)
        await one.get()
        await one.get()
        said = [record.instance for record in one.records.kept]
        self.assertEqual(said, [first.address, second.address])


class LeastRequestsTests(TestCase):
    """Whoever has the least to do."""

    async def test_avoids_the_busy(self) -> None:
        """While one instance is stuck with a request, the others get all further ones."""
        stuck, free = named(self, b"stuck"), named(self, b"free")
        stuck.behaviour = stalls()
        one = await observed(self, stuck, free, backend="balancer = least-requests")
        waiting = await one.gateway.client()
        waiting.send(request(b"GET", b"/"))
        await until(lambda: stuck.requests)
        bodies = [(await one.get()).body for _ in range(6)]
        self.assertEqual(bodies, [b"free"] * 6)
        members = one.backend.roster.members
        self.assertEqual([member.active for member in members], [1, 0])


class FailoverTests(TestCase):
    """Instances that die and return while requests come."""

    async def traffic(self, one: Observed, going: list[bool]) -> Counter[int]:
        """The statuses of GETs on one connection, as long as `going` says."""
        client = await one.gateway.client()
        statuses: Counter[int] = Counter()
        while going:
            statuses[(await client.get()).status] += 1
        return statuses

    async def test_killed_and_back(self) -> None:
        """No GET fails while an instance is killed, while it is away and when it returns."""
        first, second = named(self, b"a"), named(self, b"b")
        one = await observed(self, first, second, backend=RETRIES + QUICK_PROBES)
        going = [True]
        traffic = gatherResults(
            [Deferred.fromCoroutine(self.traffic(one, going)) for _ in range(4)]
        )
        await until(lambda: len(one.records.kept) > 100)
        for victim in (first, second):
            await victim.die()
            await until(lambda: not all(one.health()))
            await more(one.records.kept, 50)
            victim.listen()
            await until(lambda: all(one.health()))
            await more(victim.connections, 1)
            await more(one.records.kept, 50)
        going.clear()
        statuses = sum(await traffic, Counter())
        self.assertEqual(set(statuses), {200})

    async def test_quiet_traffic_and_slow_probes(self) -> None:
        """One client finds a dead instance out before the probes do, at no request's cost."""
        first, second = named(self, b"a"), named(self, b"b")
        lines = "retry.tries = 2\nprobe.enabled = yes\nprobe.interval = 60s"
        one = await observed(self, first, second, backend=lines)
        await until(lambda: all(m.ledger.last_result for m in one.backend.roster.members))
        client = await one.gateway.client()
        await first.die()
        statuses = {(await client.get()).status for _ in range(60)}
        self.assertEqual(statuses, {200})
        self.assertEqual(one.health(), [False, True])
        reason = one.backend.roster.members[0].ledger.reason
        self.assertIn("a request found", reason)
        self.assertIn("refused", reason)

    async def test_never_there(self) -> None:
        """An instance that never came up costs no request."""
        there = named(self, b"there")
        lines = f"instances = http://127.0.0.1:{closed_port()}\n    {there.url}\n" + RETRIES
        one = await observed(self, backend=lines)
        bodies = {(await one.get()).body for _ in range(6)}
        self.assertEqual(bodies, {b"there"})

    async def test_answers_under_way(self) -> None:
        """An instance that leaves the pool finishes what it had begun."""
        slow = named(self, b"slow")
        other = named(self, b"other")
        one = await observed(self, slow, other, backend="balancer = round-robin")
        slow.behaviour = stalls(response(b"half")[:-2])
        client = await one.gateway.client()
        client.send(request(b"GET", b"/"))
        await client.take_until(b"ha")
        roster = one.backend.roster
        for _ in range(3):
            roster.report(roster.members[0], False, "ill")
        slow.connections[0].send(b"lf")
        await client.take_until(b"lf")
        self.assertEqual((await one.get()).body, b"other")
        slow.behaviour = answers(response(b"slow"))
