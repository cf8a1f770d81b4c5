"""Where clients find the operations of a contract."""

from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.contract import compiled
from altlas.contracts.differences import differences
from altlas.contracts.digesting import digest
from altlas.contracts.listing import Part
from altlas.contracts.merging import merged
from altlas.errors import UnknownOperation
from altlas.gateway.operations import entrances
from altlas.settings.tree import Rewrite, Route
from tests.gateway.kept import contract_of, kept


class EntrancesTests(SynchronousTestCase):
    """Paths of operations, behind a route."""

    def paths(
        self,
        path: str,
        prefix: str | None,
        *templates: str,
        server: str = "/",
        base: str | None = None,
    ) -> list[str]:
        """What clients write for these templates."""
        route = Route(name="r", path=path, backend="b", rewrite=Rewrite(prefix=prefix))
        lines = [f"GET {template} op{number}" for number, template in enumerate(templates)]
        contract = contract_of(*lines, server=server)
        return [one.public for one in entrances(route, kept(contract, base), contract)]

    def test_rewritten(self) -> None:
        """What the rewrite puts before paths is taken off, the route's path put in its place."""
        for prefix, server, wanted in (
            ("/", "/", ["/api/docs/{name}"]),
            ("/v1/", "/v1", ["/api/docs/{name}"]),
            ("/v1", "http://a.test/v1/", ["/api/docs/{name}"]),
            ("/", "/v1", ["/api/v1/docs/{name}"]),
            ("/v1/docs/", "/v1", ["/api/{name}"]),
        ):
            self.assertEqual(self.paths("/api/", prefix, "/docs/{name}", server=server), wanted)

    def test_not_rewritten(self) -> None:
        """Without a rewrite the instance gets what clients write."""
        self.assertEqual(self.paths("/api/", None, "/docs", server="/api"), ["/api/docs"])
        self.assertEqual(self.paths("/", None, "/docs", "/"), ["/docs", "/"])

    def test_the_prefix_itself(self) -> None:
        """A path that is the prefix is reached without its slash, the root with it too."""
        self.assertEqual(self.paths("/api/", "/v1/", "/v1", "/v1/"), ["/api", "/api/"])
        self.assertEqual(self.paths("/api/", "/", "/"), ["/api/", "/api"])

    def test_out_of_reach(self) -> None:
        """What the rewrite never makes, or no request can have, is not there."""
        self.assertEqual(self.paths("/api/", "/v1/", "/docs", "/v1docs", "/v1/a/../b"), [])
        self.assertEqual(self.paths("/api/", None, "/docs"), [])

    def test_own_servers(self) -> None:
        """An operation with servers of its own is there; but settings go before servers."""
        servers = {"servers": [{"url": "/other"}]}
        contract = contract_of("GET /a one", "GET /b two", server="/v1", one=servers)
        route = Route(name="r", path="/", backend="b")
        found = [one.public for one in entrances(route, kept(contract), contract)]
        self.assertEqual(found, ["/other/a", "/v1/b"])
        found = [one.public for one in entrances(route, kept(contract, "/v1"), contract)]
        self.assertEqual(found, ["/v1/a", "/v1/b"])


_OK: Any = {"responses": {"200": {"description": "fine"}}}
_BOTH = ("3.0.3", "3.1.0")
_ITEM = {"get": _OK, "parameters": [{"name": "q", "in": "query", "schema": {}}]}
_TO_ITEM = {"$ref": "#/components/pathItems/item"}


class SlightDocumentTests(SynchronousTestCase):
    """Documents with little in them, or in rare forms, go all the way."""

    def check(self, versions: tuple[str, ...], operations: list[str], **parts: Any) -> None:
        """Digested, compiled, compared, listed and made routes of, it has these operations."""
        for version in versions:
            info = {"title": "slight", "version": "1"}
            digested = digest(json.dumps({"openapi": version, "info": info, **parts}).encode())
            contract = compiled("made", digested)
            self.assertEqual([each.id for each in contract.operations], operations)
            other = contract_of("GET /other other")
            self.assertEqual(differences(contract, contract), ())
            self.assertEqual(len(differences(contract, other)), len(operations) + 1)
            self.assertEqual(len(differences(other, contract)), len(operations) + 1)
            route = Route(name="r", path="/api/", backend="b", rewrite=Rewrite(prefix="/"))
            found = [*entrances(route, kept(contract), contract)]
            self.assertEqual({one.operation.id for one in found}, {*operations})
            part = Part(route, "made", digested.document, lambda method, path: True)
            paths = merged([part], "all")["paths"]
            listed = [f"{m.upper()} {path[4:]}" for path, item in paths.items() for m in item]
            self.assertEqual(listed, operations)
            self.assertRaises(UnknownOperation, contract.find, b"GET", b"/nowhere")

    def test_no_paths(self) -> None:
        """Webhooks are no operations, nor are components."""
        self.check(("3.1.0",), [], webhooks={"one": {"post": _OK}})
        self.check(("3.1.0",), [], webhooks={"one": _TO_ITEM}, components=_components())
        self.check(("3.1.0",), [], components={})

    def test_empty_paths(self) -> None:
        """No paths, and paths without operations, are nothing that may be asked."""
        self.check(_BOTH, [], paths={})
        only = {"parameters": _ITEM["parameters"]}
        self.check(
            _BOTH, [], paths={"/a": only, "/b": {}, "/c": {"summary": "x"}, "x-d": {"get": 1}}
        )

    def test_references(self) -> None:
        """A path item may be a reference, to a component or to another path."""
        self.check(("3.1.0",), ["GET /a"], paths={"/a": _TO_ITEM}, components=_components())
        there = {"/a": {"$ref": "#/paths/~1b"}, "/b": {"get": _OK}}
        self.check(_BOTH, ["GET /a", "GET /b"], paths=there)

    def test_methods(self) -> None:
        """Every method that OpenAPI has is one."""
        item = dict.fromkeys(("trace", "options", "head"), _OK)
        self.check(_BOTH, ["OPTIONS /a", "HEAD /a", "TRACE /a"], paths={"/a": item})


def _components() -> Any:
    return {"pathItems": {"item": _ITEM}}


class RouteTests(SynchronousTestCase):
    """An operation as a route."""

    def route(self, method: str, *taken: str) -> Route | None:
        """Of a method, where the route takes these."""
        route = Route(
            name="r",
            path="/api/",
            method=taken,
            backend="b",
            priority=3,
            rewrite=Rewrite(prefix="/"),
        )
        contract = contract_of(f"{method} /a/{{b}} op")
        (one,) = entrances(route, kept(contract), contract)
        return one.route(route, "op")

    def test_inherits(self) -> None:
        """It has the name, the path and the method of the operation, all else of the route."""
        made = self.route("PUT")
        assert made is not None
        self.assertEqual(
            (made.name, made.path, made.method, made.priority, made.rewrite.prefix),
            ("op", "/api/a/{b}", ("PUT",), 3, "/a/{b}"),
        )

    def test_methods(self) -> None:
        """A route that takes some methods leads to their operations only."""
        self.assertIsNone(self.route("PUT", "GET", "POST"))
        for method, taken, wanted in (
            ("GET", ("GET",), ("GET",)),
            ("GET", ("HEAD",), ("HEAD",)),
            ("HEAD", ("GET",), ("HEAD",)),
        ):
            made = self.route(method, *taken)
            self.assertEqual(made and made.method, wanted)
