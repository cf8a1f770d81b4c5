"""Tests for `altlas.contracts.checking`: what is told of a document that is wrong, or odd."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts import specification
from altlas.contracts.digesting import digest
from tests.contracts.documents import VERSIONS, document, of_schemas, ref, told

_OK = {"responses": {"200": {"description": "fine"}}}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


class FormTests(SynchronousTestCase):
    """The form that the specification gives a document."""

    def test_all_at_once(self) -> None:
        """Every flaw of the form is told, each with its pointer."""
        for version in VERSIONS:
            given = document(version, paths={"/a": {"get": 3, "put": {"responses": {"200": {}}}}})
            found = dict(told(given))
            self.assertEqual(found["/paths/~1a/get"], "must be an object")
            self.assertEqual(found["/paths/~1a/put/responses/200/description"], "is required")

    def test_schemas(self) -> None:
        """A schema that is none is told of where it stands, however deep, in both versions."""
        for version in VERSIONS:
            found = told(of_schemas(version, it={"properties": {"a": {"type": "strin"}}}))
            self.assertTrue(found[0][0].startswith("/components/schemas/it/properties/a"), found)
            self.assertIn("must be one of", found[0][1])

    def test_any_shape(self) -> None:
        """A document of any shape at all is told of, without a traceback."""
        for odd in (3, None, "x", [1], {"a": 1}, {"$ref": 3}, {"/a": {"$ref": []}}):
            for part in ("paths", "components", "info", "security", "tags", "servers"):
                told(document("3.0.3", **{part: odd}))
                told(document("3.1.0", **{part: odd}))
            for part in ("schemas", "parameters", "responses", "securitySchemes"):
                told(document("3.1.0", components={part: odd}))
                told(document("3.0.3", components={part: {"a": odd}}))

    def test_many(self) -> None:
        """Of a document that is wrong everywhere a hundred flaws are told."""
        schemas = {f"s{n}": {"type": "odd"} for n in range(500)}
        self.assertEqual(len(told(of_schemas("3.1.0", **schemas))), 100)

    def test_short_messages(self) -> None:
        """No message repeats what is long."""
        long = "x" * 100_000
        for given in (
            document(paths={long: 3}),
            of_schemas(it={"type": long}),
            document("3.0.3", info={"title": [long], "version": 1}),
        ):
            self.assertLess(max(len(message) for _, message in told(given)), 300)


class ReferenceTests(SynchronousTestCase):
    """References lead to something, within the document."""

    def test_out_of_the_document(self) -> None:
        """What leads elsewhere is refused with its place, and no connection is tried."""
        self.patch(socket.socket, "connect", None)
        self.patch(socket, "getaddrinfo", None)
        for target in ("http://127.0.0.1:9/x", "other.yaml#/x", "file:///etc/passwd", "//x/y"):
            for version in VERSIONS:
                given = of_schemas(version, a={"items": {"$ref": target}})
                given["paths"] = {"/x": {"$ref": target}}
                self.assertEqual(
                    [pointer for pointer, _ in told(given)],
                    ["/components/schemas/a/items/$ref", "/paths/~1x/$ref"],
                )

    def test_in_values(self) -> None:
        """What looks like a reference in a default or an example is not followed either."""
        self.patch(socket.socket, "connect", None)
        self.patch(socket, "getaddrinfo", None)
        away = {"$ref": "http://127.0.0.1:9/x"}
        for version in VERSIONS:
            it = {"type": "object", "default": away, "enum": [away]}
            given = of_schemas(version, it=it, outer={"properties": {"default": it}})
            digest(json.dumps({**given, "x-own": away}).encode())

    def test_to_nothing(self) -> None:
        """What leads to nothing is told of, a discriminator's mapping too."""
        mapping = {"a": "#/components/schemas/gone", "b": "away", "c": "it"}
        it = {"discriminator": {"propertyName": "p", "mapping": mapping}, "items": ref("no")}
        start = "/components/schemas/it"
        self.assertEqual(
            told(of_schemas(it=it)),
            [
                (f"{start}/discriminator/mapping/a", "leads to nothing"),
                (f"{start}/discriminator/mapping/b", "leads to nothing"),
                (f"{start}/items/$ref", "leads to nothing"),
            ],
        )

    def test_round(self) -> None:
        """Ways round that end nowhere are refused; those over a property are schemas of trees."""
        for a, b in (
            (ref("b"), ref("a")),
            ({"allOf": [ref("b")]}, {"anyOf": [{"not": ref("a")}]}),
            (ref("a"), {}),
        ):
            found = told(of_schemas(a=a, b=b))
            self.assertEqual([message for _, message in found], [_ROUND], found)
        tree = {"properties": {"left": ref("a")}, "items": ref("b")}
        self.assertEqual(told(of_schemas(a=tree, b={"allOf": [ref("a")]})), [])
        paths = {"/x": {"$ref": "#/paths/~1y"}, "/y": {"$ref": "#/paths/~1x"}}
        self.assertEqual([message for _, message in told(document(paths=paths))], [_ROUND])


_ROUND = "refers to itself without an end"


_BROKE_OFF = "could not be checked to the end: 'gone'"


class Wrong(ValueError):
    """What a rule has found."""

    message = "is wrong"
    pointer = "/info"


class OperationTests(SynchronousTestCase):
    """Operations that cannot be told apart, or ask for what is not there."""

    def test_clashes(self) -> None:
        """Two templates that take the same paths with one method are told of; ids too."""
        paths = {
            "/a/{x}": {"parameters": [_path("x")], "get": {**_OK, "operationId": "same"}},
            "/a/{y}": {"parameters": [_path("y")], "get": {**_OK, "operationId": "same"}},
            "/a/{z}": {"parameters": [_path("z")], "put": _OK},
        }
        for version in VERSIONS:
            self.assertEqual(
                told(document(version, paths=paths)),
                [
                    ("/paths/~1a~1{y}/get", "takes the same paths as /a/{x}"),
                    (
                        "/paths/~1a~1{y}/get/operationId",
                        "is the id of /paths/~1a~1{x}/get too",
                    ),
                ],
            )

    def test_parameters(self) -> None:
        """A parameter that is there twice, or is missing for the template, is told of."""
        for version in VERSIONS:
            twice = {**_OK, "parameters": [_path("x"), {**_path("x"), "example": 1}]}
            found = told(document(version, paths={"/{x}": {"get": twice}, "/b/{y}": {"get": _OK}}))
            pointers = [pointer for pointer, _ in found]
            self.assertEqual(pointers, ["/paths/~1b~1{y}/get", "/paths/~1{x}/get/parameters"])

    def test_not_to_the_end(self) -> None:
        """A check that breaks off is told of, with the flaws if it found any."""

        def checking(document: Any) -> Iterator[Any]:
            if document["info"]["title"] == "wrong":
                yield Wrong()
            raise KeyError("gone")

        for title, places in (("t", None), ("wrong", ["is wrong", _BROKE_OFF])):
            self.patch(specification, "_rules", lambda _: (checking, []))
            given = document(info={"title": title, "version": "1"})
            if places is None:
                (doubt,) = digest(json.dumps(given).encode()).doubts
                self.assertEqual(doubt.message, _BROKE_OFF)
            else:
                self.assertEqual(sorted(message for _, message in told(given)), sorted(places))

    def test_wishes(self) -> None:
        """What an operation wishes of the gateway must be readable."""
        for name, value in {"timeout": "soon", "retry": -1, "idempotent": "yes"}.items():
            found = told(document(paths={"/a": {"get": {**_OK, f"x-altlas-{name}": value}}}))
            self.assertEqual([pointer for pointer, _ in found], ["/paths/~1a/get"])
            self.assertIn(f"x-altlas-{name} is to be", found[0][1])
        wishes = {"x-altlas-timeout": "2s", "x-altlas-retry": 1, "x-altlas-idempotent": True}
        self.assertEqual(told(document(paths={"/a": {"get": {**_OK, **wishes}}})), [])

    def test_security(self) -> None:
        """A security scheme that is asked for must be there."""
        paths = {"/a": {"get": {**_OK, "security": [{"key": []}]}}}
        self.assertEqual(
            told(document(paths=paths, security=[{"other": []}])),
            [
                ("/paths/~1a/get/security/0/key", "is no security scheme here"),
                ("/security/0/other", "is no security scheme here"),
            ],
        )


class DoubtTests(SynchronousTestCase):
    """What is odd does not keep a document from being used."""

    def test_wishes(self) -> None:
        """An extension that is called nearly like a wish is doubted, with the one meant."""
        wished = {**_OK, "x-altlas-idempotnt": True, "x-altlas-retry": 1, "x-other": 1}
        for version in VERSIONS:
            given = document(version, paths={"/a": {"get": wished}})
            self.assertEqual(
                self.doubts(given),
                [
                    (
                        "/paths/~1a/get/x-altlas-idempotnt",
                        "is no wish that is known here; did you mean x-altlas-idempotent?",
                    )
                ],
            )

    def doubts(self, given: dict[str, Any]) -> list[tuple[str, str]]:
        """What is doubted of a document that can be used."""
        return [(d.pointer, d.message) for d in digest(json.dumps(given).encode()).doubts]

    def test_defaults(self) -> None:
        """A default that the schema itself would refuse is told of."""
        for version in VERSIONS:
            found = self.doubts(of_schemas(version, it={"type": "integer", "default": "x"}))
            message = "is not what the schema itself allows"
            self.assertEqual(found, [("/components/schemas/it/default", message)])

    def test_where(self) -> None:
        """It is told of where it stands, once, however many ways over references lead to it."""
        given = of_schemas(it={"properties": {"a": {"type": "integer", "default": "x"}}})
        body = {"description": "", "content": {"application/json": {"schema": ref("it")}}}
        given["paths"] = {"/a": {"get": {"responses": {"200": body, "201": body}}}}
        found = [pointer for pointer, _ in self.doubts(given)]
        self.assertEqual(found, ["/components/schemas/it/properties/a/default"])

    def test_dialects(self) -> None:
        """Another dialect than that of OpenAPI 3.1 is told of."""
        given = of_schemas(it={"$schema": "http://json-schema.org/draft-07/schema#"})
        given["jsonSchemaDialect"] = "https://json-schema.org/draft/2019-09/schema"
        found = [pointer for pointer, _ in self.doubts(given)]
        self.assertEqual(found, ["/jsonSchemaDialect", "/components/schemas/it/$schema"])
        own = "https://json-schema.org/draft/2020-12/schema"
        self.assertEqual(self.doubts(of_schemas(it={"$schema": own})), [])
