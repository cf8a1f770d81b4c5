"""What both directions of a connection share."""

from __future__ import annotations

from asyncio import Transport
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.logger import Logger
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from altlas.reactor.reactor import UvloopReactor

log = Logger()

# Made once: the two commonest ends carry no traceback that could differ.
DONE = Failure(ConnectionDone())
LOST = Failure(ConnectionLost())


class Conduit:
    """The stream below, the protocol above, and how far their connection has come.

    One object is Twisted's transport and uvloop's protocol at once, and its halves are
    layers of one class: an object for each would cost every connection and every message.
    """

    reactor: UvloopReactor
    protocol: Any = None
    connected = False
    disconnecting = False
    disconnected = False
    # None until uvloop says that it is made; kept at the end for the addresses it knows.
    _stream: Transport | None = None

    def connectionLost(self, reason: Failure) -> None:
        """End the connection at once and tell the protocol so."""
        raise NotImplementedError

    def _fail(self) -> None:
        """Log the exception at hand, which the protocol let out, and end the connection."""
        failure = Failure()
        log.failure("A protocol's error ends its connection", failure)
        self.connectionLost(failure)

    def _soon(self, call: Callable[[], object]) -> None:
        self.reactor.loop.call_soon(call)
