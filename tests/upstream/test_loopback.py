"""Promises over real sockets: what a transport in memory cannot show."""

from __future__ import annotations

import socket
from typing import Any

from treq import content
from twisted.internet.defer import Deferred
from twisted.web.client import ResponseDone

from altlas.errors import ConnectFailed, UpstreamCancelled, UpstreamReset
from tests.upstream.link import Body, Sink
from tests.upstream.server import Flood, LoopbackCase, Peer, standstill, turns, until

EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
MIB = 1024 * 1024
#: More than the system keeps for a connection on both of its ends.
MUCH = 64 * MIB


class FloodBody(Body):
    """A large request body that goes as fast as it may."""

    def startProducing(self, consumer: Any) -> Deferred[None]:
        done = super().startProducing(consumer)
        self.flood = Flood(consumer, MUCH // len(Flood.PIECE), self.ends)
        self.flood.resumeProducing()
        return done

    def resumeProducing(self) -> None:
        self.flood.resumeProducing()

    def pauseProducing(self) -> None:
        self.flood.pauseProducing()

    def stopProducing(self) -> None:
        super().stopProducing()
        self.flood.stopProducing()


class Measure(Sink):
    """Takes a body and keeps only its size."""

    size = 0

    def dataReceived(self, data: bytes) -> None:
        self.size += len(data)


class ReuseTests(LoopbackCase):
    """Connections are kept, and kept ones are not trusted."""

    async def test_reused(self) -> None:
        """One connection serves several requests."""
        server = await self.serve()
        server.answers(HELLO)
        for _ in range(3):
            self.assertEqual(await content(await self.get()), b"hello")
        self.assertEqual(len(server.peers), 1)

    async def test_stale(self) -> None:
        """A kept connection that the instance has closed is replaced before anything is sent."""
        server = await self.serve()
        server.answers(EMPTY)
        await self.get()
        self.clock.advance(1)
        # In this turn of the reactor, so that it cannot have told yet.
        server.peers[0].transport.getHandle().shutdown(socket.SHUT_WR)
        response = await self.get()
        self.assertEqual((response.code, response.reused), (204, False))
        self.assertEqual(len(server.peers), 2)
        self.assertEqual(server.peers[0].received, b"")

    async def test_closed_while_idle(self) -> None:
        """One that closes while idle leaves the pool by itself."""
        server = await self.serve()
        server.answers(EMPTY)
        await self.get()
        server.peers[0].transport.loseConnection()
        await until(lambda: self.agent.open(self.origin) == 0)
        self.assertEqual(self.agent.idle(self.origin), 0)


class BrokenTests(LoopbackCase):
    """Instances that refuse, break off and reset."""

    async def test_refused(self) -> None:
        """Where nobody listens, connecting fails at once, with the system's words."""
        server = await self.serve()
        await server.port.stopListening()
        error = await self.assertFailure(self.get(), ConnectFailed)
        self.assertIn("refused", error.reason)

    async def test_reset_before_the_answer(self) -> None:
        """A reset instead of an answer is UpstreamReset."""
        server = await self.serve()
        server.on_data = lambda peer: peer.transport.abortConnection()
        await self.assertFailure(self.get(), UpstreamReset)
        await until(lambda: self.agent.open(self.origin) == 0)

    async def test_cut_body(self) -> None:
        """A body that is cut, by close or reset, in any framing, never looks whole."""
        for end in ("loseConnection", "abortConnection"):
            for head in (b"Content-Length: 9", b"Transfer-Encoding: chunked"):
                server = await self.serve()
                server.answers(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n5\r\nab")
                sink = Sink()
                (await self.get()).deliverBody(sink)
                getattr(server.peers[0].transport, end)()
                await until(lambda sink=sink: sink.ends)
                self.assertIsInstance(sink.ends[0], UpstreamReset)

    async def test_until_close(self) -> None:
        """A body that ends with the connection is whole when the close is clean."""
        server = await self.serve()
        server.answers(b"HTTP/1.1 200 OK\r\n\r\nhello")
        found = content(await self.get())
        server.peers[0].transport.loseConnection()
        self.assertEqual(await found, b"hello")

    async def test_until_close_reset(self) -> None:
        """It is not when the connection is reset."""
        server = await self.serve()
        server.answers(b"HTTP/1.1 200 OK\r\n\r\nhello")
        sink = Sink()
        (await self.get()).deliverBody(sink)
        handle = server.peers[0].transport.getHandle()
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        server.peers[0].transport.abortConnection()
        await until(lambda: sink.ends)
        self.assertIsInstance(sink.ends[0], UpstreamReset)

    async def test_refused_upload(self) -> None:
        """An instance that refuses a large body unread and closes gets its refusal heard."""
        server = await self.serve()

        def refuse(peer: Peer) -> None:
            peer.transport.pauseProducing()
            peer.transport.write(
                b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nno!"
            )
            peer.transport.loseConnection()

        server.on_data = refuse
        body = FloodBody()
        response = await self.get("POST", data=body)
        self.assertEqual((response.code, await content(response)), (413, b"no!"))
        self.assertEqual(body.calls, ["start", "stop"])


class GivenUpTests(LoopbackCase):
    """Who goes away takes the connection along."""

    async def test_while_waiting(self) -> None:
        """A cancelled request ends the connection at once."""
        server = await self.serve()
        deferred = self.get()
        await until(lambda: server.peers and server.peers[0].received)
        deferred.cancel()
        await self.assertFailure(deferred, UpstreamCancelled)
        await server.peers[0].closed

    async def test_within_the_body(self) -> None:
        """So does a body that nobody wants any more."""
        server = await self.serve()
        server.on_data = lambda peer: peer.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nabc"
        )
        sink = Sink()
        (await self.get()).deliverBody(sink)
        sink.transport.abortConnection()
        await server.peers[0].closed
        await until(lambda: sink.ends)
        self.assertIsInstance(sink.ends[0], UpstreamCancelled)


class PaceTests(LoopbackCase):
    """The slower side paces the faster, both ways, and nothing piles up between."""

    async def test_slow_taker(self) -> None:
        """A taker that waits stops the instance; then all comes."""
        server = await self.serve()
        floods: list[Flood] = []

        def flood(peer: Peer) -> None:
            peer.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % MUCH)
            count = MUCH // len(Flood.PIECE)
            floods.append(Flood(peer.transport, count, peer.transport.unregisterProducer))
            floods[0].start()

        server.on_data = flood
        response = await self.get()
        stopped_at = await standstill(lambda: floods[0].written)
        self.assertLess(stopped_at, MUCH // 2)
        self.assertLessEqual(len(response._held), 256 * 1024)
        measure = Measure()
        response.deliverBody(measure)
        measure.transport.pauseProducing()
        await turns(10)
        self.assertLess(floods[0].written, MUCH // 2)
        measure.transport.resumeProducing()
        await until(lambda: measure.ends)
        self.assertEqual(measure.size, MUCH)
        self.assertIsInstance(measure.ends[0], ResponseDone)
        self.assertEqual(self.agent.idle(self.origin), 1)

    async def test_slow_instance(self) -> None:
        """An instance that does not read stops the request's body; then all is sent."""
        server = await self.serve()
        server.on_connect = lambda peer: peer.transport.pauseProducing()
        body = FloodBody(length=MUCH)
        deferred = self.get("POST", data=body)
        await until(lambda: body.calls)
        stopped_at = await standstill(lambda: body.flood.written)
        self.assertLess(stopped_at, MUCH // 2)
        server.on_data = lambda peer: peer.size > MUCH and peer.transport.write(EMPTY)
        server.peers[0].transport.resumeProducing()
        self.assertEqual((await deferred).code, 204)
        self.assertEqual((body.flood.written, body.calls), (MUCH, ["start"]))
