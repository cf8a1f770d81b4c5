"""TLS started on a connection, by Twisted's own layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import frozen
from twisted.internet import _newtls
from twisted.internet.interfaces import ITLSTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from altlas.reactor.connection import Connection

if TYPE_CHECKING:
    from altlas.reactor.reactor import UvloopReactor

# What goes through the TLS layer from `startTLS` on.
_LAYERED = (
    "write",
    "writeSequence",
    "loseConnection",
    "registerProducer",
    "unregisterProducer",
)


@frozen
class Shortly:
    """The clock of Twisted's TLS layer, which puts small writes off by `callLater(0, ...)`.

    As calls of the loop they cost 1 us instead of 8, and come before this turn's departures.
    """

    _reactor: UvloopReactor

    def callLater(self, delay: float, call: Callable[[], object]) -> Any:
        """Make the call as soon as possible, whatever the delay; it can be cancelled."""
        return self._reactor.loop.call_soon(call)


@implementer(ITLSTransport)
class SecurableConnection(Connection):
    """A connection on which `startTLS` may be called.

    The TLS layer's methods are put over the plain ones, so that a plain connection does not
    pay for a question at every write; the layer itself still calls the plain ones.
    """

    TLS = False
    _tlsClientDefault = False

    def startTLS(self, contextFactory: Any, normal: bool = True) -> None:
        """Speak TLS from here on, as client or server by which of them this side is.

        `normal=False` turns the roles around.
        """
        producer, streaming = self.producer, self.streamingProducer
        if producer is not None:
            self.unregisterProducer()
        _newtls.startTLS(self, contextFactory, normal, Connection)
        layer = self.protocol
        for name in _LAYERED:
            setattr(self, name, getattr(layer, name))
        if producer is not None:
            self.registerProducer(producer, streaming)

    def connectionLost(self, reason: Failure) -> None:
        """End the connection at once, unsent bytes with it, and tell everyone concerned."""
        if self.TLS and self.connected:
            for name in _LAYERED:
                delattr(self, name)
        super().connectionLost(reason)
