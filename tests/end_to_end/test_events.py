"""Answers that wait for something to happen: events and long polls pass at once, unbuffered."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import Connection, response
from tests.end_to_end.served import Served

EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"


class EventTests(Served):
    """What comes when it comes."""

    async def test_server_sent_events(self) -> None:
        """The head passes before the first event, each event before the next is even made."""
        for framing in (b"Transfer-Encoding: chunked\r\n\r\n", b"\r\n"):
            gates: list[Deferred[None]] = [Deferred() for _ in range(4)]

            async def tells(
                connection: Connection,
                framing: bytes = framing,
                gates: list[Deferred[None]] = gates,
            ) -> None:
                await connection.request()
                connection.send(EVENTS + framing)
                for number, gate in enumerate(gates):
                    await gate
                    event = b"id: %d\ndata: x\n\n" % number
                    chunked = framing.startswith(b"T")
                    connection.send(b"%x\r\n%b\r\n" % (len(event), event) if chunked else event)
                connection.close()

            client = await self.serve(tells)
            client.send(request(b"GET", b"/events", b"Accept: text/event-stream"))
            head = await client.take_until(b"\r\n\r\n")
            self.assertIn(b"text/event-stream", head)
            for number, gate in enumerate(gates):
                gate.callback(None)
                # Were it held back, this would wait for ever: nothing else is sent before.
                await client.take_until(b"id: %d\ndata: x\n\n" % number)

    async def test_over_a_pause(self) -> None:
        """A stream that is silent for long lives where the route says so."""

        async def tells(connection: Connection) -> None:
            await connection.request()
            connection.send(EVENTS + b"\r\n: hello\n\n")
            await connection.sleep(0.3)
            connection.send(b"data: late\n\n")
            await connection.gone()

        client = await self.serve(tells, backend="timeout.idle = 100ms", route="timeout.idle = off")
        client.send(request(b"GET", b"/events"))
        await client.take_until(b"data: late\n\n")

    async def test_reader_leaves(self) -> None:
        """When the reader of a stream leaves, its instance hears of it, silent or not."""

        async def tells(connection: Connection) -> None:
            await connection.request()
            connection.send(EVENTS + b"\r\n: hello\n\n")
            await connection.gone()

        client = await self.serve(tells)
        client.send(request(b"GET", b"/events"))
        await client.take_until(b": hello\n\n")
        client.close()
        await self.backend.abandoned()
        self.assertEqual((await self.reported()).flag, "DC")

    async def test_long_poll(self) -> None:
        """A poll waits as long as the instance does, and is answered the moment that it answers;
        meanwhile others are served.
        """
        gate: Deferred[None] = Deferred()

        async def polls(connection: Connection) -> None:
            asked = await connection.request()
            if b"/poll" in asked.line:
                await gate
            connection.send(response(b"news"))
            await connection.gone()

        client = await self.serve(polls)
        client.send(request(b"GET", b"/poll"))
        other = await self.gateway.client()
        self.assertEqual((await other.get()).body, b"news")
        await client.sleep(0.1)
        self.assertEqual(client.received, b"")
        gate.callback(None)
        self.assertEqual((await client.response()).body, b"news")
