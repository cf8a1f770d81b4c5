"""Routes that a contract makes, over real sockets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twisted.trial.unittest import TestCase

from tests.end_to_end.observed import problem
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import RudeBackend, answers, resets, response, rude_backend, stalls
from tests.end_to_end.watching import Observed, named, observed, until

OK = {"responses": {"200": {"description": "fine"}}}
DOCUMENT = {
    "openapi": "3.1.1",
    "info": {"title": "Archive", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {
        "/documents": {
            "get": {"operationId": "list_documents", **OK},
            "post": {"operationId": "add_document", "x-altlas-idempotent": True, **OK},
        },
        "/documents/{name}": {
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": {"operationId": "get_document", **OK},
            "delete": {"operationId": "drop_document", "x-altlas-idempotent": False, **OK},
        },
        "/documents/latest": {
            "get": {"operationId": "latest", "x-altlas-timeout": "100ms", **OK},
        },
    },
}
RETRIES = "retry.tries = 1\nretry.backoff = 1ms\nretry.backoff-max = 2ms\nretry.budget = 100%"
ROUTE = "path = /archive/\nrewrite.prefix = /v1/\nroutes = from-contract\ncontract = archive"


class OperationsTests(TestCase):
    """A contract's operations behind a prefix that is rewritten."""

    def write(self, document: dict[str, Any]) -> None:
        """Make this the contract."""
        self.file.write_text(json.dumps(document))

    async def scene(self, *backends: RudeBackend, lines: str = RETRIES) -> Observed:
        """A gateway before backends that keep to the contract."""
        self.file = Path(self.mktemp()).resolve()
        self.write(DOCUMENT)
        contract = f"[contract:archive]\nfile = {self.file}\npoll = 20ms\n"
        return await observed(self, *backends, backend=lines, route=ROUTE, more=contract)

    async def test_strays(self) -> None:
        """What none of the operations takes is told, by the path that the backend would see."""
        backend = named(self, b"fine")
        one = await self.scene(backend)
        client = await one.gateway.client("public")
        asked = ((b"GET", b"/archive/nothing/7"), (b"PUT", b"/archive/documents"), (b"GET", b"/x"))
        said = [(await client.ask(request(*each))).status for each in asked]
        drift = one.gateway.service.contracts.kept["archive"].drift.unknowns()
        self.assertEqual(said, [404, 405, 404])
        self.assertEqual((drift["path"], drift["method"]), (1, 1))
        self.assertEqual({*drift["seen"]}, {"GET /v1/nothing/{number}", "PUT /v1/documents"})
        self.assertEqual(backend.requests, [])

    async def test_names(self) -> None:
        """Log, metrics and the table of routes know operations by their ids."""
        backend = named(self, b"fine")
        one = await self.scene(backend)
        answer = await one.get(b"/archive/documents/a%20b?x=1")
        self.assertEqual((answer.status, answer.body), (200, b"fine"))
        self.assertEqual(backend.requests[-1].target, b"/v1/documents/a%20b?x=1")
        self.assertEqual(one.records.last.route, "get_document")
        admin = await one.gateway.client("admin")
        asked = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
        self.assertIn(b'route="get_document"', (await admin.ask(asked)).body)
        rows = {row["name"]: row for row in one.gateway.service.view.routes()}
        row = rows["get_document"]
        self.assertEqual(
            (row["kind"], row["path"], row["methods"], row["rewrite"]),
            (
                "template",
                "/archive/documents/{name}",
                ["GET"],
                "/archive/documents/{name} -> /v1/documents/{name}",
            ),
        )
        self.assertEqual(rows["latest"]["kind"], "exact")
        self.assertNotIn("demo", rows)

    async def test_what_is_no_operation(self) -> None:
        """A path that no operation has is a 404, a method a 405 that says which there are."""
        backend = named(self, b"fine")
        one = await self.scene(backend)
        client = await one.gateway.client()
        for target in (b"/archive/", b"/archive/documents/", b"/archive/documents/a/b", b"/v1/"):
            answer = await client.get(target)
            self.assertEqual((answer.status, one.records.last.flag), (404, "NR"), target)
        answer = await client.ask(request(b"PUT", b"/archive/documents/a", body=b""))
        self.assertEqual(answer.status, 405)
        self.assertEqual(
            set((answer.value(b"allow") or b"").split(b", ")), {b"GET", b"HEAD", b"DELETE"}
        )
        self.assertEqual(backend.requests, [])

    async def test_escapes(self) -> None:
        """An escaped slash ends no segment, and leads to no other operation."""
        backend = named(self, b"fine")
        one = await self.scene(backend)
        for target in (b"/archive/documents/%C3%A9%3F", b"/archive/documents/%6Catest2"):
            answer = await one.get(target)
            self.assertEqual((answer.status, one.records.last.route), (200, "get_document"), target)
            self.assertEqual(backend.requests[-1].target, b"/v1" + target[8:])
        for target in (b"/archive/documents%2Flatest", b"/archive/documents/x%2F..%2Flatest"):
            self.assertIn((await one.get(target)).status, (400, 404))
        for target in (b"/archive/documents/a%2Fb", b"/archive/documents/lates%2574"):
            self.assertEqual(problem(await one.get(target))["status"], 400, target)

    async def test_retries(self) -> None:
        """A POST that may be carried out twice is tried again, a DELETE that may not is not."""
        one = await self.scene(rude_backend(self, resets()), named(self, b"fine"))
        client = await one.gateway.client()
        found = {}
        for method, target in (
            (b"POST", b"/archive/documents"),
            (b"DELETE", b"/archive/documents/a"),
        ):
            statuses = set()
            for _ in range(2):  # round robin: each instance is the first once
                statuses.add((await client.ask(request(method, target))).status)
            found[method] = statuses
        self.assertEqual(found, {b"POST": {200}, b"DELETE": {200, 502}})

    async def test_timeout(self) -> None:
        """An operation may have less time than its backend gives others."""
        one = await self.scene(rude_backend(self, stalls()), lines="timeout.total = 20s")
        answer = await one.get(b"/archive/documents/latest")
        self.assertEqual((answer.status, one.records.last.route), (504, "latest"))
        self.assertLess(one.records.last.duration, 5.0)

    async def test_change(self) -> None:
        """A contract that changes makes other routes, and who is under way is served on."""
        backend = rude_backend(self, answers(response(b"fine")))
        one = await self.scene(backend)
        client = await one.gateway.client()
        self.assertEqual((await client.get(b"/archive/new")).status, 404)
        changed = {**DOCUMENT, "paths": {"/new": {"get": {"operationId": "new", **OK}}}}
        self.write(changed)
        service = one.gateway.service
        await until(lambda: [row["name"] for row in service.view.routes()] == ["new"])
        self.assertEqual((await client.get(b"/archive/new")).status, 200)
        self.assertEqual(one.records.last.route, "new")
        self.assertEqual((await client.get(b"/archive/documents")).status, 404)
