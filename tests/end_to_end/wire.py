"""One end of a TCP connection on which every byte is the test's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHalfCloseableProtocol, IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from zope.interface import alsoProvides

from tests.end_to_end.messages import Message

T = TypeVar("T")


class Closed(Exception):
    """The other side closed the connection before what was waited for had come."""


class Wire(Protocol):
    """Keeps what it receives; is waited on by coroutines, one at a time."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._kept = bytearray()
        #: how many of the kept bytes were taken, as messages or pieces
        self.taken = 0
        #: whether the connection is no more, from either side
        self.closed = False
        #: whether the other side has ended its sending (`keep_halves`)
        self.half_closed = False
        #: how it ended: `ConnectionDone`, or `ConnectionLost` when it was reset
        self.reason: Failure | None = None
        self._waiting: list[Deferred[None]] = []
        self._rest_between_reads = 0.0
        self._resting: Any = None

    # --- by Twisted

    def dataReceived(self, data: bytes) -> None:
        self._kept += data
        if self._rest_between_reads:
            self.pause()
            self._resting = self._clock.callLater(self._rest_between_reads, self.resume)
        self._wake()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.closed = True
        self.reason = reason
        if self._resting is not None and self._resting.active():
            self._resting.cancel()
        self._wake()

    def readConnectionLost(self) -> None:
        self.half_closed = True
        self._wake()

    def writeConnectionLost(self) -> None: ...

    # --- to send

    def send(self, data: bytes) -> None:
        """Send exactly these bytes."""
        self._transport.write(data)

    async def send_in_slices(self, data: bytes, size: int = 1, pause: float = 0.0) -> None:
        """Send `size` bytes at a time, each in a packet of its own, `pause` seconds apart."""
        for start in range(0, len(data), size):
            self.send(data[start : start + size])
            await self.sleep(pause)

    async def sleep(self, seconds: float) -> None:
        """Do nothing for a while; keep it short."""
        await deferLater(self._clock, seconds)

    # --- to receive

    @property
    def received(self) -> bytes:
        """Every byte that came, but for what was swallowed."""
        return bytes(self._kept)

    @property
    def untaken(self) -> bytes:
        """What came and was not taken yet."""
        return bytes(self._kept[self.taken :])

    async def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        return await self._until(lambda: self.untaken[:size] if len(self.untaken) >= size else None)

    async def take_until(self, mark: bytes) -> bytes:
        """The next bytes up to and with `mark`."""
        return await self._until(lambda: self._found(mark))

    async def swallow(self, size: int, digest: Any = None) -> None:
        """Take `size` bytes without keeping them; `digest` may have a look (as of hashlib)."""
        while size:
            piece = bytes(self._kept[self.taken : self.taken + size])
            del self._kept[self.taken : self.taken + size]
            size -= len(piece)
            if digest is not None:
                digest.update(piece)
            if size and self.closed:
                raise Closed(f"{size} bytes were still to come")
            if size:
                await self._something()

    async def take_message(self, take: Callable[[bytes], Message | None]) -> Message:
        """The next message, as `take` finds it in what has come; else `Closed`."""
        return await self._until(lambda: take(self.untaken), lambda message: message.raw)

    async def gone(self) -> bytes:
        """Wait until the connection is no more; what came untaken until then."""
        while not self.closed:
            await self._something()
        return self.untaken

    def keep_halves(self) -> None:
        """Go on sending when the other side has ended its sending; see `ended`."""
        alsoProvides(self, IHalfCloseableProtocol)
        self._transport.protocol = self  # without the shell that an endpoint put around it

    async def ended(self) -> bytes:
        """Wait until the other side sends no more; what came untaken until then."""
        while not (self.half_closed or self.closed):
            await self._something()
        return self.untaken

    def pause(self) -> None:
        """Read nothing more for now, so that the other side must wait."""
        self._transport.pauseProducing()

    def resume(self) -> None:
        """Read on."""
        self._transport.resumeProducing()

    def read_slowly(self, rest: float) -> None:
        """Rest for so many seconds after each read, of up to 64 KiB, from now on."""
        self._rest_between_reads = rest

    # --- to end

    def close(self) -> None:
        """Close after everything was sent."""
        self._transport.loseConnection()

    def end_sending(self) -> None:
        """Close this direction only."""
        self._transport.loseWriteConnection()

    def reset(self) -> None:
        """End with a RST: the other side's kernel says so at once."""
        self._transport.abortConnection()

    @property
    def _transport(self) -> Any:
        assert self.transport is not None, "not connected"
        return self.transport

    # --- within

    async def _until(
        self, look: Callable[[], T | None], raw: Callable[[T], bytes] | None = None
    ) -> T:
        while (found := look()) is None:
            if self.closed:
                raise Closed(f"only {self.untaken[:200]!r} had come")
            await self._something()
        self.taken += len(raw(found) if raw else found)  # type: ignore[arg-type]
        return found

    def _found(self, mark: bytes) -> bytes | None:
        end = self.untaken.find(mark)
        return None if end < 0 else self.untaken[: end + len(mark)]

    def _something(self) -> Deferred[None]:
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)
