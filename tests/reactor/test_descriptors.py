"""Descriptors along UNIX connections leak nowhere."""

from __future__ import annotations

import os
import socket
import tempfile
from typing import Any

from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.protocol import Factory

from tests.reactor.scene import End, ReactorCase


class DescriptorTests(ReactorCase):
    """Sent ones."""

    def test_unasked_ones_are_closed(self) -> None:
        """A descriptor sent to who did not ask for one is open nowhere afterwards."""
        folder = tempfile.mkdtemp()
        ends: list[Any] = []
        factory = Factory()
        factory.buildProtocol = lambda addr: ends.append(End()) or ends[-1]  # type: ignore

        async def scene() -> None:
            port = self.reactor.listenUNIX(f"{folder}/s", factory)
            endpoint = UNIXClientEndpoint(self.reactor, f"{folder}/s")
            client: Any = await endpoint.connect(Factory.forProtocol(End))
            probe, cargo = socket.socketpair()
            with probe, cargo:
                client.wire.write(b"be")
                client.wire.write(b"fore ")
                client.wire.sendFileDescriptor(cargo.fileno())
                client.wire.write(b"with ")
                await self.turn()
                client.wire.write(b"after")
                await self.until(lambda: ends and ends[0].received == b"before with after")
                cargo.close()
                probe.setblocking(False)
                self.assertEqual(probe.recv(1), b"")
            client.wire.loseConnection()
            await ends[0].lost
            await port.stopListening()

        self.play(scene)
        os.rmdir(folder)
