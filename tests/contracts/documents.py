"""A document for tests, and what is made of it."""

from __future__ import annotations

import json
from typing import Any

from altlas.contracts.contract import Contract, Found, compiled
from altlas.contracts.digesting import Digest
from altlas.contracts.operation import Asked, Operation
from altlas.wire.fields import Fields, first_values


def document(paths: Any, **more: Any) -> dict[str, Any]:
    """A whole document with these paths."""
    info = {"title": "Test", "version": "1.2"}
    return {"openapi": "3.1.1", "info": info, "paths": paths, **more}


def contract(paths: Any, base_path: str | None = None, **more: Any) -> Contract:
    """The contract of a document with these paths."""
    made: dict[str, Any] = json.loads(json.dumps(document(paths, **more)))
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


__all__ = ["Found", "asked", "contract", "document", "operation", "with_schema"]
