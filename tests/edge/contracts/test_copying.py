"""Bodies that are looked at while they pass."""

from __future__ import annotations

from typing import Any

from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.contracts.copying import CopiedBody, CopyingReceiver, Pieces
from altlas.errors import UpstreamReset
from altlas.upstream.response import DONE
from tests.backend.scene import body


class Taken:
    """Takes a body, of either side."""

    def __init__(self) -> None:
        self.data = b""
        self.transport: Any = None
        self.ended: list[Any] = []

    def write(self, data: bytes) -> None:
        """A piece of a request's."""
        self.data += data

    dataReceived = write

    def makeConnection(self, transport: Any) -> None:
        """An answer's body is to come."""
        self.transport = transport

    def connectionLost(self, reason: Failure) -> None:
        """Its end."""
        self.ended.append(reason.value)


def whole(pieces: Pieces | None) -> bytes:
    """What passed, all of it."""
    assert pieces is not None
    return pieces.whole()


class PiecesTests(SynchronousTestCase):
    """What is kept of a body."""

    def test_most(self) -> None:
        """All of it, up to the limit; beyond that nothing."""
        pieces = Pieces(3)
        pieces.add(b"ab")
        pieces.add(b"c")
        self.assertEqual((pieces.over, pieces.whole()), (False, b"abc"))
        pieces.add(b"d")
        pieces.add(b"e")
        self.assertEqual((pieces.over, pieces.whole()), (True, b""))


class CopiedBodyTests(SynchronousTestCase):
    """A request's body that leaves a copy."""

    def test_passes(self) -> None:
        """It is like the other in all things; the copy is told when all of it has passed."""
        looked: list[bytes] = []
        inner = body(b"ab", 4)
        copied = CopiedBody(inner, 10, lambda pieces: looked.append(whole(pieces)))
        self.assertEqual((copied.length, copied.complete), (4, False))
        taken = Taken()
        copied.startProducing(taken)  # type: ignore[arg-type]
        self.assertEqual((taken.data, looked), (b"ab", []))
        inner.feed(b"cd")
        self.assertEqual((taken.data, looked), (b"abcd", [b"abcd"]))

    def test_left(self) -> None:
        """A body that nobody takes to its end is told of as such, and once."""
        for started in (False, True):
            looked: list[Any] = []
            inner = body(b"ab", 4)
            copied = CopiedBody(inner, 10, looked.append)
            if started:
                copied.startProducing(Taken())  # type: ignore[arg-type]
            copied.left()
            copied.left()
            inner.feed(b"cd")
            self.assertEqual(looked, [None])

    def test_again(self) -> None:
        """A body that is sent twice is told of once, whole."""
        looked: list[bytes] = []
        inner = body(b"ab", 4)
        inner.keep(10)
        copied = CopiedBody(inner, 10, lambda pieces: looked.append(whole(pieces)))
        copied.startProducing(Taken())  # type: ignore[arg-type]
        copied.stopProducing()
        copied.startProducing(Taken())  # type: ignore[arg-type]
        inner.feed(b"cd")
        copied.startProducing(Taken())  # type: ignore[arg-type]
        self.assertEqual(looked, [b"abcd"])


class CopyingReceiverTests(SynchronousTestCase):
    """An answer's body that leaves a copy."""

    def test_passes(self) -> None:
        """Transport, pieces and end reach the other; after an end the copy is told."""
        for end, copies in ((DONE, [b"ab"]), (Failure(UpstreamReset()), [])):
            looked: list[bytes] = []
            taken, transport = Taken(), object()
            copying = CopyingReceiver(
                taken, 10, lambda pieces, to=looked: to.append(pieces.whole())
            )
            copying.makeConnection(transport)  # type: ignore[arg-type]
            copying.dataReceived(b"a")
            copying.dataReceived(b"b")
            copying.connectionLost(end)
            self.assertIs(taken.transport, transport)
            self.assertEqual((taken.data, len(taken.ended), looked), (b"ab", 1, copies))
