"""What a connection of HTTP/2 writes: the frames of its streams, each stream in its turn."""

from __future__ import annotations

from typing import Any, Final

from attrs import define, field

from altlas.edge.http2.frames import ErrorCodes, Frames, StreamClosedError
from altlas.edge.http2.stream import Stream
from altlas.wire.http2.toll import Toll

#: bytes that are written in one piece
PIECE: Final = 64 * 1024


@define(eq=False)
class Sending:
    """Writes as long as the client takes.

    A stream sends at once what it has, as far as its window goes. Those that must wait are
    served a frame each in turn, so that none of them has to wait for the end of another.
    """

    frames: Frames
    _toll: Toll
    transport: Any = field(default=None, init=False)
    #: whether the client has yet to take what was written
    full: bool = field(default=False, init=False)
    #: whether frames can be sent
    open: bool = field(default=True, init=False)
    #: whether writing is put off, since more is sure to come in a moment
    held: bool = field(default=False, init=False)
    _unwritten: int = field(default=0, init=False)
    #: in the order of their turns
    _waiting: dict[int, Stream] = field(factory=dict, init=False)

    def send(self, stream: Stream) -> None:
        """Send of a stream what the client takes; the rest waits for its turn."""
        if not self.open:
            return
        try:
            while not self.full and (sent := stream.push()):
                self._sent(sent)
        except StreamClosedError:
            stream.dropped()
        if stream.waiting:
            self._waiting[stream.number] = stream
            stream.pause()
        elif stream.over:
            stream.settle()
        self.flush()

    def serve_waiting(self) -> None:
        """A frame for each stream that waits, and again, as long as there is room."""
        progress = self.open
        while progress and self._waiting:
            progress = False
            for stream in list(self._waiting.values()):
                if self.full or not self.open:
                    return
                progress |= self._serve(stream)

    def _serve(self, stream: Stream) -> bool:
        try:
            sent = stream.push()
        except StreamClosedError:
            stream.dropped()
            return True
        self._sent(sent)
        if not stream.waiting:
            self.forget(stream)
            if stream.over:
                stream.settle()
            stream.resume()
        return sent > 0

    def forget(self, stream: Stream) -> None:
        """The stream has nothing to send."""
        self._waiting.pop(stream.number, None)

    def reset(self, stream: Stream, code: ErrorCodes) -> None:
        """End a stream early."""
        self.forget(stream)
        if self.open:
            self.frames.reset(stream.number, code)
            self.flush()

    def acknowledge(self, number: int, size: int) -> None:
        """Let the client send so many bytes more."""
        if self.open:
            self.frames.acknowledge(number, size)
            self.flush()

    def _sent(self, size: int) -> None:
        self._toll.sent(size)
        self._unwritten += size
        if self._unwritten >= PIECE:
            self.write()

    def flush(self) -> None:
        """Write what there is, unless that is put off."""
        if not self.held:
            self.write()

    def write(self, more: bytes = b"") -> None:
        """Write what there is, and `more` after it."""
        self._unwritten = 0
        if self.open and (data := self.frames.take() + more):
            self.transport.write(data)
