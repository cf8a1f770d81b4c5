"""How a connection of HTTP/2 ends: the client hears which of its streams were served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from twisted.internet.interfaces import ISSLTransport

from altlas.edge import farewell
from altlas.edge.channel import LAST_MOMENT
from altlas.edge.http2.frames import ANY_STREAM, ErrorCodes
from altlas.edge.http2.sending import Sending
from altlas.timers import Timer, Timers

_STAYS: Final = 0
_SAID: Final = 1
_LEAVING: Final = 2
_GONE: Final = 3


class Farewell:
    """Says good-bye, and closes when the last stream is over.

    On a drain it is said twice, since a client that has not heard yet goes on opening streams:
    those are served, and only after a moment it is final (RFC 9113, 6.8).
    """

    __slots__ = ("_leave", "_parting", "_sending", "_state", "_timer", "_timers", "last")

    def __init__(self, sending: Sending, timers: Timers, leave: Callable[[], object]) -> None:
        """`leave` is called once it is final."""
        self._sending = sending
        self._timers = timers
        self._leave = leave
        self._state = _STAYS
        self._timer: Timer | None = None
        self._parting: farewell.Farewell | None = None
        #: the last stream that is served
        self.last = ANY_STREAM

    @property
    def leaving(self) -> bool:
        """Whether the connection closes with its last stream."""
        return self._state >= _LEAVING

    def begin(self) -> None:
        """Serve what is under way, and what is on its way already."""
        if self._state == _STAYS:
            self._state = _SAID
            self._timer = self._timers.after(LAST_MOMENT, self._end)
            self._say(ANY_STREAM)

    def _end(self) -> None:
        self.last = self._sending.frames.last_stream
        self._say(self.last)
        self.returned()
        self._leave()

    def returned(self) -> None:
        """The client has said it: no more streams are to come."""
        self._state = max(self._state, _LEAVING)

    def _say(self, last: int) -> None:
        sending = self._sending
        sending.write(sending.frames.goaway(last, ErrorCodes.NO_ERROR))

    def close(self, error: ErrorCodes | None = None) -> None:
        """Close once what was written is out, without a reset that would destroy it.

        `error` is said to the client, where it has not been told already.
        """
        if self._state == _GONE:
            return
        sending = self._sending
        if self._state < _LEAVING or error is not None:
            frames = sending.frames
            sending.write(frames.goaway(frames.last_stream, error or ErrorCodes.NO_ERROR))
        self._state = _GONE
        sending.open = False
        transport = sending.transport
        # A transport waits for its producer before it closes, and reads only if it is let.
        transport.unregisterProducer()
        transport.resumeProducing()
        self._stop_waiting()
        self._parting = farewell.Farewell(transport, self._timers, self.abort)
        self._parting.begin(ISSLTransport.providedBy(transport))

    def abort(self) -> None:
        """Close now."""
        self.over()
        self._sending.transport.abortConnection()

    def over(self) -> None:
        """The connection is gone."""
        self._state = _GONE
        self._sending.open = False
        self._stop_waiting()
        if self._parting is not None:
            self._parting.end()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
