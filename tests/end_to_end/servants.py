"""Programs that a test starts, as the reactor sees them."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure


class Servant(ProcessProtocol):
    """Knows when the process is gone, and keeps what it said."""

    def __init__(self) -> None:
        self.ended: Deferred[None] = Deferred()
        self.said = b""

    def outReceived(self, data: bytes) -> None:
        self.said += data

    errReceived = outReceived

    def processEnded(self, reason: Failure) -> None:  # type: ignore[override]
        self.ended.callback(None)
