"""A client of HTTP/2 over a real connection, whose frames are the test's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from tests.edge.http2.spoken import Answered, Client
from tests.end_to_end.wire import Closed

#: bytes of a frame
FRAME = 16 * 1024


class StreamClient(Protocol):
    """One connection."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.closed = False
        self._waiting: list[Deferred[None]] = []

    def connectionMade(self) -> None:
        self.flush()

    def flush(self) -> None:
        """Send what there is."""
        data = self.client.h2.data_to_send()
        if data and not self.closed:
            self.transport.write(data)  # type: ignore[union-attr]

    def dataReceived(self, data: bytes) -> None:
        self.client.receive(data)
        self.flush()
        self._wake()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so; `Closed` when the connection ends before."""
        while not true():
            if self.closed:
                raise Closed
            one: Deferred[None] = Deferred()
            self._waiting.append(one)
            await one

    async def ask(self, *fields: tuple[bytes, bytes], **pseudo: bytes) -> Answered:
        """Ask, and wait for the whole answer."""
        number = self.client.ask(*fields, **pseudo)
        return await self.answered(number)

    async def answered(self, number: int) -> Answered:
        """Wait until a stream is over."""
        self.flush()
        answer = self.client.answers[number]
        await self.until(lambda: answer.ended or answer.reset is not None)
        return answer

    async def pour(self, number: int, data: bytes) -> None:
        """Send a body as the windows admit, and its end."""
        h2 = self.client.h2
        at = 0
        while at < len(data):
            await self.until(lambda: h2.local_flow_control_window(number))
            room = min(h2.local_flow_control_window(number), FRAME)
            h2.send_data(number, data[at : at + room])
            at += room
            self.flush()
        h2.end_stream(number)
        self.flush()


async def stream_client(test: TestCase, port: int, client: Client | None = None) -> StreamClient:
    """A client connected to `port` on loopback until the end of `test`."""
    from twisted.internet import reactor

    clock: Any = reactor
    endpoint = TCP4ClientEndpoint(clock, "127.0.0.1", port)
    made: StreamClient = await connectProtocol(endpoint, StreamClient(client or Client()))

    async def clean_up() -> None:
        if not made.closed:
            transport: Any = made.transport
            transport.abortConnection()
            try:
                await made.until(lambda: False)
            except Closed:
                pass

    test.addCleanup(lambda: Deferred.fromCoroutine(clean_up()))
    return made
