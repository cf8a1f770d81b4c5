"""Bodies that are too large to be held, and what of them is held all the same."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from tests.end_to_end.wire import Wire

MEBIBYTE = 1 << 20
#: what every body is made of, over and over
PIECE = Random(1).randbytes(64 * 1024)


def pieces(size: int) -> Iterator[bytes]:
    """A body of `size` bytes, which is a multiple of 64 KiB."""
    for _ in range(size // len(PIECE)):
        yield PIECE


def chunked(body: Iterable[bytes]) -> Iterator[bytes]:
    """The same as chunks."""
    for piece in body:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def digest(size: int) -> str:
    """What `hashlib.sha256` makes of such a body."""
    whole = hashlib.sha256()
    for piece in pieces(size):
        whole.update(piece)
    return whole.hexdigest()


@implementer(IPushProducer)
@define(eq=False)
class Pour:
    """Sends pieces at the pace of the other side; `done` fires after the last, or the close."""

    _wire: Wire
    _pieces: Iterator[bytes]
    #: bytes that were sent
    sent: int = 0
    done: Deferred[None] = field(factory=Deferred, init=False)
    _paused: bool = field(default=False, init=False)

    def start(self) -> Deferred[None]:
        """Begin."""
        transport: Any = self._wire.transport
        transport.registerProducer(self, True)
        self.resumeProducing()
        return self.done

    def pauseProducing(self) -> None:
        """Wait."""
        self._paused = True

    def resumeProducing(self) -> None:
        """Go on."""
        self._paused = False
        for piece in self._pieces:
            self.sent += len(piece)
            self._wire.send(piece)
            if self._paused:
                return
        self._wire.transport.unregisterProducer()  # type: ignore[union-attr]
        self._end()

    def stopProducing(self) -> None:
        """Stop, since the connection is gone."""
        self._pieces = iter(())
        self._end()

    def _end(self) -> None:
        if not self.done.called:
            self.done.callback(None)


def pour(wire: Wire, body: Iterable[bytes]) -> Pour:
    """Begin to send `body`."""
    poured = Pour(wire, iter(body))
    poured.start()
    return poured


@contextmanager
def holding_less_than(limit: int) -> Iterator[None]:
    """Fail if at any moment within the block more than `limit` bytes were held in addition.

    That is memory of Python's, of all sides that live in this process: what the kernel holds for
    them does not count.
    """
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        held = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert held < limit, f"{held} bytes were held"
