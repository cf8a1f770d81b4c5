"""WebSockets through the gateway, between peers that other people wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IReactorTCP
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Site
from twisted.web.websocket import WebSocketClientEndpoint, WebSocketResource

from altlas.edge import tunnel
from altlas.wire.websocket import close_frame
from tests.end_to_end.bulk import MEBIBYTE
from tests.end_to_end.harness import ANY_OTHER_PORT, ANY_PORT, Gateway, running_gateway
from tests.end_to_end.node_peer import NodePeer, node_peer, why_not
from tests.end_to_end.observed import records, reported
from tests.end_to_end.rawclient import RawClient
from tests.end_to_end.rude import Behaviour, Connection
from tests.end_to_end.test_tls import self_signed
from tests.end_to_end.test_tunnels import TunnelCase, switches

INI = """
[listener:public]
bind = {bind}
[listener:admin]
bind = {admin}
serves = admin
[backend:demo]
instances = {instance}
probe.enabled = no
tls.verify = {verify}
[route:demo]
path = /
backend = demo
upgrade = websocket
[gateway]
drain.tunnels = 100ms
[access-log]
enabled = no
"""


class Socket:
    """One end of a WebSocket, of Twisted's; `heard` is told every message."""

    def __init__(self, heard: Callable[[Socket, Any], None]) -> None:
        self._heard = heard
        self.transport: Any = None
        self.lost: Deferred[None] = Deferred()

    def negotiationStarted(self, transport: Any) -> None:
        self.transport = transport

    def negotiationFinished(self) -> None: ...

    def pongReceived(self, payload: bytes) -> None:
        self._heard(self, ("pong", bytes(payload)))

    def textMessageReceived(self, message: str) -> None:
        self._heard(self, message)

    def bytesMessageReceived(self, data: Any) -> None:
        self._heard(self, bytes(data))

    def connectionLost(self, reason: Failure) -> None:
        self.lost.callback(None)


class Sockets:
    """Makes sockets, for either role."""

    def __init__(self, heard: Callable[[Socket, Any], None]) -> None:
        self.heard = heard
        self.made: list[Socket] = []

    def buildProtocol(self, _: object) -> Socket:
        """One more."""
        self.made.append(Socket(self.heard))
        return self.made[-1]


def echo(socket: Socket, message: Any) -> None:
    """Send back what came."""
    if isinstance(message, str):
        socket.transport.sendTextMessage(message)
    elif isinstance(message, bytes):
        socket.transport.sendBytesMessage(message)


class WebSocketCase(TestCase):
    """A gateway between WebSocket peers."""

    gateway: Gateway
    servers: Sockets

    async def serve(self, instance: str, bind: str = ANY_PORT, verify: str = "yes") -> None:
        """A gateway before that instance."""
        admin = ANY_OTHER_PORT
        text = INI.format(bind=bind, admin=admin, instance=instance, verify=verify)
        self.gateway = await running_gateway(self, text)
        self.records = records(self.gateway)

    def twisted_server(self) -> str:
        """A server of Twisted's that echoes; its address."""
        from twisted.internet import reactor

        system: Any = reactor
        self.servers = Sockets(echo)
        root = Resource()
        root.putChild(b"chat", WebSocketResource(self.servers))
        port = system.listenTCP(0, Site(root, reactor=system), interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        return f"http://127.0.0.1:{port.getHost().port}"

    async def node_server(self, *files: Path) -> str:
        """A server of Node's that echoes; its address."""
        self.node = node_peer(self, "server.js", *map(str, files))
        word, _, port = (await self.node.line()).partition(" ")
        self.assertEqual(word, "port", self.node.lines)
        return f"http{'s' if files else ''}://127.0.0.1:{port}"

    def node_client(self, part: str, scheme: str = "ws") -> NodePeer:
        """A client of Node's that plays its part."""
        return node_peer(
            self, "client.js", f"{scheme}://127.0.0.1:{self.gateway.port()}/chat", part
        )

    async def twisted_client(self) -> tuple[Socket, list[Any]]:
        """A client of Twisted's, connected, and what it hears."""
        from twisted.internet import reactor

        system: IReactorTCP = reactor  # type: ignore[assignment]
        heard: list[Any] = []
        made = Sockets(lambda _, message: heard.append(message))
        url = f"ws://127.0.0.1:{self.gateway.port()}/chat"
        socket = await WebSocketClientEndpoint.new(system, url).connect(made)
        return socket, heard

    async def until(self, ready: Callable[[], object]) -> None:
        """Wait for something."""
        client = RawClient(self._clock())
        for _ in range(2000):
            if ready():
                return
            await client.sleep(0.005)
        raise AssertionError("that did not come")

    def _clock(self) -> Any:
        from twisted.internet import reactor

        return reactor


class TwistedTests(WebSocketCase):
    """Twisted's own peers on both sides."""

    async def test_messages(self) -> None:
        """Text, bytes, pings, and 10 MiB both ways arrive as they were sent."""
        await self.serve(self.twisted_server())
        socket, heard = await self.twisted_client()
        large = Random(2).randbytes(10 * MEBIBYTE)
        socket.transport.sendTextMessage("h\u00e9llo")
        socket.transport.sendBytesMessage(b"\0\xff")
        socket.transport.sendBytesMessage(large)
        await self.until(lambda: len(heard) == 3)
        self.assertEqual(heard[:2], ["h\u00e9llo", b"\0\xff"])
        self.assertTrue(heard[2] == large)
        socket.transport.loseConnection()
        await socket.lost
        record = await reported(self.records)
        self.assertEqual((record.status, record.flag), (101, "-"))
        self.assertGreater(min(record.bytes_in, record.bytes_out), 10 * MEBIBYTE)

    async def test_many(self) -> None:
        """Many sockets at once, each with its own messages."""
        await self.serve(self.twisted_server())
        pairs = [await self.twisted_client() for _ in range(50)]
        for number, (socket, _) in enumerate(pairs):
            for turn in range(20):
                socket.transport.sendTextMessage(f"{number}: {turn}")
        await self.until(lambda: all(len(heard) == 20 for _, heard in pairs))
        for number, (_, heard) in enumerate(pairs):
            self.assertEqual(heard, [f"{number}: {turn}" for turn in range(20)])
        for socket, _ in pairs:
            socket.transport.loseConnection()
        await DeferredList([socket.lost for socket, _ in pairs])
        await reported(self.records, 50)
        await self.until(lambda: not self.gateway.service.listeners["public"].tunnels)

    async def test_server_leaves(self) -> None:
        """A server that breaks off is heard of at once."""
        await self.serve(self.twisted_server())
        socket, heard = await self.twisted_client()
        socket.transport.sendTextMessage("x")
        await self.until(lambda: heard)
        self.servers.made[0].transport.transport.abortConnection()
        await socket.lost
        self.assertEqual((await reported(self.records)).flag, "UC")


class NodeTests(WebSocketCase):
    """The package ws on one side or both."""

    skip = why_not() or None

    async def test_both(self) -> None:
        """Messages, pings of both sides, fragments, 10 MiB, codes of the close."""
        await self.serve(await self.node_server())
        for part in ("plain", "deflated"):
            client = self.node_client(part)
            self.assertEqual(await client.line(), "well", client.lines)
            self.assertEqual(await self.node.line(), "closed 4001")
        self.assertEqual((await reported(self.records, 2)).flag, "-")

    async def test_over_tls(self) -> None:
        """The same with TLS on both sides."""
        files = self_signed(Path(self.mktemp()).absolute())
        bind = f"ssl:0:interface=127.0.0.1:privateKey={files[0]}:certKey={files[1]}"
        await self.serve(await self.node_server(*files), bind, verify="no")
        client = self.node_client("plain", "wss")
        self.assertEqual(await client.line(), "well", client.lines)
        self.assertEqual(await self.node.line(), "closed 4001")

    async def test_with_twisted(self) -> None:
        """A client of Node's and a server of Twisted's."""
        await self.serve(self.twisted_server())
        client = self.node_client("other server")
        self.assertEqual(await client.line(), "well", client.lines)

    async def test_abrupt_ends(self) -> None:
        """Who is left alone by a break hears that it was one (1006)."""
        await self.serve(await self.node_server())
        client = self.node_client("dies")
        self.assertEqual(await client.line(), "died")
        self.assertEqual(await self.node.line(), "closed 1006")
        client = self.node_client("lets die")
        self.assertEqual(await client.line(), "closed 1006")
        await reported(self.records, 2)

    async def test_drain(self) -> None:
        """Both sides are told that the gateway goes away, over TLS too."""
        files = self_signed(Path(self.mktemp()).absolute())
        bind = f"ssl:0:interface=127.0.0.1:privateKey={files[0]}:certKey={files[1]}"
        for secure in (False, True):
            instance = await self.node_server(*(files if secure else ()))
            await self.serve(instance, bind if secure else ANY_PORT, "no" if secure else "yes")
            client = self.node_client("waits", "wss" if secure else "ws")
            self.assertEqual(await client.line(), "open")
            stopping = self.gateway.service.stopService()
            self.assertEqual(await client.line(), "closed 1001")
            self.assertEqual(await self.node.line(), "closed 1001")
            await stopping
            self.assertEqual((await reported(self.records)).flag, "SD")


SWITCH = b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
PING = b"\x89\x02hi"


class WordTests(TunnelCase):
    """The word of good-bye, byte by byte."""

    async def closed_after(self, from_client: bytes, from_instance: bytes) -> tuple[bytes, bytes]:
        """What the client and the instance hear, after those bytes, as the tunnel times out."""

        async def says(connection: Connection) -> None:
            connection.send(from_instance)
            await connection.gone()

        route = "upgrade = echo websocket\nupgrade.idle = 60ms"
        offer = b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        client = await self.serve(switching(says), route=route)
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n" + offer + from_client)
        self.assertEqual((await client.response()).status, 101)
        heard = await client.gone()
        await self.backend.abandoned()
        return heard.removeprefix(from_instance), self.backend.connections[-1].untaken.removeprefix(
            from_client
        )

    async def test_between_frames(self) -> None:
        """Between frames both sides get a Close with 1001; the instance's is masked."""
        client, instance = await self.closed_after(b"", PING)
        self.assertEqual(client, close_frame(1001))
        self.assertEqual((instance[:2], len(instance)), (b"\x88\x82", 8))
        self.assertEqual(instance, close_frame(1001, instance[2:6]))

    async def test_within_a_frame(self) -> None:
        """Within a frame there is no place for it: nothing is said on that side."""
        client, instance = await self.closed_after(b"\x81\x85abcd12", PING)
        self.assertEqual((client, instance), (close_frame(1001), b""))
        client, instance = await self.closed_after(b"", PING + PING[:3])
        self.assertEqual((client, instance[:2]), (b"", b"\x88\x82"))

    async def test_after_a_close(self) -> None:
        """Nor is there after a Close of that side's own."""
        client, instance = await self.closed_after(close_frame(1000, b"abcd"), b"")
        self.assertEqual((client, instance), (close_frame(1001), b""))

    async def test_one_half(self) -> None:
        """A WebSocket of which one side has ended is not kept open for the other."""
        self.patch(tunnel, "HALF_CLOSED", 0.1)

        async def ends(connection: Connection) -> None:
            connection.keep_halves()
            connection.end_sending()
            await connection.ended()

        client = await self.serve(switching(ends), route="upgrade = websocket")
        client.keep_halves()
        client.send(
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )
        await client.ended()
        self.assertEqual((await self.reported()).flag, "TL")


def switching(then: Behaviour) -> Behaviour:
    """Switch to WebSocket, and go on as `then` does."""
    return switches(then, SWITCH)
