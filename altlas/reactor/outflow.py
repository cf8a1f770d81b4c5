"""The half of a connection that writes, at the pace of the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol

from altlas.reactor.conduit import Conduit
from altlas.reactor.departures import SMALL, Departures


def discard(data: bytes) -> None:
    """Where writes go when the connection is no more: Twisted promises silence, not errors."""


class Outflow(Conduit):
    """Writes what the socket takes, and paces a registered producer.

    Small pieces wait for the end of the turn (see `departures`), what is more goes out at once.
    uvloop buffers what the socket does not take, and says when that is more than 64 KiB
    (`pause_writing`) and when it went out (`resume_writing`).
    """

    # A push producer is paused by one write of more than this, as Twisted does, too. It is more
    # than uvloop ever reads at once: who passes on what he reads is not to stop at every piece
    # that the socket takes whole. What it does not take, uvloop pauses for.
    bufferSize = 256 * 1024
    producer: Any = None
    streamingProducer = False
    producerPaused = False
    # Where writes go when they do not wait for the turn's end.
    _send: Callable[[bytes], object] = staticmethod(discard)
    # None while there is no stream to depart by, or something is in its way.
    _departures: Departures | None = None
    # What waits for the turn's end: always less than a producer would be paused for.
    _unsent = b""
    # Whether `_written` wants to hear of every write, not of big ones only.
    _counted = False
    _choked = False
    _pumping = False
    _writeDisconnecting = False
    _writeDisconnected = False

    @property
    def writing(self) -> bool:
        """Whether there is something that is not sent yet, be it only the end."""
        if self._stream is None or not self.connected:
            return False
        if self.disconnecting or self._unsent:
            return True
        return self._stream.get_write_buffer_size() > 0

    def write(self, data: bytes) -> None:
        """Send `data` after everything written before; nothing, when the connection is lost."""
        if not isinstance(data, bytes):
            raise TypeError("Data must be bytes")
        size = len(data)
        if self._unsent:
            self._add(data)
        elif self._departures is None or size > SMALL:
            self._send(data)
        else:
            # First, since others may depart on being joined, and cause a further write.
            self._unsent = data
            if not self._departures.admit(self):
                self.depart()
        if self._counted or size > self.bufferSize:
            self._written(size)

    def _add(self, data: bytes) -> None:
        unsent = self._unsent
        if len(unsent) + len(data) <= SMALL:
            self._unsent = unsent + data
        else:
            assert self._stream is not None
            self._unsent = b""
            self._stream.writelines((unsent, data))

    def depart(self) -> None:
        """Send what waits for the end of the turn."""
        unsent = self._unsent
        if unsent:
            assert self._stream is not None
            self._unsent = b""
            try:
                self._stream.write(unsent)
            except BaseException:
                self._fail()

    def _write_plainly(self) -> None:
        """Have uvloop's stream send what is written."""
        assert self._stream is not None
        self._send = self._stream.write
        self._departures = self.reactor.departures

    def _shut_out(self) -> None:
        """Send nothing that is written from now on; what waits is lost."""
        self._unsent = b""
        self._departures = None
        self._send = discard

    def writeSequence(self, iovec: Iterable[bytes]) -> None:
        """Send these one after another, as one write."""
        try:
            data = b"".join(iovec)
        except TypeError:
            raise TypeError("Data must be bytes") from None
        Outflow.write(self, data)

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """Let `producer` write: pushing until paused, or pulled whenever there is room."""
        if self.producer is not None:
            raise RuntimeError(
                f"Cannot register producer {producer}, because producer {self.producer} "
                "was never unregistered."
            )
        if self.disconnected:
            producer.stopProducing()
            return
        self.producer = producer
        self.streamingProducer = streaming
        self.producerPaused = False
        self._counted = self._counts()
        if not streaming:
            producer.resumeProducing()
            self._pump_soon()
        elif self._choked:
            self._hold_back()

    def unregisterProducer(self) -> None:
        """Forget the producer; what waited for it, such as closing, goes on."""
        self.producer = None
        self._counted = self._counts()
        if self.connected:
            self._settle()

    def stopConsuming(self) -> None:
        """Forget the producer, then close."""
        self.unregisterProducer()
        self.loseConnection()

    def loseConnection(self) -> None:
        raise NotImplementedError

    def loseWriteConnection(self) -> None:
        """Write no more after what is written (TCP's half-close); reading goes on."""
        self._writeDisconnecting = True
        self._soon(self._settle)

    def pause_writing(self) -> None:
        """Hear from uvloop that its buffer is full."""
        self._choked = True
        if self.producer is not None and self.streamingProducer and not self.producerPaused:
            self._hold_back()

    def resume_writing(self) -> None:
        """Hear from uvloop that its buffer is empty, or nearly so."""
        self._choked = False
        try:
            self._relieve()
        except BaseException:
            self._fail()

    def _counts(self) -> bool:
        return self.producer is not None and not self.streamingProducer

    def _written(self, size: int) -> None:
        """Pace the producer, if there is one."""
        if self.producer is None:
            return
        if not self.streamingProducer:
            self._pump_soon()
        elif size > self.bufferSize and not self.producerPaused:
            self._hold_back()
            self._soon(self.resume_writing_if_free)

    def resume_writing_if_free(self) -> None:
        """Undo a pause made for one big write, unless uvloop has to buffer it."""
        if not self._choked:
            self.resume_writing()

    def _hold_back(self) -> None:
        self.producerPaused = True
        self.producer.pauseProducing()

    def _relieve(self) -> None:
        if self.producer is None:
            self._settle()
        elif not self.streamingProducer:
            self._pump_soon()
        elif self.producerPaused:
            self.producerPaused = False
            self.producer.resumeProducing()
            if self.disconnecting or self._writeDisconnecting:
                self._soon(self._settle)

    def _pump_soon(self) -> None:
        # Not at once: a producer that is pulled from within its own write would recurse.
        if not self._pumping and not self._choked:
            self._pumping = True
            self._soon(self._pump)

    def _pump(self) -> None:
        self._pumping = False
        if self.producer is None or self.streamingProducer or self._choked:
            return
        try:
            self.producer.resumeProducing()
        except BaseException:
            self._fail()

    def _settle(self) -> None:
        """Do what was put off until all is written: close, or half-close."""
        if not (self.disconnecting or self._writeDisconnecting):
            return
        self.depart()
        stream = self._stream
        if not self.connected or stream is None or stream.is_closing() or not self._all_sent():
            return
        if self.disconnecting:
            # Flushes by itself, and then says `connection_lost`.
            stream.close()
        elif self._writeDisconnecting and not self._writeDisconnected:
            self._half_close()

    def _all_sent(self) -> bool:
        """Whether nobody has anything more for uvloop to send.

        A push producer that is not paused does not count, as in Twisted: its TLS layer never
        unregisters its own.
        """
        return self.producer is None or (self.streamingProducer and not self.producerPaused)

    def _half_close(self) -> None:
        assert self._stream is not None
        if self._stream.get_write_buffer_size():
            # From now on `resume_writing` means: empty.
            self._stream.set_write_buffer_limits(high=0)
            return
        self._writeDisconnected = True
        self._shut_out()
        self._stream.write_eof()
        half = IHalfCloseableProtocol(self.protocol, None)
        if half is not None:
            try:
                half.writeConnectionLost()
            except BaseException:
                self._fail()
