"""What is written in one turn goes out together, in order, and not too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field
from twisted.internet.error import ConnectionLost
from twisted.internet.ssl import CertificateOptions
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.reactor.departures import FEW, MOST, SMALL, Departures
from tests.reactor.scene import End, ReactorCase


@define
class Loop:
    """Keeps the calls for a turn's end."""

    calls: list[Callable[[], object]] = field(factory=list)

    def call_soon(self, call: Callable[[], object], context: object) -> None:
        self.calls.append(call)

    def end_turn(self) -> None:
        calls, self.calls = self.calls, []
        for call in calls:
            call()


@define
class Leaver:
    """Writes its name down when it departs."""

    name: int
    left: list[int]

    def depart(self) -> None:
        self.left.append(self.name)


class DepartureTests(SynchronousTestCase):
    """Who departs when."""

    def setUp(self) -> None:
        self.loop = Loop()
        self.departures = Departures(self.loop)  # type: ignore[arg-type]
        self.left: list[int] = []

    def write(self, count: int) -> list[bool]:
        """Whether each of so many connections was admitted in this turn."""
        return [self.departures.admit(Leaver(name, self.left)) for name in range(count)]

    def busy_turn(self) -> None:
        self.write(FEW + 1)
        self.loop.end_turn()
        self.left.clear()

    def test_alone(self) -> None:
        """Who writes alone in a turn writes at once, every time."""
        for _ in range(3):
            self.assertEqual(self.write(1), [False])
            self.loop.end_turn()
        self.assertEqual(self.left, [])

    def test_first_of_a_quiet_turn(self) -> None:
        """The first writes at once, since nobody may follow; who follows waits for the end."""
        self.assertEqual(self.write(3), [False, True, True])
        self.assertEqual(self.left, [])
        self.loop.end_turn()
        self.assertEqual(self.left, [1, 2])

    def test_first_of_a_busy_turn(self) -> None:
        """After a turn in which several wrote, the first waits for the others, too."""
        self.busy_turn()
        self.assertEqual(self.write(3), [True, True, True])
        self.loop.end_turn()
        self.assertEqual(self.left, [0, 1, 2])

    def test_quiet_again(self) -> None:
        """When a turn was quiet, the next one's first does not wait."""
        self.busy_turn()
        self.write(FEW - 1)
        self.loop.end_turn()
        self.assertEqual(self.write(1), [False])

    def test_bound(self) -> None:
        """So many do not wait for further ones, but one end of the turn is asked for only."""
        self.busy_turn()
        self.write(MOST + 1)
        self.assertEqual(self.left, list(range(MOST)))
        self.assertEqual(len(self.loop.calls), 1)
        self.loop.end_turn()
        self.assertEqual(self.left, [*range(MOST), MOST])


class Pieces(End):
    """Keeps what came as it came."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def dataReceived(self, data: bytes) -> None:
        self.pieces.append(data)
        super().dataReceived(data)


class WaitingTests(ReactorCase):
    """What waits for the turn's end on a real connection."""

    async def waiting(self) -> tuple[Any, Any]:
        """Two ends, in a turn in which somebody wrote already: small pieces wait."""
        server, client = await self.connected(Pieces())
        await self.turn()
        self.reactor.departures.admit(Leaver(0, []))
        return server, client

    def test_one_send(self) -> None:
        """Small pieces of one turn arrive as one, at the end of the turn."""

        async def scene() -> None:
            server, client = await self.waiting()
            client.wire.write(b"head")
            client.wire.writeSequence([b"bo", b"dy"])
            self.assertTrue(client.wire.writing)
            await self.turn(0.01)
            self.assertEqual((server.pieces, client.wire.writing), ([b"headbody"], False))

        self.play(scene)

    def test_much_goes_at_once(self) -> None:
        """A big piece does not wait, and takes along what was written before."""

        async def scene() -> None:
            server, client = await self.waiting()
            client.wire.write(b"head")
            client.wire.write(b"x" * SMALL)
            self.assertFalse(client.wire.writing)
            client.wire.write(b"end")
            await self.turn(0.01)
            self.assertEqual(server.received, b"head" + b"x" * SMALL + b"end")

        self.play(scene)

    def test_before_the_end(self) -> None:
        """What waits goes out before any end that lets it: close, half-close, the reactor's."""
        ends = {
            "loseConnection": lambda wire: wire.loseConnection(),
            "loseWriteConnection": lambda wire: wire.loseWriteConnection(),
            "connectionLost": lambda wire: wire.connectionLost(Failure(ConnectionLost())),
            "socket closed": lambda wire: wire.getHandle().close(),
        }

        async def scene() -> None:
            for name, end in ends.items():
                server, client = await self.waiting()
                client.wire.write(b"last words")
                end(client.wire)
                await self.until(lambda server=server: server.lost.called)
                self.assertEqual(server.received, b"last words", name)

        self.play(scene)

    def test_aborted(self) -> None:
        """An abort drops what waits."""

        async def scene() -> None:
            server, client = await self.waiting()
            client.wire.write(b"never")
            client.wire.abortConnection()
            self.assertFalse(client.wire.writing)
            await server.lost
            self.assertEqual(server.received, b"")

        self.play(scene)

    def test_answer_to_the_last_request(self) -> None:
        """An answer written in the turn in which the other side's end comes still goes out."""

        async def scene() -> None:
            server, client = await self.waiting()
            client.wire.write(b"answer")
            client.wire.eof_received()
            await self.until(lambda: server.lost.called)
            self.assertEqual(server.received, b"answer")

        self.play(scene)

    def test_under_tls(self) -> None:
        """Plain bytes that wait go out before those of TLS."""

        async def scene() -> None:
            server, client = await self.waiting()
            client.wire.write(b"plain")
            client.wire.startTLS(CertificateOptions())
            await self.until(lambda: server.received.startswith(b"plain\x16"))
            client.wire.abortConnection()
            await server.lost

        self.play(scene)
