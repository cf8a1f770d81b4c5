"""A reactor, run for the length of one coroutine, and two ends of a connection on it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.reactor.reactor import UvloopReactor
from tests.reactor.building import UvloopReactor as build


class End(Protocol):
    """One end: keeps what came, and tells when it is over."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.lost: Deferred[Failure] = Deferred()

    @property
    def wire(self) -> Any:
        """The transport, of which more is asked than its interface has."""
        return self.transport

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        # As a value, since a Failure would start the errbacks.
        self.lost.callback(reason.value)


class ReactorCase(SynchronousTestCase):
    """Gives each test a reactor that is not the one that runs the tests."""

    def setUp(self) -> None:
        self.reactor: UvloopReactor = build(self)
        self.addCleanup(self._forget)

    def _forget(self) -> None:
        for reader in self.reactor._internalReaders:
            self.reactor.removeReader(reader)
            reader.connectionLost(None)

    def play(self, scene: Callable[[], Coroutine[Any, Any, None]], signals: bool = False) -> None:
        """Run the reactor until `scene` is over, for 10 seconds at most."""
        ends: list[object] = []

        def over(result: object) -> None:
            ends.append(result)
            self.reactor.stop()

        self.reactor.callWhenRunning(lambda: Deferred.fromCoroutine(scene()).addBoth(over))
        late = self.reactor.callLater(10, over, Failure(AssertionError("It takes too long.")))
        self.reactor.run(installSignalHandlers=signals)
        if late.active():
            late.cancel()
        if isinstance(ends[0], Failure):
            ends[0].raiseException()

    async def connected(
        self, server: Protocol | None = None, client: Protocol | None = None
    ) -> tuple[Any, Any]:
        """Both ends of a new connection, connected."""
        near, far = client or End(), server or End()
        factory = Factory()
        factory.buildProtocol = lambda addr: far  # type: ignore[assignment, method-assign]
        port = self.reactor.listenTCP(0, factory, interface="127.0.0.1")
        clients = Factory()
        clients.buildProtocol = lambda addr: near  # type: ignore[assignment, method-assign]
        endpoint = TCP4ClientEndpoint(self.reactor, "127.0.0.1", port.getHost().port)
        await endpoint.connect(clients)
        await self.until(lambda: far.transport is not None)
        await port.stopListening()
        return far, near

    async def turn(self, seconds: float = 0.0) -> None:
        """Let the reactor do what it has to do now."""
        await deferLater(self.reactor, seconds)

    async def until(self, met: Callable[[], object]) -> None:
        """Wait for a condition."""
        while not met():
            await self.turn(0.001)
