"""Contracts: operations found."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.contract import Contract
from altlas.contracts.flaws import Unusable
from altlas.errors import OperationNotAllowed, UnknownOperation
from tests.contracts.documents import contract

NODE: dict[str, Any] = {"responses": {}}
PATHS = {
    "/documents": {"get": NODE, "post": NODE},
    "/documents/{name}": {"get": NODE, "delete": NODE},
    "/head": {"head": NODE, "get": NODE},
    "x-ours": {"get": NODE},
}


class ContractTests(SynchronousTestCase):
    """What a document is compiled into."""

    def found(self, made: Contract, request: str) -> tuple[str, tuple[bytes, ...]]:
        """The operation and the values of a request such as ``GET /a``."""
        method, path = request.encode().split()
        found = made.find(method, path)
        return found.operation.id, found.values

    def test_known(self) -> None:
        """What the document says of itself is there, and all operations in order."""
        made = contract(PATHS)
        self.assertEqual((made.name, made.title, made.version), ("test", "Test", "1.2"))
        self.assertEqual((made.fingerprint, made.base_paths), ("f", ("",)))
        ids = [operation.id for operation in made.operations]
        self.assertEqual(ids[:2], ["GET /documents", "POST /documents"])
        self.assertEqual(len(ids), 6)
        self.assertEqual(made.document["openapi"], "3.1.1")

    def test_find(self) -> None:
        """A request finds its operation, with the values of its path."""
        made = contract(PATHS)
        self.assertEqual(self.found(made, "POST /documents"), ("POST /documents", ()))
        expected = ("DELETE /documents/{name}", (b"a%2Fb",))
        self.assertEqual(self.found(made, "DELETE /documents/a%2Fb"), expected)

    def test_head(self) -> None:
        """HEAD is of GET's operation, unless it has its own; OPTIONS is only where it is said."""
        made = contract(PATHS)
        self.assertEqual(self.found(made, "HEAD /documents"), ("GET /documents", ()))
        self.assertEqual(self.found(made, "HEAD /head"), ("HEAD /head", ()))
        error = self.assertRaises(OperationNotAllowed, made.find, b"OPTIONS", b"/documents")
        self.assertEqual(sorted(error.allowed), ["GET", "HEAD", "POST"])

    def test_unknown(self) -> None:
        """Other paths, and methods in lower case, are not in the contract."""
        made = contract(PATHS)
        self.assertRaises(UnknownOperation, made.find, b"GET", b"/documents/")
        self.assertRaises(UnknownOperation, made.find, b"GET", b"x-ours")
        self.assertRaises(OperationNotAllowed, made.find, b"get", b"/documents")

    def test_bases(self) -> None:
        """Paths begin with those of the servers, or with the one that is given instead."""
        servers = [{"url": "https://a.test/v1"}, {"url": "/v2/"}]
        made = contract(PATHS, servers=servers)
        self.assertEqual(made.base_paths, ("/v1", "/v2"))
        for base in made.base_paths:
            self.assertEqual(self.found(made, f"HEAD {base}/documents")[0], "GET /documents")
        self.assertRaises(UnknownOperation, made.find, b"GET", b"/documents")
        for base in ("", "/"):
            made = contract(PATHS, base, servers=servers)
            self.assertEqual(made.base_paths, ("",))
            self.assertEqual(self.found(made, "GET /documents")[0], "GET /documents")

    def test_own_servers(self) -> None:
        """Path items and operations with servers of their own are there."""
        own = {"responses": {}, "servers": [{"url": "/own"}]}
        item = {"get": NODE, "post": own, "servers": [{"url": "/item"}]}
        made = contract({"/x": item}, servers=[{"url": "/doc"}])
        self.assertEqual(self.found(made, "GET /item/x")[0], "GET /x")
        self.assertEqual(self.found(made, "POST /own/x")[0], "POST /x")
        self.assertRaises(UnknownOperation, made.find, b"GET", b"/doc/x")
        made = contract({"/x": item}, "/given")
        self.assertEqual(self.found(made, "POST /given/x")[0], "POST /x")

    def test_same_ids(self) -> None:
        """Operations that share an operationId are told apart."""
        node = {"operationId": "same", "responses": {}}
        made = contract({"/a": {"get": node}, "/b": {"get": node}})
        self.assertEqual([operation.id for operation in made.operations], ["same", "GET /b"])

    def test_shared_items(self) -> None:
        """A path item may stand elsewhere."""
        items = {"pathItems": {"P": {"get": NODE}}}
        made = contract({"/a": {"$ref": "#/components/pathItems/P"}}, components=items)
        self.assertEqual(self.found(made, "GET /a")[0], "GET /a")

    def test_unusable(self) -> None:
        """All that cannot be compiled is told at once, by pointer."""
        bad = {"x-altlas-retry": "often", "responses": {}}
        error = self.assertRaises(Unusable, contract, {"/a": {"get": bad}, "/b": {"put": bad}})
        pointers = [flaw.pointer for flaw in error.flaws]
        self.assertEqual(pointers, ["/paths/~1a/get", "/paths/~1b/put"])

    @given(st.binary(max_size=30), st.binary(max_size=8))
    def test_hostile(self, path: bytes, method: bytes) -> None:
        """Whatever comes is found, unknown or not allowed."""
        made = contract(PATHS)
        for each in (path, b"/" + path, b"/documents/" + path):
            try:
                made.find(method, each)
            except (UnknownOperation, OperationNotAllowed):
                pass
