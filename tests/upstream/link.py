"""An instance in memory: every connection to it is a transport that a test holds."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.protocol import Protocol
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from altlas.timers import Timers
from altlas.upstream.agent import GatewayAgent
from altlas.upstream.client import GatewayClient
from altlas.upstream.pool import PoolSettings

ORIGIN = b"http://127.0.0.1:9001"


class Link(StringTransport):
    """The transport of one connection, seen from the instance's side."""

    def __init__(self) -> None:
        super().__init__(lenient=True)
        self.protocol: Any = None
        self.aborted = False
        self.over = False

    def abortConnection(self) -> None:
        self.aborted = True

    def says(self, data: bytes) -> None:
        """Let the instance send."""
        self.protocol.dataReceived(data)

    def hangs_up(self, reason: type[Exception] = ConnectionDone) -> None:
        """Let the connection end, as a TCP transport does: the producer is told first."""
        if not self.over:
            self.over = True
            producer, self.producer = self.producer, None
            if producer is not None:
                producer.stopProducing()
            self.protocol.connectionLost(Failure(reason()))

    def resets(self) -> None:
        """Let the connection break."""
        self.hangs_up(ConnectionLost)

    def settles(self) -> None:
        """Let an end that the gateway asked for come about."""
        if self.aborted:
            self.hangs_up(ConnectionAborted)
        elif self.disconnecting:
            self.hangs_up(ConnectionDone)

    def heard(self) -> bytes:
        """Return what was sent since the last call."""
        data = self.value()
        self.clear()
        return bytes(data)

    @property
    def closing(self) -> bool:
        """Whether the gateway closes, or has closed, this connection."""
        return self.aborted or self.disconnecting or self.over


class Room:
    """A client, its agent, and the instance that it speaks to."""

    def __init__(self, **settings: Any) -> None:
        self.reactor = MemoryReactorClock()
        self.timers = Timers(self.reactor)
        self.agent = GatewayAgent(self.reactor, self.timers)
        self.client = GatewayClient(self.agent)
        self.agent.register(ORIGIN, PoolSettings(**settings))
        self.links: list[Link] = []

    @property
    def asked(self) -> int:
        """How many connections were asked for."""
        return len(self.reactor.tcpClients)

    def accept(self) -> Link:
        """Let the connection that was last asked for come about."""
        return self.accept_at(-1)

    def accept_at(self, index: int) -> Link:
        """Let one of the connections that were asked for come about."""
        link = Link()
        link.protocol = self.reactor.tcpClients[index][2].buildProtocol(None)
        link.protocol.makeConnection(link)
        self.links.append(link)
        return link

    def refuse(self, error: Exception) -> None:
        """Let the connection that was last asked for fail."""
        self.refuse_at(-1, error)

    def refuse_at(self, index: int, error: Exception) -> None:
        """Let one of the connections that were asked for fail."""
        factory = self.reactor.tcpClients[index][2]
        factory.clientConnectionFailed(self.reactor.connectors[index], Failure(error))

    def get(self, path: bytes = b"/", method: str = "GET", **options: Any) -> Deferred[Any]:
        """Ask."""
        return self.client.request(method, ORIGIN + path, **options)

    def answered(self, answer: bytes, method: str = "GET", **options: Any) -> tuple[Any, Link]:
        """Ask over a new connection and give the response to `answer`."""
        deferred = self.get(method=method, **options)
        link = self.accept()
        link.says(answer)
        return result_of(deferred), link

    def idle(self) -> int:
        return self.agent.idle(ORIGIN)

    def open(self) -> int:
        return self.agent.open(ORIGIN)


def result_of(deferred: Deferred[Any]) -> Any:
    """Return the result of a Deferred that has one; an error is returned, not raised."""
    found: list[Any] = []
    deferred.addBoth(found.append)
    assert found, "the Deferred has no result yet"
    return found[0].value if isinstance(found[0], Failure) else found[0]


class Sink(Protocol):
    """Takes a body and counts how often it ends."""

    def __init__(self) -> None:
        self.data = b""
        self.ends: list[Any] = []

    def dataReceived(self, data: bytes) -> None:
        self.data += data

    def connectionLost(self, reason: Any = None) -> None:
        self.ends.append(reason.value)


def delivered(response: Any) -> Sink:
    """Take the body of a response."""
    sink = Sink()
    response.deliverBody(sink)
    return sink


@implementer(IBodyProducer)
class Body:
    """A request's body that a test writes piece by piece."""

    def __init__(self, length: Any = UNKNOWN_LENGTH, at_once: bytes | None = None) -> None:
        self.length = length
        self.trailers: list[tuple[bytes, bytes]] = []
        self.consumer: Any = None
        self.calls: list[str] = []
        self._at_once = at_once
        self._done: Deferred[None] = Deferred()

    def startProducing(self, consumer: Any) -> Deferred[None]:
        self.consumer = consumer
        self.calls.append("start")
        if self._at_once is not None:
            consumer.write(self._at_once)
            self.ends()
        return self._done

    def writes(self, data: bytes) -> None:
        self.consumer.write(data)

    def ends(self) -> None:
        self._done.callback(None)

    def breaks(self, error: Exception) -> None:
        self._done.errback(Failure(error))

    def stopProducing(self) -> None:
        self.calls.append("stop")

    def pauseProducing(self) -> None:
        self.calls.append("pause")

    def resumeProducing(self) -> None:
        self.calls.append("resume")
