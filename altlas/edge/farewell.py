"""The end of a connection whose last answer is written: it closes without a reset.

Closing with unread bytes makes a reset of it, which may overtake the answer and destroy it. So
only our half is closed, and what still comes is read away for a moment (RFC 9112, 9.6). TLS has
its own good-bye, which the client ought to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from altlas.timers import Timer, Timers

#: after its last answer a client may go on sending until it was silent for so long,
LINGER_SECONDS = 2.0
#: but for so long in all
LINGER_MOST = 30.0
#: seconds that a client may take to fetch what was written before the close
FLUSH_SECONDS = 60.0


class Farewell:
    """Leaves one connection; `abort` cuts it should all patience be in vain."""

    __slots__ = ("_abort", "_over", "_timer", "_timers", "_transport", "_until")

    def __init__(self, transport: Any, timers: Timers, abort: Callable[[], object]) -> None:
        self._transport = transport
        self._timers = timers
        self._abort = abort
        self._timer: Timer | None = None
        self._until = 0.0
        self._over = False

    def begin(self, secure: bool) -> None:
        """Say good-bye, and close when it was heard or nothing more comes."""
        transport = self._transport
        if secure:
            self._listen_on(self._hang_up)
            transport.loseConnection()
        elif hasattr(transport, "loseWriteConnection"):
            self._listen_on(self.close)
            transport.loseWriteConnection()
        else:
            self.close()

    def heard(self) -> None:
        """More came: as long as it does, the client may not have read the answer."""
        if self._timer is not None and self._timers.seconds() < self._until:
            self._timer.restart()

    def close(self) -> None:
        """Close without waiting for anything more from the client."""
        self._over = False  # where only the first wait was
        self._leave(self._transport)

    def end(self) -> None:
        """The connection is gone, or cut: nothing is left to wait for."""
        self._over = True
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _listen_on(self, then: Callable[[], object]) -> None:
        self._until = self._timers.seconds() + LINGER_MOST
        self._timer = self._timers.after(LINGER_SECONDS, then)

    def _hang_up(self) -> None:
        """The good-bye was not answered: close the connection that TLS runs on."""
        self._leave(getattr(self._transport, "transport", self._transport))

    def _leave(self, transport: Any) -> None:
        # No abort: the client may still be fetching what was written.
        self._stop_waiting()
        self._until = 0.0
        transport.loseConnection()
        if not self._over:  # nearly always it is, there and then
            self._timer = self._timers.after(FLUSH_SECONDS, self._abort)
