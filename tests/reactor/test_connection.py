"""What a connection promises beyond Twisted's own tests."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import ISystemHandle, ITCPTransport, ITLSTransport
from twisted.internet.protocol import Factory
from zope.interface.verify import verifyObject

from tests.reactor.scene import End, ReactorCase


class LifeTests(ReactorCase):
    """Beginning and end."""

    def test_interfaces(self) -> None:
        """Both sides provide what Twisted's TCP transports provide."""

        async def scene() -> None:
            for end in await self.connected():
                for interface in (ITCPTransport, ITLSTransport, ISystemHandle):
                    self.assertTrue(verifyObject(interface, end.transport))

        self.play(scene)

    def test_close_flushes(self) -> None:
        """All that was written arrives before the end, in the same turn as the close or not."""

        async def scene() -> None:
            server, client = await self.connected()
            client.wire.write(b"x" * 8_000_000)
            client.wire.loseConnection()
            client.wire.write(b"after")
            self.assertIsInstance(await server.lost, ConnectionDone)
            self.assertEqual(len(server.received), 8_000_005)
            self.assertIsInstance(await client.lost, ConnectionDone)

        self.play(scene)

    def test_abort_resets(self) -> None:
        """An abort is a reset for the other side."""

        async def scene() -> None:
            server, client = await self.connected()
            client.wire.abortConnection()
            self.assertIsInstance(await client.lost, ConnectionAborted)
            self.assertIsInstance(await server.lost, ConnectionLost)

        self.play(scene)

    def test_closed_when_told(self) -> None:
        """When a protocol hears of the end it asked for, the other side can see it, too."""

        async def scene() -> None:
            server, client = await self.connected()
            client.wire.loseConnection()
            await client.lost
            self.assertEqual(server.wire.getHandle().recv(1, socket.MSG_PEEK), b"")

        self.play(scene)

    def test_addresses_after_the_end(self) -> None:
        """Addresses are known when the connection is no more; its socket is not."""

        async def scene() -> None:
            server, client = await self.connected()
            before = (server.wire.getHost(), server.wire.getPeer())
            self.assertEqual(before, (client.wire.getPeer(), client.wire.getHost()))
            server.wire.loseConnection()
            await server.lost
            self.assertEqual((server.wire.getHost(), server.wire.getPeer()), before)
            self.assertRaises(AttributeError, server.wire.getHandle)
            self.assertEqual(server.wire.fileno(), -1)

        self.play(scene)

    def test_error_in_protocol(self) -> None:
        """An exception of the protocol, `OSError` too, is logged and ends the connection."""

        class Careless(End):
            def dataReceived(self, data: bytes) -> None:
                raise FileNotFoundError("no such luck")

        async def scene() -> None:
            server, client = await self.connected(Careless())
            client.wire.write(b"x")
            self.assertIsInstance(await server.lost, FileNotFoundError)
            await client.lost

        self.play(scene)
        self.assertEqual(len(self.flushLoggedErrors(FileNotFoundError)), 1)

    def test_options(self) -> None:
        """Small writes go out at once unless asked otherwise; keep-alive is off until asked."""

        async def scene() -> None:
            for end in await self.connected():
                self.assertTrue(end.wire.getTcpNoDelay())
                end.wire.setTcpNoDelay(False)
                self.assertFalse(end.wire.getTcpNoDelay())
                self.assertFalse(end.wire.getTcpKeepAlive())
                end.wire.setTcpKeepAlive(True)
                self.assertTrue(end.wire.getTcpKeepAlive())

        self.play(scene)


class BeginningTests(ReactorCase):
    """The first turn of a connection."""

    def test_paused_from_the_start(self) -> None:
        """A protocol that pauses in `connectionMade` gets nothing until it resumes, then all."""

        class Paused(End):
            def connectionMade(self) -> None:
                self.wire.pauseProducing()

        async def scene() -> None:
            server, client = await self.connected(Paused())
            client.wire.write(b"first")
            await self.turn(0.02)
            client.wire.write(b"second")
            client.wire.loseConnection()
            await self.turn(0.02)
            self.assertEqual(server.received, b"")
            server.wire.resumeProducing()
            self.assertIsInstance(await server.lost, ConnectionDone)
            self.assertEqual(server.received, b"firstsecond")

        self.play(scene)

    def test_due_calls_come_first(self) -> None:
        """What `connectionMade` put off by `callLater(0)` happens before the first bytes come."""
        order: list[str] = []
        reactor = self.reactor

        class Late(End):
            def connectionMade(self) -> None:
                reactor.callLater(0, order.append, "call")

            def dataReceived(self, data: bytes) -> None:
                order.append("data")

        async def scene() -> None:
            factory = Factory()
            ends: list[Any] = []
            factory.buildProtocol = lambda addr: ends.append(Late()) or ends[-1]  # type: ignore
            port = self.reactor.listenTCP(0, factory, interface="127.0.0.1")
            with socket.create_connection(("127.0.0.1", port.getHost().port)) as plain:
                plain.sendall(b"at once")
                await self.until(lambda: len(order) == 2)
            await ends[0].lost
            await port.stopListening()

        self.play(scene)
        self.assertEqual(order, ["call", "data"])


class AdoptionTests(ReactorCase):
    """Descriptors that others connected."""

    def test_early_write(self) -> None:
        """An adopted connection may be written to before its protocol is connected."""

        async def scene() -> None:
            ours, theirs = socket.socketpair()
            with ours, theirs:
                factory = Factory.forProtocol(End)
                wire = self.reactor.adoptStreamConnection(ours.fileno(), ours.family, factory)
                wire.write(b"early")
                wire.loseConnection()
                ours.close()
                await self.until(lambda: wire.disconnected)
                self.assertEqual((theirs.recv(99), theirs.recv(99)), (b"early", b""))

        self.play(scene)

    def test_closed_socket_is_let_go(self) -> None:
        """Closing the handle lets go of the connection in silence; a copy of it lives on."""

        async def scene() -> None:
            server, client = await self.connected()
            copy = server.wire.getHandle().dup()
            server.wire.getHandle().close()
            await self.turn(0.01)
            copy.send(b"still here")
            copy.close()
            await client.lost
            self.assertEqual(client.received, b"still here")
            self.assertFalse(server.lost.called)

        self.play(scene)
