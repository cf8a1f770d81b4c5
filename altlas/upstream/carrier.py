"""What one attempt may do with the connection that carries it."""

from __future__ import annotations

from typing import Protocol

from altlas.upstream.response import UpstreamResponse
from altlas.upstream.tunnel import UpstreamTunnel
from altlas.upstream.uploading import Outlet
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

    def introduce(self, response: UpstreamResponse) -> None:
        """Say of the first response that it is, and how long connecting took."""

    def pause(self) -> None:
        """Read nothing more."""

    def resume(self) -> None:
        """Read on."""

    def switched(self, protocol: bytes, rest: bytes) -> UpstreamTunnel:
        """Carry another protocol from now on; `rest` are the first bytes of it."""

    def cut(self) -> None:
        """Close at once, dropping what was not sent."""

    def cut_after(self, seconds: float) -> None:
        """Cut unless `finished` comes before."""

    def finished(self, reusable: bool) -> None:
        """Hear that the attempt is over, well enough to close politely at least."""
