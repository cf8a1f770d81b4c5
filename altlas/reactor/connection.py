"""A connection: its beginning, its names, its end."""

from __future__ import annotations

import socket
import struct
from asyncio import BaseTransport, Transport
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import (
    IConsumer,
    IHalfCloseableDescriptor,
    ILoggingContext,
    IPushProducer,
    IReadWriteDescriptor,
    ISystemHandle,
    ITCPTransport,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from altlas.reactor.conduit import DONE, LOST, log
from altlas.reactor.handle import Handle
from altlas.reactor.inflow import Inflow
from altlas.reactor.logging import LogContext, log_contexts
from altlas.reactor.outflow import Outflow

if TYPE_CHECKING:
    from altlas.reactor.reactor import UvloopReactor

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def log_prefix(subject: Any) -> str:
    """What Twisted calls a protocol or factory in its log."""
    if ILoggingContext.providedBy(subject):
        return subject.logPrefix()
    return type(subject).__name__


@implementer(
    ITCPTransport,
    ISystemHandle,
    IConsumer,
    IPushProducer,
    ILoggingContext,
    IReadWriteDescriptor,
    IHalfCloseableDescriptor,
)
class Connection(Inflow, Outflow, Handle):
    """A TCP connection as Twisted's protocols know it, over uvloop's stream.

    Nagle's algorithm is off from the start (uvloop's choice, and a proxy's).
    """

    logstr = "Uninitialized"
    _aborting = False

    # What was written before there was a stream.
    _early: Sequence[bytes] = ()

    def __init__(self, reactor: UvloopReactor) -> None:
        self.reactor = reactor

    def open(self, protocol: Any, logstr: str) -> None:
        """There is a protocol now; its `connectionMade` comes with the stream."""
        self.protocol = protocol
        self.logstr = logstr
        if not self.connected:
            self.connected = self.reading = True
            self.reactor.streams.add(self)

    def connection_made(self, stream: BaseTransport) -> None:
        """Hear from uvloop that it reads and writes the socket from now on."""
        self._stream = cast(Transport, stream)
        if self.disconnected:
            self._stream.abort()
            return
        self._contexts = log_contexts()
        self._context = LogContext(self.logstr)
        for data in self._early:
            self._stream.write(data)
        self._write_plainly()
        self._connect()
        if self._aborting:
            self._reset()
        elif not self.reading and self.connected:
            self._gate()
        if self.disconnecting:
            self._soon(self._settle)
        # uvloop may read in this very turn. On other reactors what `connectionMade` put off by
        # `callLater(0, ...)` comes before the first bytes, and programs count on it.
        self.reactor.make_due_calls()

    def _connect(self) -> None:
        contexts = self._contexts
        contexts.append(self._context)
        try:
            self.protocol.makeConnection(self)
        except BaseException:
            self._fail()
        finally:
            contexts.pop()

    def loseConnection(self) -> None:
        """Close when all is written.

        Whoever still has to be asked for more is waited for until it unregisters: a pull
        producer, or a push producer while it is paused.
        """
        if not self.connected or self.disconnecting:
            return
        if self._writeDisconnected:
            self.connectionLost(DONE)
            return
        self.stopReading()
        self.disconnecting = True
        # Not at once: what is written in this turn after this call still goes out.
        self._soon(self._settle)

    def stopProducing(self) -> None:
        """Close, in the manner of `loseConnection`."""
        self.loseConnection()

    def abortConnection(self) -> None:
        """Drop what is not sent and reset the connection (TCP's RST), in the next turn."""
        if not self.connected or self._aborting:
            return
        self._aborting = True
        self.stopReading()
        self._shut_out()
        if self._stream is not None:
            self._reset()

    def _reset(self) -> None:
        assert self._stream is not None
        self._shut_out()
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        except (OSError, AttributeError):
            # AttributeError: it is closed already.
            pass
        self._stream.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """Hear from uvloop that it closes the socket as soon as this returns."""
        if not self.connected:
            return
        if self._aborting:
            # Told in the next turn, when the socket is closed and the other side reset.
            self._take_back()
            self._soon(self._tell_aborted)
        elif error is not None:
            self.connectionLost(LOST)
        else:
            self._say_goodbye()
            self.connectionLost(DONE)

    def _tell_aborted(self) -> None:
        self.connectionLost(Failure(ConnectionAborted()))

    def _say_goodbye(self) -> None:
        # Before the protocol is told, as on other reactors: who asks the other side from
        # there must find that it knows. After a half-close it does.
        if self._writeDisconnected:
            return
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def connectionLost(self, reason: Failure) -> None:
        """End the connection at once, unsent bytes with it, and tell everyone concerned."""
        self.depart()
        if not self.connected:
            return
        self._let_go()
        self.connected = False
        self.disconnected = True
        self.reading = False
        self._shut_out()
        self.reactor.streams.discard(self)
        producer, self.producer = self.producer, None
        protocol, self.protocol = self.protocol, None
        if producer is not None:
            try:
                producer.stopProducing()
            except BaseException:
                log.failure("A producer could not be stopped")
        self._tell_lost(protocol, reason)

    def _tell_lost(self, protocol: Any, reason: Failure) -> None:
        # Without a stream the protocol does not even know that it was connected.
        if self._stream is None:
            return
        contexts = self._contexts
        contexts.append(self._context)
        try:
            protocol.connectionLost(reason)
        except BaseException:
            log.failure("A protocol could not be told of its connection's end")
        finally:
            contexts.pop()

    def _let_go(self) -> None:
        self._take_back()
        if self._stream is not None:
            # The socket is closed in the next turn.
            self._stream.abort()

    def readConnectionLost(self, reason: Failure) -> None:
        """The other side writes no more."""
        self.eof_received()

    def writeConnectionLost(self, reason: Failure) -> None:
        """The other side takes no more."""
        self.connectionLost(reason)

    def doRead(self) -> None:
        """Nothing: uvloop reads."""

    def doWrite(self) -> None:
        """Nothing: uvloop writes."""

    def logPrefix(self) -> str:
        """What log lines about this connection begin with."""
        return self.logstr

    def _abandon(self) -> None:
        self.depart()
        self._socket = None
        self.reactor.streams.discard(self)
        self.connected = self.reading = False
        self._shut_out()
        if self._stream is not None:
            self._stream.abort()
