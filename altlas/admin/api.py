"""The admin API: what the gateway does and how it is, to be read by people and machines."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from attrs import define, field
from klein import Klein
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from altlas.admin.answers import HTML, answer, json_answer, problem, text_answer
from altlas.admin.doorway import Doorway
from altlas.admin.index import links, page
from altlas.interfaces import IGatewayView
from altlas.observability.metrics import CONTENT_TYPE

log = Logger()


class MetricsText(Protocol):
    """What is wanted of `altlas.observability.metrics.Metrics`."""

    def render(self) -> bytes: ...


def _klein() -> Klein:
    app = Klein()
    # With a slash at the end or without, never a redirect: scrapers and probes follow none.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    return app


@define(eq=False)
class AdminAPI:
    """Klein app over an `IGatewayView`. Reads only: nothing here changes the gateway.

    Requests must name the gateway by an address, as ``localhost`` or by one of `hosts` (names
    without port): no web page in an operator's browser may read it under a name of the
    page's own (DNS rebinding). Where there is a `token` they must bring it along.
    """

    _view: IGatewayView
    _metrics: MetricsText
    _hosts: tuple[str, ...] = ()
    _token: bytes | None = field(default=None, repr=False)

    app = _klein()
    _get = partial(app.route, methods=["GET"])

    def resource(self) -> IResource:
        """The root of the API, to be put into a site."""
        return Doorway(self.app.resource(), self._hosts, self._token)

    @_get("/")
    def index(self, request: IRequest) -> bytes:
        """What there is: a page for browsers, JSON for everyone else."""
        if b"text/html" in (request.getHeader(b"accept") or b""):
            return answer(request, HTML, page())
        return json_answer(request, links())

    @_get("/livez")
    def live(self, request: IRequest) -> bytes:
        """200 as long as the process can answer at all."""
        return text_answer(request, "alive")

    @_get("/readyz")
    def ready(self, request: IRequest) -> bytes:
        """200 when new requests are welcome, else 503; the reason in words either way."""
        ready, reason = self._view.ready()
        return text_answer(request, reason, 200 if ready else 503)

    @_get("/metrics")
    def metrics(self, request: IRequest) -> bytes:
        """Prometheus' text format."""
        return answer(request, CONTENT_TYPE.encode("ascii"), self._metrics.render())

    @_get("/api/overview")
    def overview(self, request: IRequest) -> bytes:
        """`IGatewayView.overview`."""
        return json_answer(request, self._view.overview())

    @_get("/api/routes")
    def routes(self, request: IRequest) -> bytes:
        """`IGatewayView.routes`."""
        return json_answer(request, self._view.routes())

    @_get("/api/backends")
    def backends(self, request: IRequest) -> bytes:
        """`IGatewayView.backends`."""
        return json_answer(request, self._view.backends())

    @_get("/api/backends/<name>")
    def backend(self, request: IRequest, name: str) -> bytes:
        """The row of one backend."""
        for row in self._view.backends():
            if row["name"] == name:
                return json_answer(request, row)
        return problem(request, 404, f"There is no backend named {name!r}.")

    @_get("/api/contracts")
    def contracts(self, request: IRequest) -> bytes:
        """`IGatewayView.contracts`."""
        return json_answer(request, self._view.contracts())

    @_get("/api/contracts/<name>")
    def contract(self, request: IRequest, name: str) -> bytes:
        """The row of one contract."""
        for row in self._view.contracts():
            if row["name"] == name:
                return json_answer(request, row)
        return problem(request, 404, f"There is no contract named {name!r}.")

    @_get("/api/tls")
    def tls(self, request: IRequest) -> bytes:
        """`IGatewayView.tls`."""
        return json_answer(request, self._view.tls())

    @app.handle_errors(HTTPException)
    def _refused(self, request: IRequest, failure: Failure) -> bytes:
        error = failure.value
        if isinstance(error, MethodNotAllowed):
            request.setHeader(b"allow", b"GET, HEAD")
            return problem(request, 405, "The admin API is for reading: use GET.")
        return problem(request, 404, "There is nothing here; the index is at /.")

    @app.handle_errors(Exception)
    def _failed(self, request: IRequest, failure: Failure) -> bytes:
        log.failure("An admin request for {path} failed", failure, path=request.path)
        return problem(request, 500, "The gateway could not answer this; its log says why.")
