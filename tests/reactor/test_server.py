"""What the accepting side promises beyond Twisted's own tests."""

from __future__ import annotations

import socket
import struct

from twisted.internet.protocol import Factory

from tests.reactor.scene import End, ReactorCase


class AcceptTests(ReactorCase):
    """Connections that come in."""

    def test_reset_before_it_is_seen(self) -> None:
        """Who connects and resets at once, as some health checks do, harms nobody."""

        async def scene() -> None:
            ends: list[End] = []

            def build(_: object) -> End:
                ends.append(End())
                return ends[-1]

            factory = Factory()
            factory.buildProtocol = build  # type: ignore[assignment, method-assign]
            port = self.reactor.listenTCP(0, factory, interface="127.0.0.1")
            for lingers in (0, None):
                client = socket.create_connection(("127.0.0.1", port.getHost().port))
                if lingers is not None:
                    reset = struct.pack("ii", 1, lingers)
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                client.close()
            await self.until(lambda: ends and ends[-1].transport is not None)
            await ends[-1].lost
            self.assertEqual(len(ends), 1)
            await port.stopListening()

        self.play(scene)
