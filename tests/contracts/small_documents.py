"""Small documents for the tests of what becomes of documents."""

from __future__ import annotations

import json
from typing import Any

from altlas.contracts.digesting import Unusable, digest
from altlas.contracts.flaws import Flaw
from altlas.contracts.schemas import Direction, Schema, Schemas

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
