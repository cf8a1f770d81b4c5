"""What one attempt may do with the connection that carries it."""

from __future__ import annotations

from typing import Protocol

from altlas.upstream.request import UpstreamRequest
from altlas.upstream.response import Flow, UpstreamResponse
from altlas.upstream.uploading import Outlet
from altlas.wire.heads import ResponseHead
from altlas.wire.limits import Limits
from altlas.wire.reading import ResponseReader


class Carrier(Protocol):
    """What an attempt needs of its connection."""

    limits: Limits
    reader: ResponseReader
    closing: bool
    served: int

    @property
    def address(self) -> str:
        """Name of the other side, for reasons."""

    @property
    def outlet(self) -> Outlet:
        """The transport, to write to."""

    def response(
        self, head: ResponseHead, request: UpstreamRequest, flow: Flow | None, body: bytes
    ) -> UpstreamResponse:
        """The response with that head, which also says what is to be said of the connection;
        see `UpstreamResponse` for the rest.
        """

    def pause(self) -> None:
        """Read nothing more."""

    def resume(self) -> None:
        """Read on."""

    def cut(self) -> None:
        """Close at once, dropping what was not sent."""

    def cut_after(self, seconds: float) -> None:
        """Cut unless `finished` comes before."""

    def finished(self, reusable: bool) -> None:
        """Hear that the attempt is over, well enough to close politely at least."""
