"""Tests for `altlas.admin.api`."""

from __future__ import annotations

import json
from typing import Any

from attrs import define
from treq.testing import StubTreq
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.iweb import IResponse

from altlas.admin.api import AdminAPI
from altlas.observability.metrics import Metrics
from tests.observability.fixed_view import FixedView, backend, fixed_view

PATHS = (
    "/",
    "/livez",
    "/readyz",
    "/metrics",
    "/api/overview",
    "/api/routes",
    "/api/backends",
    "/api/tls",
    "/api/contracts",
)


@define
class Answer:
    """A response with its whole body."""

    code: int
    kind: str
    body: bytes
    response: IResponse

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class AdminAPITests(SynchronousTestCase):
    """The API over HTTP, in memory."""

    def ask(
        self, path: str, view: FixedView | None = None, method: str = "GET", **headers: str
    ) -> Answer:
        metrics = Metrics()
        treq = StubTreq(AdminAPI(view or fixed_view(), metrics).resource())
        asked = treq.request(method, f"http://127.0.0.1:9901{path}", headers=headers)
        response = self.successResultOf(asked)
        kind = response.headers.getRawHeaders("content-type", ["-"])[0]
        body = self.successResultOf(treq.content(response))
        return Answer(response.code, kind, body, response)

    def test_live(self) -> None:
        """A process that answers is alive, whatever else is wrong."""
        view = FixedView(RuntimeError("broken"), {}, (False, "broken"))
        self.assertEqual(self.ask("/livez", view).code, 200)

    def test_ready(self) -> None:
        """A gateway that welcomes requests says so with 200."""
        answer = self.ask("/readyz")
        self.assertEqual((answer.code, answer.body), (200, b"ready\n"))

    def test_not_ready(self) -> None:
        """One that does not says 503 and why."""
        view = fixed_view()
        view.welcome = (False, "draining since 3 s")
        answer = self.ask("/readyz", view)
        self.assertEqual((answer.code, answer.body), (503, b"draining since 3 s\n"))
        self.assertEqual(answer.kind, "text/plain; charset=utf-8")

    def test_metrics(self) -> None:
        """Metrics come in the type that Prometheus asks for."""
        answer = self.ask("/metrics")
        self.assertEqual(answer.kind, "text/plain; version=0.0.4; charset=utf-8")
        self.assertIn(b"# TYPE altlas_requests_total counter", answer.body)

    def test_overview(self) -> None:
        """The overview is the view's."""
        self.assertEqual(self.ask("/api/overview").json, fixed_view().overview())

    def test_routes(self) -> None:
        """The routes are the view's, in its order."""
        self.assertEqual(self.ask("/api/routes").json, fixed_view().routes())

    def test_backends(self) -> None:
        """The backends are the view's, with every instance and its reason."""
        answer = self.ask("/api/backends", fixed_view(backend("a"), backend("b")))
        self.assertEqual([row["name"] for row in answer.json], ["a", "b"])
        self.assertEqual(answer.json[0]["instances"][0]["reason"], "probe: 200")

    def test_one_backend(self) -> None:
        """A backend can be asked for by name, whatever is in the name."""
        for name, path in (("b", "/api/backends/b"), ("b é", "/api/backends/b%20%C3%A9")):
            answer = self.ask(path, fixed_view(backend("a"), backend(name)))
            self.assertEqual(answer.json["name"], name)

    def test_no_such_backend(self) -> None:
        """A name that no backend has is a 404 that says so."""
        answer = self.ask("/api/backends/nope")
        self.assertEqual((answer.code, answer.kind), (404, "application/problem+json"))
        self.assertEqual(answer.json["detail"], "There is no backend named 'nope'.")

    def test_contracts(self) -> None:
        """Contracts are the view's; each can be asked for by name."""
        self.assertEqual(self.ask("/api/contracts").json, fixed_view().contracts())
        self.assertEqual(self.ask("/api/contracts/pets").json, fixed_view().contracts()[0])

    def test_no_such_contract(self) -> None:
        """A name that no contract has is a 404 that says so."""
        answer = self.ask("/api/contracts/nope")
        self.assertEqual((answer.code, answer.kind), (404, "application/problem+json"))
        self.assertEqual(answer.json["detail"], "There is no contract named 'nope'.")

    def test_slash_or_none(self) -> None:
        """Every path answers the same with a slash at its end, and without a redirect."""
        for path in (*PATHS[1:], "/api/backends/segmentation"):
            self.assertEqual(self.ask(path + "/").code, 200, path)

    def test_head(self) -> None:
        """HEAD has the headers of GET and no body."""
        for path in PATHS:
            got, asked = self.ask(path), self.ask(path, method="HEAD")
            self.assertEqual((asked.code, asked.kind, asked.body), (200, got.kind, b""), path)

    def test_index_for_browsers(self) -> None:
        """The index is a page for who wants one and JSON for others."""
        page = self.ask("/", accept="text/html,*/*;q=0.8")
        self.assertEqual(page.kind, "text/html; charset=utf-8")
        self.assertIn("/api/overview", self.ask("/").json)

    def test_unknown(self) -> None:
        """A path that is not there is a problem document, however it is written."""
        for path in ("/nope", "/api", "/livez/x", "/api//routes", "/metrics%00"):
            answer = self.ask(path)
            self.assertEqual((answer.code, answer.kind), (404, "application/problem+json"), path)

    def test_read_only(self) -> None:
        """Any other method is refused with what is allowed."""
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            answer = self.ask("/api/overview", method=method)
            self.assertEqual((answer.code, answer.json["status"]), (405, 405), method)
            self.assertEqual(answer.response.headers.getRawHeaders("allow"), ["GET, HEAD"])

    def test_broken_view(self) -> None:
        """An error of our own is a 500 without a word of it, and a traceback in the log."""
        answer = self.ask("/api/backends", FixedView(RuntimeError("secret"), {}))
        self.assertEqual((answer.code, answer.kind), (500, "application/problem+json"))
        self.assertNotIn(b"secret", answer.body)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_other_names(self) -> None:
        """A page that points its own name to the gateway reads nothing."""
        for path in PATHS:
            self.assertEqual(self.ask(path, host="evil.example").code, 403, path)

    def test_allowed_names(self) -> None:
        """A name that the operator allowed is answered."""
        api = AdminAPI(fixed_view(), Metrics(), ("gateway.internal",))
        treq = StubTreq(api.resource())
        response = self.successResultOf(treq.get("http://gateway.internal:9901/livez"))
        self.assertEqual(response.code, 200)
