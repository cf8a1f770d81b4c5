"""Nothing written is lost or reordered, and producers are paced."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.interfaces import IHalfCloseableProtocol, IPullProducer, IPushProducer
from zope.interface import implementer

from tests.reactor.scene import End, ReactorCase


@implementer(IPushProducer)
class Pusher:
    """Pushes while it may."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def pauseProducing(self) -> None:
        self.calls.append("pause")

    def resumeProducing(self) -> None:
        self.calls.append("resume")

    def stopProducing(self) -> None:
        self.calls.append("stop")


@implementer(IPullProducer)
class Puller:
    """Writes one piece whenever it is asked."""

    def __init__(self, wire: Any, pieces: list[bytes]) -> None:
        self.wire = wire
        self.pieces = pieces
        self.most = 0

    def resumeProducing(self) -> None:
        self.most = max(self.most, self.wire._stream.get_write_buffer_size())
        if self.pieces:
            self.wire.write(self.pieces.pop(0))
        if not self.pieces and self.wire.producer is self:
            self.wire.unregisterProducer()

    def stopProducing(self) -> None:
        self.pieces.clear()


@implementer(IHalfCloseableProtocol)
class HalfEnd(End):
    """Stays when the other side is done."""

    def __init__(self) -> None:
        super().__init__()
        self.halves: list[str] = []

    def readConnectionLost(self) -> None:
        self.halves.append("read")

    def writeConnectionLost(self) -> None:
        self.halves.append("write")


class WriteTests(ReactorCase):
    """What may be written, and when."""

    def test_only_bytes(self) -> None:
        """Anything but bytes is refused, however it is written."""

        async def scene() -> None:
            _, client = await self.connected()
            for wrong in ("text", bytearray(b"x"), 1):
                self.assertRaises(TypeError, client.wire.write, wrong)
            self.assertRaises(TypeError, client.wire.writeSequence, [b"x", "text"])

        self.play(scene)

    def test_after_the_end(self) -> None:
        """Writing to a lost connection is silence."""

        async def scene() -> None:
            _, client = await self.connected()
            client.wire.abortConnection()
            client.wire.write(b"x")
            await client.lost
            client.wire.write(b"x")
            client.wire.writeSequence([b"x"])
            client.wire.loseConnection()
            client.wire.loseWriteConnection()
            await self.turn()

        self.play(scene)

    def test_half_close(self) -> None:
        """A half-close comes after all that is written; the other half goes on."""

        async def scene() -> None:
            server, client = await self.connected(HalfEnd(), HalfEnd())
            server.wire.pauseProducing()
            client.wire.write(b"x" * 9_000_000)
            client.wire.loseWriteConnection()
            await self.turn(0.01)
            self.assertEqual(client.halves, [])
            server.wire.resumeProducing()
            await self.until(lambda: server.halves == ["read"])
            self.assertEqual((len(server.received), client.halves), (9_000_000, ["write"]))
            server.wire.write(b"answer")
            server.wire.loseConnection()
            await server.lost
            await self.until(lambda: client.received == b"answer")

        self.play(scene)


class ProducerTests(ReactorCase):
    """Pacing."""

    def test_push(self) -> None:
        """A push producer is paused when the other side does not read, and resumed when it does."""

        async def scene() -> None:
            server, client = await self.connected()
            pusher = Pusher()
            server.wire.pauseProducing()
            client.wire.registerProducer(pusher, True)
            while not pusher.calls:
                client.wire.write(b"x" * 60_000)
            client.wire.loseConnection()
            await self.turn(0.01)
            self.assertEqual((pusher.calls, client.lost.called), (["pause"], False))
            server.wire.resumeProducing()
            await server.lost
            await client.lost
            self.assertEqual(pusher.calls, ["pause", "resume", "stop"])

        self.play(scene)

    def test_pull(self) -> None:
        """A pull producer is asked while there is room, and waited for before closing."""
        pieces = [bytes([n % 256]) * 50_000 for n in range(300)]
        wanted = b"".join(pieces)

        async def scene() -> None:
            server, client = await self.connected()
            puller = Puller(client.wire, pieces)
            client.wire.registerProducer(puller, False)
            client.wire.loseConnection()
            await server.lost
            self.assertEqual(server.received, wanted)
            self.assertLess(puller.most, 200_000)

        self.play(scene)

    def test_stopped_at_the_end(self) -> None:
        """A producer is stopped when the connection is lost, and at once when it was before."""

        async def scene() -> None:
            server, client = await self.connected()
            first, second = Pusher(), Pusher()
            client.wire.registerProducer(first, True)
            server.wire.abortConnection()
            await client.lost
            client.wire.registerProducer(second, True)
            self.assertEqual((first.calls, second.calls), (["stop"], ["stop"]))

        self.play(scene)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 400_000)),
        st.tuples(st.just("sequence"), st.integers(1, 90_000)),
        st.tuples(st.just("push"), st.integers(1, 5)),
        st.tuples(st.just("pull"), st.integers(1, 5)),
        st.tuples(st.just("pause"), st.just(0)),
        st.tuples(st.just("resume"), st.just(0)),
        st.tuples(st.just("turn"), st.integers(0, 3)),
    ),
    max_size=14,
)


class Script:
    """Does the steps on one connection, and keeps what was written."""

    def __init__(self, case: ReactorCase, server: Any, client: Any) -> None:
        self.case = case
        self.server = server
        self.client = client
        self.sent = bytearray()

    async def do(self, steps: list[tuple[str, int]]) -> None:
        """All steps; a producer lives until the next one."""
        for step, size in steps:
            self.end_producing()
            await getattr(self, step)(size)
        self.end_producing()
        self.server.wire.resumeProducing()

    def end_producing(self) -> None:
        if self.client.wire.producer is not None:
            self.client.wire.unregisterProducer()

    def piece(self, size: int) -> bytes:
        """Bytes that are like none before, and count as written."""
        start = len(self.sent)
        made = bytes((start + n) % 251 for n in range(min(size, 997))) * (size // 997 + 1)
        self.sent += made[:size]
        return made[:size]

    async def write(self, size: int) -> None:
        self.client.wire.write(self.piece(size))

    async def sequence(self, size: int) -> None:
        self.client.wire.writeSequence([self.piece(size), b"", self.piece(size // 2)])

    async def push(self, size: int) -> None:
        self.client.wire.registerProducer(Pusher(), True)
        for _ in range(size):
            self.client.wire.write(self.piece(70_000))

    async def pull(self, size: int) -> None:
        puller = Puller(self.client.wire, [self.piece(30_000) for _ in range(size)])
        self.client.wire.registerProducer(puller, False)
        # One who does not read may never ask for the rest, which then was not written.
        await self.case.until(
            lambda: self.client.wire.producer is None or not self.server.wire.reading
        )
        del self.sent[len(self.sent) - sum(map(len, puller.pieces)) :]
        puller.pieces.clear()

    async def pause(self, size: int) -> None:
        self.server.wire.pauseProducing()

    async def resume(self, size: int) -> None:
        self.server.wire.resumeProducing()

    async def turn(self, size: int) -> None:
        await self.case.turn(size / 2000)


class ScriptTests(ReactorCase):
    """Whatever is done, in whatever order."""

    @settings(max_examples=60, deadline=None)
    @given(STEPS, st.booleans())
    def test_nothing_lost_or_reordered(self, steps: list[tuple[str, int]], half: bool) -> None:
        """The bytes that arrive are those that were written, in order, whatever else happens."""
        ReactorCase.setUp(self)

        async def scene() -> None:
            server, client = await self.connected(HalfEnd(), HalfEnd())
            script = Script(self, server, client)
            await script.do(steps)
            (client.wire.loseWriteConnection if half else client.wire.loseConnection)()
            await self.until(lambda: server.halves)
            self.assertEqual(server.received, script.sent)

        self.play(scene)
        self.doCleanups()
