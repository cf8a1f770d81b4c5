"""The connection to an instance once it carries another protocol than HTTP."""

from __future__ import annotations

from typing import Protocol

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.python.failure import Failure
from zope.interface import implementer

from altlas.upstream.uploading import Outlet

#: Seconds that an instance may take to close its side after our word of good-bye.
GOODBYE = 2.0


class Line(Protocol):
    """What a tunnel needs of the connection that it is made of."""

    closing: bool

    @property
    def address(self) -> str:
        """Name of the other side, for reasons."""

    @property
    def outlet(self) -> Outlet:
        """The transport, to write to."""

    def pause(self) -> None:
        """Read nothing more."""

    def resume(self) -> None:
        """Read on."""

    def end_sending(self) -> bool:
        """Close our half once all is written; False where there are no halves."""

    def close(self) -> None:
        """Close once all is written."""

    def cut(self) -> None:
        """Close at once, dropping what was not sent."""

    def cut_after(self, seconds: float) -> None:
        """Cut unless it is closed before."""


class Near(Protocol):
    """The client's end, as the instance's end sees it."""

    def instance_said(self, data: bytes) -> None:
        """Take bytes."""

    def instance_ended(self) -> None:
        """Hear that the instance sends no more, but may still listen."""

    def instance_lost(self, reason: str) -> None:
        """Hear that the connection is gone: in good order, unless there is a `reason`."""

    def hold_client(self) -> None:
        """Leave what the client sends on the wire: the instance is slow."""

    def let_client(self) -> None:
        """Take from the client again."""


@implementer(IPushProducer)
class UpstreamTunnel:
    """The instance's end of a tunnel. It takes the place of an attempt at its connection, which
    never carries HTTP again.

    Until somebody opens it nothing is read, and what came behind the 101 is kept; a
    response that is refused (`drain`, `abort`) cuts it.
    """

    __slots__ = ("_held", "_line", "_near", "_producing", "_wanted", "protocol")

    def __init__(self, line: Line, protocol: bytes, rest: bytes) -> None:
        """`rest` are the bytes that came behind the head of the 101."""
        #: what is spoken, as the instance named it
        self.protocol = protocol
        self._line = line
        self._held = rest
        self._near: Near | None = None
        self._wanted = True
        self._producing = False
        line.pause()

    @property
    def address(self) -> str:
        """Name of the instance."""
        return self._line.address

    # --- from the client's end

    def open(self, near: Near) -> None:
        """Hand everything to `near` from now on."""
        self._near = near
        self._producing = True
        self._line.outlet.registerProducer(self, True)
        held, self._held = self._held, b""
        if held:
            near.instance_said(held)
        if self._wanted:
            self._line.resume()

    def write(self, data: bytes) -> None:
        """Send to the instance."""
        self._line.outlet.write(data)

    def pause(self) -> None:
        """Leave on the wire what the instance sends: the client is slow."""
        self._wanted = False
        self._line.pause()

    def resume(self) -> None:
        """Take from the instance again."""
        self._wanted = True
        self._line.resume()

    def end_sending(self) -> bool:
        """Tell the instance that nothing more comes; False where that cannot be said alone."""
        if not self._line.end_sending():
            return False
        self._produce_no_more()
        return True

    def close(self) -> None:
        """Close once all is written."""
        if self._leave():
            self._produce_no_more()
            self._line.close()

    def take_leave(self) -> None:
        """The last word is written: wait a moment for the instance to close, else close."""
        if self._leave():
            self._produce_no_more()
            if self._line.end_sending():
                self._line.resume()
                self._line.cut_after(GOODBYE)
            else:
                self._line.close()

    def cut(self) -> None:
        """Close at once, so that it looks like the break that it is."""
        self._leave()
        self._line.cut()

    def _produce_no_more(self) -> None:
        # A transport waits for its producer before it closes.
        if self._producing:
            self._producing = False
            self._line.outlet.unregisterProducer()

    def _leave(self) -> bool:
        self._near = None
        return not self._line.closing

    # --- to the response that brought it: the flow of a body that nobody takes

    def abort(self) -> None:
        """Nobody wants the tunnel."""
        self.cut()

    def drain(self, limit: int) -> None:
        """Nobody wants the tunnel."""
        self.cut()

    # --- from the connection

    def data_received(self, data: bytes) -> None:
        """Hand bytes on; what comes after our leave is dropped."""
        if self._near is not None:
            self._near.instance_said(data)

    def ended(self) -> None:
        """The instance sends no more."""
        if self._near is not None:
            self._near.instance_ended()
        else:
            self._line.close()

    def lost(self, reason: Failure) -> None:
        """The connection is gone."""
        near, self._near = self._near, None
        if near is not None:
            clean = reason.check(ConnectionDone) is not None
            near.instance_lost("" if clean else reason.getErrorMessage())

    def given_up(self) -> None:
        """Nobody waits for the answer that brought it any more."""
        self.cut()

    # --- to the transport: the producer of what the client sends

    def pauseProducing(self) -> None:
        """The instance is slow."""
        if self._near is not None:
            self._near.hold_client()

    def resumeProducing(self) -> None:
        """The instance caught up."""
        if self._near is not None:
            self._near.let_client()

    def stopProducing(self) -> None:
        """The connection is gone; `lost` says so too."""
