"""Open files sent along a UNIX connection."""

from __future__ import annotations

import os
import socket
import struct

from twisted.internet.error import FileDescriptorOverrun
from twisted.python.failure import Failure

from altlas.reactor.conduit import LOST
from altlas.reactor.connection import Connection

# How many may wait before a producer is paused, as in Twisted.
QUEUE = 64


class DescriptorSending(Connection):
    """Sends descriptors, each with one of the bytes written after it (`IUNIXTransport`).

    uvloop cannot, so while any wait, what is written waits with them and goes out by
    `sendmsg`, once uvloop has sent everything before.
    """

    _descriptors: list[int] | None = None
    _waiting: bytearray
    _watched: int = -1

    def sendFileDescriptor(self, fileno: int) -> None:
        """Send a copy of this descriptor with the next byte that is written.

        More descriptors than bytes end the connection with `FileDescriptorOverrun`.
        """
        if not self.connected:
            return
        if self._descriptors is None:
            self._descriptors = []
            self._waiting = bytearray()
            self.depart()
            self._departures = None
            self._send = self._waiting.extend
            self._counted = True
            self._soon(self._dispatch)
        self._descriptors.append(fileno)
        if len(self._descriptors) > QUEUE:
            self._choke()

    def _choke(self) -> None:
        if not self._choked:
            self.pause_writing()

    def _counts(self) -> bool:
        return super()._counts() or self._descriptors is not None

    def _written(self, size: int) -> None:
        if self._descriptors is not None and len(self._waiting) > self.bufferSize:
            self._choke()
        else:
            super()._written(size)

    def _write_plainly(self) -> None:
        # Descriptors may wait already when an adopted connection gets its stream.
        if self._descriptors is None:
            super()._write_plainly()

    def _all_sent(self) -> bool:
        return super()._all_sent() and self._descriptors is None

    def _dispatch(self) -> None:
        """Send what can be sent now; come back for the rest."""
        if not self.connected or self._descriptors is None:
            return
        assert self._stream is not None
        if len(self._descriptors) > len(self._waiting):
            self.connectionLost(Failure(FileDescriptorOverrun()))
        elif self._stream.get_write_buffer_size():
            self.reactor.loop.call_later(0.001, self._dispatch)
        else:
            self._send_each(self._descriptors)

    def _send_each(self, descriptors: list[int]) -> None:
        while descriptors:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", descriptors[0]))]
            try:
                self.socket.sendmsg([self._waiting[:1]], rights)
            except BlockingIOError:
                self._when_writable()
                return
            except OSError:
                self.connectionLost(LOST)
                return
            del self._waiting[:1]
            descriptors.pop(0)
        self._unwatch()
        self._resume_plainly()

    def _resume_plainly(self) -> None:
        assert self._stream is not None
        self._descriptors = None
        self._counted = self._counts()
        self._write_plainly()
        if self._waiting:
            self._stream.write(bytes(self._waiting))
        if self._choked and not self._stream.get_write_buffer_size():
            self.resume_writing()
        self._settle()

    def _when_writable(self) -> None:
        # A copy: uvloop lets nobody else watch the descriptor of its own stream.
        if self._watched == -1:
            self._watched = os.dup(self.fileno())
            self.reactor.loop.add_writer(self._watched, self._dispatch)

    def _unwatch(self) -> None:
        if self._watched != -1:
            self.reactor.loop.remove_writer(self._watched)
            os.close(self._watched)
            self._watched = -1

    def _let_go(self) -> None:
        self._unwatch()
        self._descriptors = None
        super()._let_go()

    def getTcpNoDelay(self) -> bool:
        """False: there is no such thing here."""
        return False

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Nothing, for those who take any transport for a TCP one."""
