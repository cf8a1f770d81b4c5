"""Requests wait for an instance to come free, over real sockets."""

from __future__ import annotations

import json

from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from tests.end_to_end.messages import Message
from tests.end_to_end.rawclient import RawClient, request
from tests.end_to_end.rude import Connection, RudeBackend, response, rude_backend, stalls
from tests.end_to_end.watching import Observed, observed, until


class Desk:
    """A backend that answers one request after the other, each when it is told to."""

    def __init__(self, test: TestCase) -> None:
        self.backend: RudeBackend = rude_backend(test, self.behave)
        self._held: list[Deferred[None]] = []
        self.most = 0

    async def behave(self, connection: Connection) -> None:
        """Answer each request with its own target once `answer` was called for it."""
        while True:
            asked = await connection.request()
            held: Deferred[None] = Deferred()
            self._held.append(held)
            self.most = max(self.most, len(self._held))
            await held
            connection.send(response(asked.target))

    async def answer(self) -> None:
        """Answer the request that waits for longest, once there is one."""
        await until(lambda: self._held)
        self._held.pop(0).callback(None)

    @property
    def targets(self) -> list[bytes]:
        """What was asked for so far."""
        return [each.target for each in self.backend.requests]


class QueueTests(TestCase):
    """One instance that takes one request at a time."""

    async def scene(self, lines: str = "") -> tuple[Desk, Observed]:
        """The instance and its gateway."""
        desk = Desk(self)
        return desk, await observed(self, desk.backend, backend="max-requests = 1\n" + lines)

    async def ask(self, one: Observed, target: bytes) -> RawClient:
        """A client that has asked for `target`, which has reached the gateway."""
        client = await one.gateway.client()
        listening = one.gateway.service.listeners["public"]
        before = listening.in_flight
        client.send(request(b"GET", target))
        await until(lambda: listening.in_flight > before)
        return client

    def check(self, answer: Message, one: Observed, flag: str) -> None:
        """That `answer` is a 503 with that flag and a time to come again."""
        self.assertEqual((answer.status, json.loads(answer.body)["flag"]), (503, flag))
        self.assertIsNotNone(answer.value(b"retry-after"))
        self.assertEqual((one.records.last.flag, one.records.last.tries), (flag, 0))

    async def test_first_come_first_served(self) -> None:
        """They are served in their order, one at a time."""
        desk, one = await self.scene()
        clients = [await self.ask(one, b"/%d" % number) for number in range(5)]
        self.assertEqual(one.backend.picker.waiting, 4)
        for number, client in enumerate(clients):
            await desk.answer()
            self.assertEqual((await client.response()).body, b"/%d" % number)
        self.assertEqual(desk.targets, [b"/0", b"/1", b"/2", b"/3", b"/4"])
        self.assertEqual((desk.most, len(desk.backend.connections)), (1, 1))
        queued = [record.queued for record in one.records.kept]
        self.assertEqual(queued[0], 0.0)
        self.assertGreater(queued[4], 0.0)

    async def test_full(self) -> None:
        """With the queue full: 503 at once."""
        desk, one = await self.scene("queue.size = 1")
        first, second = await self.ask(one, b"/1"), await self.ask(one, b"/2")
        self.check(await one.get(b"/3"), one, "UO")
        for client in (first, second):
            await desk.answer()
            self.assertEqual((await client.response()).status, 200)
        self.assertEqual(desk.targets, [b"/1", b"/2"])

    async def test_timeout(self) -> None:
        """Who waits for too long gets a 503, and the instance never sees the request."""
        desk, one = await self.scene("queue.timeout = 50ms")
        first = await self.ask(one, b"/1")
        self.check(await one.get(b"/2"), one, "UO")
        await desk.answer()
        self.assertEqual((await first.response()).status, 200)
        self.assertEqual(desk.targets, [b"/1"])

    async def test_leaving(self) -> None:
        """Who leaves the queue leaves its place to the next."""
        desk, one = await self.scene()
        first, second, third = [await self.ask(one, target) for target in (b"/1", b"/2", b"/3")]
        second.reset()
        await until(lambda: one.backend.picker.waiting == 1)
        for client in (first, third):
            await desk.answer()
            await client.response()
        self.assertEqual(desk.targets, [b"/1", b"/3"])

    async def test_body_holds_the_lease(self) -> None:
        """An instance is in use until the last byte of its answer."""
        backend = rude_backend(self, stalls(response(b"12345678")[:-4]))
        one = await observed(self, backend, backend="max-requests = 1")
        first = await self.ask(one, b"/1")
        await first.take_until(b"1234")
        await self.ask(one, b"/2")
        self.assertEqual((one.backend.picker.waiting, len(backend.requests)), (1, 1))
        backend.connections[0].send(b"5678")
        await until(lambda: b"GET /2" in backend.connections[0].received)

    async def test_every_ending_gives_back(self) -> None:
        """Reset, refused, broken off, client gone: the next one is served."""
        desk, one = await self.scene("timeout.response = 60ms")
        for number in range(3):
            client = await self.ask(one, b"/%d" % number)
            await until(lambda: len(desk._held) == 1)
            desk._held.clear()
            if number == 0:
                desk.backend.open[-1].reset()
                self.assertEqual((await client.response()).status, 502)
            elif number == 1:
                client.reset()
            else:
                self.assertEqual((await client.response()).status, 504)
            await until(one.settled)
        last = await self.ask(one, b"/last")
        await desk.answer()
        self.assertEqual((await last.response()).status, 200)

    async def test_all_out(self) -> None:
        """Nobody goes on waiting when the last instance has left."""
        desk, one = await self.scene()
        first, second = await self.ask(one, b"/1"), await self.ask(one, b"/2")
        roster = one.backend.roster
        for _ in range(3):
            roster.report(roster.members[0], False, "ill")
        self.check(await second.response(), one, "UH")
        await desk.answer()
        self.assertEqual((await first.response()).status, 200)

    async def test_two_instances(self) -> None:
        """With two instances two are served at a time, each by whichever comes free."""
        one_desk, other_desk = Desk(self), Desk(self)
        one = await observed(self, one_desk.backend, other_desk.backend, backend="max-requests = 1")
        clients = [await self.ask(one, b"/%d" % number) for number in range(4)]
        await until(lambda: one_desk.targets == [b"/0"] and other_desk.targets == [b"/1"])
        for _ in range(3):
            await other_desk.answer()
        await one_desk.answer()
        for client in clients:
            self.assertEqual((await client.response()).status, 200)
        self.assertEqual(other_desk.targets, [b"/1", b"/2", b"/3"])
