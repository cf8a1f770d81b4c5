"""What had come when the gateway begins to go down."""

from __future__ import annotations

import socket

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from tests.end_to_end.rude import answers, response
from tests.end_to_end.served import Served

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def received(client: socket.socket) -> bytes:
    """All that comes, to the end (in a thread: it waits)."""
    found = b""
    while piece := client.recv(65536):
        found += piece
    return found


class LastMomentTests(Served):
    """Requests that were sent before anybody could know."""

    async def check(self, client: socket.socket) -> None:
        """The gateway goes down, and the client gets its answer all the same."""
        client.settimeout(10)
        stopping = Deferred.fromCoroutine(self.gateway.stop())
        self.assertIn(b"hello", await deferToThread(received, client))
        client.close()
        await stopping

    async def test_not_accepted_yet(self) -> None:
        """A client that still waits in the kernel's queue is answered, not reset."""
        await self.serve(answers(response(b"hello")))
        with socket.create_connection(("127.0.0.1", self.gateway.port())) as client:
            client.sendall(GET)
            await self.check(client)

    async def test_not_read_yet(self) -> None:
        """A request that lies in the socket of an idle connection is answered."""
        await self.serve(answers(response(b"hello"), response(b"hello again")))
        with socket.create_connection(("127.0.0.1", self.gateway.port())) as client:
            client.sendall(GET)
            client.settimeout(10)
            self.assertIn(b"hello", await deferToThread(client.recv, 65536))
            client.sendall(GET)
            await self.check(client)
