"""A channel on a transport in memory, before a backend that answers by script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from altlas.edge.channel import Channel
from altlas.edge.dispatching import Dispatcher
from altlas.edge.exchange import Exchange
from altlas.edge.leaf import ForwardLeaf, Leaf
from altlas.edge.listening import Listening
from altlas.edge.replying import RedirectLeaf, RespondLeaf
from altlas.observability.record import ExchangeRecord
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings.tree import Listener, Route
from altlas.testing import NEVER, Answer, Asked, Step
from altlas.wire.forwarding import Forwarding
from tests.backend.scene import Scene, backend

PEER = IPv4Address("TCP", "192.0.2.1", 4711)
LOCAL = IPv4Address("TCP", "192.0.2.254", 80)
#: seconds since the epoch at the beginning of every test
EPOCH = 1_000_000_000.0


def request(method: str = "GET", target: str = "/", *lines: str, body: bytes = b"") -> bytes:
    """The bytes of a request; the lines for the body are the caller's."""
    head = "\r\n".join([f"{method} {target} HTTP/1.1", "Host: h.test", *lines])
    return head.encode() + b"\r\n\r\n" + body


def post(size: int, body: bytes = b"") -> bytes:
    """A POST that announces `size` bytes and begins with `body`."""
    return request("POST", "/", f"Content-Length: {size}", body=body)


class ClientTransport(StringTransport):
    """The client's connection. What is closed here is lost a moment later, as with sockets."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(LOCAL, PEER)
        self._clock = clock
        self.channel: Channel
        self.half_closed = False
        self.aborted = False

    def loseWriteConnection(self) -> None:
        """Close our half: the client is expected to close its own."""
        self.half_closed = True

    def loseConnection(self) -> None:
        """Close."""
        super().loseConnection()
        self._clock.callLater(0, self.lost, ConnectionDone())

    def abortConnection(self) -> None:
        """Reset."""
        self.aborted = True
        StringTransport.loseConnection(self)
        self._clock.callLater(0, self.lost, ConnectionAborted())

    def lost(self, reason: Exception) -> None:
        """The connection is gone, by whomever."""
        if self.connected:
            self.connected = False
            self.disconnecting = True
            if self.producer is not None:
                self.producer.stopProducing()
            self.channel.connectionLost(Failure(reason))

    @property
    def reading(self) -> bool:
        """Whether bytes are taken from the client."""
        return self.producerState == "producing"


class Connected:
    """One client of one listener, with the backend ``demo`` behind the route of path ``/``."""

    def __init__(
        self,
        *steps: Step,
        settings: dict[str, Any] | None = None,
        route: dict[str, Any] | None = None,
        routes: Iterable[tuple[Route, Leaf]] = (),
        listener: dict[str, Any] | None = None,
        own: Mapping[bytes, Leaf] | None = None,
    ) -> None:
        """`steps` are the backend's answers; after them it is silent until `answer`."""
        self.scene = Scene(backend(**(settings or {})), *steps, *[NEVER] * 50)
        self.clock = self.scene.clock
        self.records: list[ExchangeRecord] = []
        demo = Route(**{"name": "demo", "path": "/", "backend": "demo", **(route or {})})
        leaf = ForwardLeaf.of(demo, self.scene.settings, self.scene.stack)
        rules = [Rule(demo, leaf), *(Rule(one, end) for one, end in routes)]
        self.listening = Listening(
            Listener(**{"name": "public", "bind": "tcp:0", **(listener or {})}),
            self.scene.timers,
            Forwarding("altlas"),
            Dispatcher(RouteIndex(rules)).serve,
            self.records.append,
            lambda: EPOCH + self.clock.seconds(),
            Random(1),
            own or {},
        )
        self.channel, self.transport = self.connect()

    def connect(self) -> tuple[Channel, ClientTransport]:
        """One more client."""
        channel, transport = Channel(self.listening), ClientTransport(self.clock)
        transport.channel = channel
        channel.makeConnection(transport)  # type: ignore[arg-type]
        return channel, transport

    # --- the client

    def send(self, data: bytes) -> None:
        """Bytes from the client."""
        self.channel.dataReceived(data)

    def leave(self) -> None:
        """The client goes away."""
        self.transport.lost(ConnectionLost())

    def fill(self) -> None:
        """The client takes nothing, until `drain`."""
        if self.transport.producer is not None:
            self.transport.producer.pauseProducing()

    def drain(self) -> None:
        """The client has taken everything."""
        if self.transport.producer is not None:
            self.transport.producer.resumeProducing()

    @property
    def said(self) -> bytes:
        """What the client was told."""
        return self.transport.value()

    @property
    def statuses(self) -> list[int]:
        """The statuses of what the client was told, 1xx included."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.said)]

    # --- the backend

    @property
    def asked(self) -> Asked:
        """The request that it was sent last."""
        return self.scene.script.asked[-1]

    def answer(self, step: Step | None = None) -> Asked:
        """Let it carry out a step: unless given, an answer of which ``part`` has come."""
        self.asked.answer(Answer(body=b"part", open=True) if step is None else step)
        return self.asked

    # --- what is left

    @property
    def exchange(self) -> Exchange:
        """The exchange under way."""
        assert self.channel.exchange is not None
        return self.channel.exchange

    @property
    def timers(self) -> int:
        """How many timers are set."""
        return sum(len(queue.waiting) for queue in self.scene.timers._queues.values())

    @property
    def leases(self) -> tuple[int, ...]:
        """How many leases are out, in all and of each instance."""
        picker, roster = self.scene.picker, self.scene.roster
        return (picker.in_flight, *(member.active for member in roster.members))


def fixed(path: str = "/fixed", body: bytes = b"hello") -> tuple[Route, Leaf]:
    """A route that answers by itself."""
    return Route(name="fixed", path=path), RespondLeaf(200, b"text/plain", body)


def moved() -> tuple[Route, Leaf]:
    """A route that redirects."""
    return Route(name="moved", path="/old"), RedirectLeaf(308, b"/new")
