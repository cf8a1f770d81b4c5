"""The admin API as a Twisted web site."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.web import http
from twisted.web.server import Request, Site

from altlas.admin.api import AdminAPI

#: seconds after which a silent connection is closed
IDLE = 60.0


class BodilessRequest(Request):
    """A request whose body is read and forgotten: nothing here takes one, however long."""

    def handleContentChunk(self, data: bytes) -> None:
        """Forget `data`, where Twisted would keep it in memory or in a temporary file."""


class QuietSite(Site):
    """A site without an access log: a line a probe would bury the events."""

    def log(self, request: http.Request) -> None:
        """Write nothing."""


def admin_site(api: AdminAPI, reactor: IReactorTime) -> Site:
    """A factory for the admin listener; `reactor` is asked for time only."""
    return QuietSite(  # type: ignore[no-untyped-call]
        api.resource(), BodilessRequest, timeout=IDLE, reactor=reactor
    )
