"""Accepting goes on, whatever happens to uvloop's server."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory

from altlas.reactor import listening
from tests.reactor.scene import End, ReactorCase


class AcceptanceTests(ReactorCase):
    """Ports."""

    def listen(self) -> tuple[Any, list[End]]:
        ends: list[End] = []
        factory = Factory()
        factory.buildProtocol = lambda addr: ends.append(End()) or ends[-1]  # type: ignore
        return self.reactor.listenTCP(0, factory, interface="127.0.0.1"), ends

    def test_reopened(self) -> None:
        """A server that uvloop closed (out of memory, say) is open again soon."""
        self.patch(listening, "WATCH", 0.01)

        async def scene() -> None:
            port, ends = self.listen()
            port._acceptance._doors[0].server.close()
            await self.turn(0.05)
            with socket.create_connection(("127.0.0.1", port.getHost().port)):
                await self.until(lambda: ends)
            await port.stopListening()

        self.play(scene)

    def test_crowd(self) -> None:
        """Where many come at once there are more doors, but not for ever."""
        self.patch(listening, "WATCH", 0.05)

        async def scene() -> None:
            port, ends = self.listen()
            doors = port._acceptance._doors
            self.assertEqual(len(doors), listening.FEWEST)
            place = ("127.0.0.1", port.getHost().port)
            crowd = [socket.create_connection(place) for _ in range(40)]
            most = 0
            while len(ends) < 40:
                await self.turn()
                most = max(most, len(doors))
            self.assertGreater(most, 7)
            await self.until(lambda: len(doors) == listening.FEWEST)
            for plain in crowd:
                plain.close()
            await self.until(lambda: all(end.lost.called for end in ends))
            await port.stopListening()
            self.assertEqual(doors, [])

        self.play(scene)

    def test_paused(self) -> None:
        """While a port does not read, who connects waits, and is served afterwards."""

        async def scene() -> None:
            port, ends = self.listen()
            port.stopReading()
            with socket.create_connection(("127.0.0.1", port.getHost().port)):
                await self.turn(0.02)
                self.assertEqual(ends, [])
                port.startReading()
                await self.until(lambda: ends)
            await port.stopListening()

        self.play(scene)

    def test_taken(self) -> None:
        """A taken address is refused at once."""

        async def scene() -> None:
            port, _ = self.listen()
            number = port.getHost().port
            with self.assertRaises(CannotListenError):
                self.reactor.listenTCP(number, Factory.forProtocol(End), interface="127.0.0.1")
            await port.stopListening()

        self.play(scene)
