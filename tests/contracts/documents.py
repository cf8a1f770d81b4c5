"""Small documents for tests, and what is made of them."""

from __future__ import annotations

import json
from typing import Any

from altlas.contracts.contract import Contract, compiled
from altlas.contracts.digesting import Digest, Unusable, digest
from altlas.contracts.flaws import Flaw
from altlas.contracts.operation import Asked, Operation
from altlas.contracts.schemas import Direction, Schema, Schemas
from altlas.wire.fields import Fields, first_values

VERSIONS = ("3.0.3", "3.1.0")


def document(version: str = "3.1.0", **parts: Any) -> dict[str, Any]:
    """A document with these parts of its own."""
    return {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": {}, **parts}


def of_schemas(version: str = "3.1.0", **schemas: Any) -> dict[str, Any]:
    """A document with these schemas."""
    return document(version, components={"schemas": schemas})


def flaws_of(given: dict[str, Any] | bytes) -> tuple[Flaw, ...]:
    """What is wrong with a document; nothing if it can be used."""
    data = given if isinstance(given, bytes) else json.dumps(given).encode()
    try:
        digest(data)
    except Unusable as unusable:
        return unusable.flaws
    return ()


def told(given: dict[str, Any] | bytes) -> list[tuple[str, str]]:
    """The same, as pairs of pointer and message."""
    return [(flaw.pointer, flaw.message) for flaw in flaws_of(given)]


def schema_of(given: dict[str, Any], name: str, direction: Direction = Direction.REQUEST) -> Schema:
    """A schema of a document that was digested."""
    digested = digest(json.dumps(given).encode())
    return Schemas(digested.document).at(("components", "schemas", name), direction)


def faults_of(schema: Schema, value: Any) -> list[tuple[str, str]]:
    """The faults of a value, as pairs of pointer and message."""
    return [(fault.pointer, fault.message) for fault in schema.faults(value)]


def ref(name: str) -> dict[str, Any]:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def contract(paths: Any, base_path: str | None = None, **more: Any) -> Contract:
    """The contract of a document with these paths."""
    info = {"title": "Test", "version": "1.2"}
    whole = document("3.1.1", info=info, paths=paths, **more)
    made: dict[str, Any] = json.loads(json.dumps(whole))
    return compiled("test", Digest(document=made, doubts=(), fingerprint="f"), base_path)


def operation(node: Any, template: str = "/x", method: str = "post", **more: Any) -> Operation:
    """The one operation of a document; `node` is its object."""
    node = {"responses": {}, **node}
    return contract({template: {method: node}}, **more).operations[0]


def with_schema(schema: Any, media: str = "application/json", **more: Any) -> Operation:
    """An operation whose body has this schema."""
    body = {"content": {media: {"schema": schema, **more}}}
    return operation({"requestBody": body})


def asked(
    *values: bytes, query: bytes | None = None, fields: Fields | None = None, **more: bool
) -> Asked:
    """The head of a request."""
    fields = fields or []
    return Asked(values, query, fields, first_values(fields), **more)
