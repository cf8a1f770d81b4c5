"""A raw TCP backend that does to its clients whatever a test has in mind.

A behaviour is a coroutine function of one connection; the ready ones below are made by
functions, and a test may as well write its own:

    async def behaviour(connection):
        request = await connection.request()
        connection.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhal")
        connection.reset()
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from tests.end_to_end.messages import Message, take_request
from tests.end_to_end.wire import Closed, Wire

INTERFACE = "127.0.0.1"


class Connection(Wire):
    """One connection that the backend accepted."""

    def __init__(self, backend: RudeBackend) -> None:
        super().__init__(backend.reactor)
        self._backend = backend
        self._behaving: Deferred[None] | None = None
        #: the whole requests that came on it, in order
        self.requests: list[Message] = []

    def connectionMade(self) -> None:
        self._backend.connections.append(self)
        self._behaving = Deferred.fromCoroutine(self._behave())
        self._behaving.addErrback(self._backend.failed)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        super().connectionLost(reason)
        if self._behaving is not None:
            self._behaving.cancel()

    async def request(self) -> Message:
        """The next request, body and all; `Closed` when none comes any more."""
        message = await self.take_message(take_request)
        self.requests.append(message)
        return message

    async def head(self) -> bytes:
        """The next request's head alone; its body stays untaken."""
        return await self.take_until(b"\r\n\r\n")

    async def _behave(self) -> None:
        await self._backend.behaviour(self)


Behaviour = Callable[[Connection], Awaitable[None]]


class RudeBackend:
    """Listens on a port of its own and treats every connection by `behaviour`.

    `behaviour` may be changed at any time; connections that are there keep theirs.
    """

    def __init__(self, reactor: Any, behaviour: Behaviour) -> None:
        self.reactor = reactor
        self.behaviour = behaviour
        #: every connection that was ever accepted, in order
        self.connections: list[Connection] = []
        #: what went wrong in a behaviour, for the test to see at its end
        self.failures: list[Failure] = []
        #: stays the same when the backend leaves and returns; 0 before `listen`
        self.port = 0
        self._listening: Any = None

    @property
    def address(self) -> str:
        """Where it listens, as ``127.0.0.1:PORT``."""
        return f"{INTERFACE}:{self.port}"

    @property
    def url(self) -> str:
        """The same as an instance's URL in the settings."""
        return f"http://{self.address}"

    @property
    def requests(self) -> list[Message]:
        """All whole requests, connection by connection."""
        return [request for connection in self.connections for request in connection.requests]

    @property
    def open(self) -> list[Connection]:
        """The connections that are not closed."""
        return [connection for connection in self.connections if not connection.closed]

    def listen(self) -> None:
        """Begin to listen, or return to the port of before."""
        factory = Factory.forProtocol(lambda: Connection(self))
        factory.noisy = False
        self._listening = self.reactor.listenTCP(self.port, factory, interface=INTERFACE)
        self.port = self._listening.getHost().port

    async def refuse(self) -> None:
        """Close the port: new connections are refused, those that are there stay."""
        listening, self._listening = self._listening, None
        if listening is not None:
            await maybeDeferred(listening.stopListening)

    async def die(self) -> None:
        """Close the port and reset every connection, as a process that is killed does."""
        await self.refuse()
        for connection in self.open:
            connection.reset()
        await self.abandoned()

    async def abandoned(self) -> None:
        """Wait until no connection is open."""
        for connection in self.open:
            await connection.gone()

    def failed(self, failure: Failure) -> None:
        """Take the end of a behaviour; that its connection went away is no failure."""
        if failure.check(Closed, CancelledError) is None:
            self.failures.append(failure)


def rude_backend(test: TestCase, behaviour: Behaviour) -> RudeBackend:
    """A backend that listens until the end of `test`, which fails if a behaviour did."""
    from twisted.internet import reactor

    backend = RudeBackend(reactor, behaviour)
    backend.listen()

    async def clean_up() -> None:
        await backend.die()
        for failure in backend.failures:
            failure.raiseException()

    test.addCleanup(lambda: Deferred.fromCoroutine(clean_up()))
    return backend


# --- responses ----------------------------------------------------------------------


def response(body: bytes = b"", *, status: str = "200 OK", fields: tuple[bytes, ...] = ()) -> bytes:
    """The bytes of a response with a Content-Length; `fields` are whole lines without ends."""
    lines = [f"HTTP/1.1 {status}".encode(), *fields, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


# --- behaviours ---------------------------------------------------------------------


def answers(*responses: bytes) -> Behaviour:
    """Read each request whole and answer it; the last response serves for all that follow."""

    async def behave(connection: Connection) -> None:
        number = 0
        while True:
            await connection.request()
            connection.send(responses[min(number, len(responses) - 1)])
            number += 1

    return behave


def answers_in_slices(data: bytes, size: int = 1, pause: float = 0.0) -> Behaviour:
    """Answer each request a few bytes at a time: `pause` makes it a trickle."""

    async def behave(connection: Connection) -> None:
        while True:
            await connection.request()
            await connection.send_in_slices(data, size, pause)

    return behave


def stalls(after: bytes = b"") -> Behaviour:
    """Read one request, send `after` (nothing, half a head, half a body...), and then nothing."""

    async def behave(connection: Connection) -> None:
        await connection.request()
        connection.send(after)
        await connection.gone()

    return behave


def closes(after: bytes = b"") -> Behaviour:
    """Read one request, send `after`, and close."""

    async def behave(connection: Connection) -> None:
        await connection.request()
        connection.send(after)
        connection.close()

    return behave


def resets(after: bytes = b"") -> Behaviour:
    """Read one request, send `after`, and end with a RST."""

    async def behave(connection: Connection) -> None:
        await connection.request()
        if after:
            connection.send(after)
            # A RST overtakes what the kernel has not sent yet.
            await connection.sleep(0.02)
        connection.reset()

    return behave


def resets_at_once() -> Behaviour:
    """End each connection with a RST before anything is read."""

    async def behave(connection: Connection) -> None:
        connection.reset()

    return behave


def closes_when_idle(data: bytes) -> Behaviour:
    """Answer one request as if the connection could be used again, and close it then."""

    async def behave(connection: Connection) -> None:
        await connection.request()
        connection.send(data)
        await connection.sleep(0)
        connection.close()

    return behave


def reads_slowly(data: bytes, rest: float = 0.01) -> Behaviour:
    """Read one request at 64 KiB in `rest` seconds at most, then answer."""

    async def behave(connection: Connection) -> None:
        connection.read_slowly(rest)
        await connection.request()
        connection.send(data)
        await connection.gone()

    return behave


def answers_early(data: bytes) -> Behaviour:
    """Answer when the head is there, and read nothing of the body."""

    async def behave(connection: Connection) -> None:
        await connection.head()
        connection.pause()
        connection.send(data)
        # A paused connection does not notice its end: die() cuts it after the test.
        await Deferred()

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first connection gets the first behaviour, and so on; the last serves the rest."""
    left = list(behaviours)

    async def behave(connection: Connection) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(connection)

    return behave
