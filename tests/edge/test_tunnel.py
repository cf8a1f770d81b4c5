"""Promises of tunnels, whatever happens in which order, on transports in memory."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.tunnel import Tunnel, open_tunnel
from altlas.settings.upgrades import UpgradeLimits
from altlas.testing import Answer
from altlas.upstream.request import UpstreamRequest
from altlas.upstream.response import UpstreamResponse
from altlas.upstream.tunnel import UpstreamTunnel
from altlas.wire.heads import ResponseHead
from altlas.wire.websocket import close_frame
from tests.edge.connected import Connected, request

HEAD = ResponseHead(101, b"Switched", 1, [(b"Upgrade", b"x")], 0, True, frozenset(), 0)
ASK = request("GET", "/", "Connection: Upgrade", "Upgrade: websocket, other")


class Line:
    """The connection to an instance, as far as a tunnel needs one; it is its own transport."""

    address = "192.0.2.9:80"

    def __init__(self, halves: bool = True) -> None:
        self.closing = False
        self.said = b""
        self.reading = True
        self.ends: list[str] = []
        self.producer: Any = None
        self._halves = halves

    @property
    def outlet(self) -> Any:
        return self

    def write(self, data: bytes) -> None:
        self.said += data

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert streaming and self.producer is None
        self.producer = producer

    def unregisterProducer(self) -> None:
        assert self.producer is not None
        self.producer = None

    def pause(self) -> None:
        self.reading = False

    def resume(self) -> None:
        self.reading = True

    def end_sending(self) -> bool:
        if self._halves:
            self.ends.append("half")
        return self._halves

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            self.ends.append("close")

    def cut(self) -> None:
        if not self.closing:
            self.closing = True
            self.ends.append("cut")

    def cut_after(self, seconds: float) -> None:
        self.ends.append("soon")


class Scene:
    """A tunnel between a client and an instance."""

    def __init__(
        self, protocol: bytes = b"other", halves: bool = True, idle: float | None = 100.0
    ) -> None:
        limits = UpgradeLimits(idle=idle, lifetime=1000.0)
        route = {"upgrade": ("other", "websocket"), "upgrade_": limits}
        self.client = Connected(route=route)
        self.client.send(ASK + b"early")
        self.line = Line(halves)
        self.upstream = UpstreamTunnel(self.line, protocol, b"first")  # type: ignore[arg-type]
        asked = UpstreamRequest(b"GET", b"http://a", b"/", [])
        response = UpstreamResponse(HEAD, asked, self.upstream)
        response.tunnel = self.upstream
        exchange = self.client.exchange
        exchange._settled = True  # as it is when a response is there
        open_tunnel(exchange, response, exchange._close)
        tunnel: Any = self.client.channel.exchange
        self.tunnel: Tunnel = tunnel

    @property
    def said(self) -> bytes:
        """What the client was told behind the 101."""
        return self.client.said.partition(b"\r\n\r\n")[2]

    def do(self, event: str) -> None:
        """Let one thing happen, where it still can."""
        transport, line = self.client.transport, self.line
        here = transport.connected
        if event == "client says" and here and transport.reading:
            self.client.send(b"c")
        elif event == "instance says" and not line.closing and line.reading:
            self.upstream.data_received(b"i")
        elif event == "client ends" and here:
            self.client.channel.readConnectionLost()
        elif event == "instance ends" and not line.closing:
            self.upstream.ended()
        elif event.startswith("client goes") and here:
            transport.lost(ConnectionLost() if event.endswith("off") else ConnectionDone())
        elif event.startswith("instance goes") and not line.closing:
            line.closing = True
            error = ConnectionLost() if event.endswith("off") else ConnectionDone()
            self.upstream.lost(Failure(error))
        else:
            self._pace(event)

    def _pace(self, event: str) -> None:
        if event == "client full":
            self.client.fill()
        elif event == "client drained":
            self.client.drain()
        elif event == "instance full" and self.line.producer is not None:
            self.line.producer.pauseProducing()
        elif event == "instance drained" and self.line.producer is not None:
            self.line.producer.resumeProducing()
        elif event == "drain":
            self.client.listening.close_tunnels()
        elif event == "cut":
            self.client.listening.cut()
        elif event == "time":
            self.client.clock.advance(30)


EVENTS = (
    *("client says", "client ends", "client goes", "client goes off", "client full"),
    *("client drained", "instance says", "instance ends", "instance goes", "instance goes off"),
    *("instance full", "instance drained", "drain", "cut", "time"),
)


class TunnelTests(SynchronousTestCase):
    """What holds for every tunnel."""

    @settings(max_examples=300, deadline=None)
    @given(
        st.lists(st.sampled_from(EVENTS), max_size=10),
        st.sampled_from([b"other", b"websocket"]),
        st.booleans(),
    )
    def test_any_course(self, events: list[str], protocol: bytes, halves: bool) -> None:
        """Whatever happens: one record, no lease, no timer and no connection stays behind."""
        scene = Scene(protocol, halves)
        for event in events:
            scene.do(event)
        scene.client.clock.pump([30.0] * 50)
        self.assertEqual(len(scene.client.records), 1)
        self.assertEqual(scene.client.leases, (0, 0, 0))
        self.assertEqual(scene.client.timers, 0)
        self.assertEqual(scene.client.listening.tunnels, set())
        self.assertEqual(scene.client.listening.channels, set())
        self.assertEqual(scene.client.listening.in_flight, 0)
        self.assertTrue(scene.line.closing or "soon" in scene.line.ends)

    def test_first_bytes(self) -> None:
        """What came with either head is handed on first, and counted."""
        scene = Scene()
        self.assertEqual((scene.line.said, scene.said), (b"early", b"first"))
        self.assertIn(b"\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n", scene.client.said)
        scene.do("client goes")
        (record,) = scene.client.records
        self.assertEqual((record.bytes_in, record.bytes_out, record.status), (5, 5, 101))

    def test_pace(self) -> None:
        """A side that takes no more pauses the other, and only that."""
        scene = Scene()
        transport = scene.client.transport
        for event, state in (
            ("client full", (True, False)),
            ("client drained", (True, True)),
            ("instance full", (False, True)),
            ("instance drained", (True, True)),
        ):
            scene.do(event)
            self.assertEqual((transport.reading, scene.line.reading), state, event)

    def test_ends(self) -> None:
        """A good end of one side is a good end of the other, a break a break."""
        for events, instance, reset, flag in (
            (["client ends"], ["half"], None, None),
            (["client ends", "instance ends"], ["half", "close"], False, "-"),
            (["instance ends", "client ends"], ["close"], False, "-"),
            (["client goes"], ["close"], None, "-"),
            (["client goes off"], ["cut"], None, "DC"),
            (["instance goes"], [], False, "-"),
            (["instance goes off"], [], True, "UC"),
            (["cut"], ["cut"], True, "SD"),
            (["drain"], ["half", "soon"], False, "SD"),
            (["time"] * 5, ["half", "soon"], False, "TL"),
        ):
            scene = Scene()
            for event in events:
                scene.do(event)
            self.assertEqual(scene.line.ends, instance, events)
            if reset is not None:
                self.assertEqual(scene.client.transport.aborted, reset, events)
            flags = [record.flag for record in scene.client.records]
            self.assertEqual(flags, [] if flag is None else [flag], events)

    def test_without_halves(self) -> None:
        """Where an end of one direction cannot be told, it is the end of both."""
        scene = Scene(halves=False)
        scene.do("client ends")
        self.assertEqual((scene.line.ends, len(scene.client.records)), (["close"], 1))

    def test_half_a_websocket(self) -> None:
        """The other half of a WebSocket is not waited for as long as a whole one."""
        for protocol, open_yet in ((b"websocket", 0), (b"other", 1)):
            scene = Scene(protocol)
            scene.do("client ends")
            scene.do("time")
            self.assertEqual(len(scene.client.listening.tunnels), open_yet)

    def test_last_word(self) -> None:
        """A drain says 1001 to both sides of a WebSocket, and a tunnel that comes too late none."""
        scene = Scene(b"websocket")
        scene.tunnel.client_said(b"")
        scene.do("drain")
        # "early" and "first" end within a frame.
        self.assertEqual((scene.line.said, scene.said), (b"early", b"first"))
        late = Scene()
        self.assertTrue(late.client.listening.tunnels)
        whole = Scene(b"websocket")
        trails: Any = whole.tunnel._trails
        for trail in trails:
            trail.__init__()
        whole.do("drain")
        self.assertEqual(whole.said, b"first" + close_frame(1001))
        masked = whole.line.said.removeprefix(b"early")
        self.assertEqual(masked, close_frame(1001, masked[2:6]))
        self.assertTrue(whole.client.listening.closes_tunnels)

    def test_plain_client(self) -> None:
        """A 101 by a client that makes no tunnels is a bad answer."""
        client = Connected(route={"upgrade": ("other",)})
        client.send(ASK)
        client.answer(Answer(101))
        self.assertEqual(client.statuses, [502])
        self.assertEqual(client.leases, (0, 0, 0))
