"""Bodies that are looked at while they pass, and never wait for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer


@define(eq=False)
class Pieces:
    """The pieces of a body, as long as they are no more than `most` bytes."""

    most: int
    #: whether there were more
    over: bool = field(default=False, init=False)
    _pieces: list[bytes] = field(factory=list, init=False)
    _size: int = field(default=0, init=False)

    def add(self, data: bytes) -> None:
        """One piece more."""
        if self.over:
            return
        self._size += len(data)
        self._pieces.append(data)
        if self._size > self.most:
            self.over = True
            self._pieces.clear()

    def whole(self) -> bytes:
        """All of them."""
        return b"".join(self._pieces)


@implementer(IConsumer)
@define(eq=False)
class _Copying:
    """Writes on, and keeps."""

    _consumer: Any
    pieces: Pieces

    def write(self, data: bytes) -> None:
        self._consumer.write(data)
        self.pieces.add(data)

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Do nothing: a body ends with the Deferred of its `startProducing`."""

    def unregisterProducer(self) -> None:
        """Do nothing, likewise."""


@implementer(IBodyProducer)
class CopiedBody:
    """A request's body like another, of which `looked` gets all pieces when they have passed.

    It is called once, however often the body is sent: when all of it was, or with None when it
    was `left` before.
    """

    def __init__(self, body: Any, most: int, looked: Callable[[Pieces | None], object]) -> None:
        self._body = body
        self._most = most
        self._looked: Callable[[Pieces | None], object] | None = looked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Write the body to `consumer`."""
        copying = _Copying(consumer, Pieces(self._most))
        produced: Deferred[None] = self._body.startProducing(copying)
        return produced.addCallback(self._passed, copying.pieces)

    def left(self) -> None:
        """Nobody takes any more of it."""
        self._passed(None, None)

    def _passed(self, result: None, pieces: Pieces | None) -> None:
        looked, self._looked = self._looked, None
        if looked is not None:
            looked(pieces)


class CopyingReceiver(Protocol):
    """Gives an answer's body on to another receiver, and all pieces to `looked` at its end."""

    def __init__(self, receiver: Any, most: int, looked: Callable[[Pieces], object]) -> None:
        self._receiver = receiver
        self._pieces = Pieces(most)
        self._looked = looked

    def connectionMade(self) -> None:
        """The transport is that of the other: it sets the pace."""
        self._receiver.makeConnection(self.transport)

    def dataReceived(self, data: bytes) -> None:
        """A piece goes on first."""
        self._receiver.dataReceived(data)
        self._pieces.add(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The end, or a break, after which there is nothing to look at."""
        self._receiver.connectionLost(reason)
        if reason.check(ResponseDone, PotentialDataLoss):
            self._looked(self._pieces)
