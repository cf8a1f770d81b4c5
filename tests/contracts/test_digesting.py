"""Tests for `altlas.contracts.digesting`, here and in a process of its own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.digesting import Digest, Flaw, Unusable, digest, from_json, to_json
from tests import house
from tests.contracts.documents import document, of_schemas

_NAMES = st.sampled_from(
    (
        *("$ref", "type", "properties", "allOf", "/a", "get", "responses", "schemas"),
        *("schema", "content", "$id", "$dynamicRef", "discriminator", "requestBody", "enum"),
        "parameters",
    )
)
_PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", "#/a", "object"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=15,
)


def child(data: bytes) -> bytes:
    """What the process says of a document."""
    command = [sys.executable, "-m", "altlas.contracts"]
    ran = subprocess.run(command, cwd=house.ROOT, input=data, capture_output=True, check=True)
    if ran.stderr:
        raise AssertionError(ran.stderr)
    return ran.stdout


def many_paths(count: int) -> bytes:
    """A document of some 1.4 KB a path."""
    properties = {f"field_{n}": {"type": "string", "description": "d" * 60} for n in range(10)}
    schemas = {
        f"Thing{n}": {"type": "object", "properties": properties, "required": ["field_1"]}
        for n in range(count)
    }
    paths = {
        f"/things{n}": {
            "get": {
                "operationId": f"get{n}",
                "responses": {
                    "200": {
                        "description": "fine",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": f"#/components/schemas/Thing{n}"}
                            }
                        },
                    }
                },
            }
        }
        for n in range(count)
    }
    return json.dumps(document("3.0.3", paths=paths, components={"schemas": schemas})).encode()


class DigestTests(SynchronousTestCase):
    """A digest is the document in one form, with what came of it."""

    def test_fingerprint(self) -> None:
        """The fingerprint is of the bytes, so that the same contents laid out anew differ."""
        data = json.dumps(document()).encode()
        self.assertEqual(digest(data).fingerprint, hashlib.sha256(data).hexdigest())
        self.assertEqual(digest(data).document, digest(data + b"\n").document)
        self.assertNotEqual(digest(data).fingerprint, digest(data + b"\n").fingerprint)

    def test_from_one_process_to_another(self) -> None:
        """What is made JSON is the same when it is read again, flaws too."""
        given = Digest({"openapi": "3.1.1", "x": "é\u2028", "n": 2.5}, (Flaw("/a", "odd"),), "f")
        made = from_json(to_json(given))
        self.assertEqual(
            (made.document, made.doubts, made.fingerprint), (given.document, given.doubts, "f")
        )
        with self.assertRaises(Unusable) as caught:
            from_json(to_json(Unusable([Flaw("/a", "wrong"), Flaw("", "odd")])))
        self.assertEqual(caught.exception.flaws, (Flaw("/a", "wrong"), Flaw("", "odd")))

    def test_no_digest(self) -> None:
        """What is no digest is no flaw of a document, but a ValueError."""
        for data in (b"", b"{}", b"[]", b"Killed", b"\xff"):
            error = self.assertRaises(ValueError, from_json, data)
            self.assertNotIsInstance(error, Unusable)

    @settings(max_examples=40, deadline=None)
    @given(_PARTS, st.sampled_from(["paths", "components", "webhooks", "security", "servers"]))
    def test_any_document(self, part: object, name: str) -> None:
        """Whatever stands in a document, it is digested or told to be unusable."""
        for version in ("3.0.3", "3.1.0"):
            try:
                digest(json.dumps(document(version, **{name: part})).encode())
            except Unusable as unusable:
                self.assertTrue(unusable.flaws)


class ProcessTests(SynchronousTestCase):
    """In a process of its own the same comes out, and nothing else ever does."""

    def test_same(self) -> None:
        """The process says what digesting here says."""
        data = json.dumps(of_schemas("3.0.3", it={"type": "string", "nullable": True})).encode()
        self.assertEqual(from_json(child(data)).document, digest(data).document)

    def test_flaws(self) -> None:
        """Flaws come back as such, for documents of any sort."""
        for data in (b"", b"\xff", b"[" * 1_000_000, b"- " * 200_000, b"openapi: 3.2.0"):
            self.assertRaises(Unusable, from_json, child(data))

    def test_large(self) -> None:
        """A document of 1.5 MB comes back whole; for its time see `bench.contracts`."""
        data = many_paths(1150)
        self.assertGreater(len(data), 1_500_000)
        self.assertEqual(len(from_json(child(data)).document["paths"]), 1150)
