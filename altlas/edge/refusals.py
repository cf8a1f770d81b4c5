"""Errors as the client sees them: ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json
from math import ceil

from altlas.edge.contracts.problem import own_fields, own_members
from altlas.edge.replying import Reply
from altlas.errors import GatewayError
from altlas.wire.fields import Fields


def problem(error: GatewayError, request_id: bytes) -> Reply:
    """The reply that says what went wrong, and nothing of where or how we work inside.

    It names status, title, a sentence of detail, the log's flag and the request id, by
    which an operator finds the reason; where a contract was broken, ``errors`` says in what.
    ``Retry-After`` is in whole seconds, at least one.
    """
    fields: Fields = [
        (b"Content-Type", b"application/problem+json"),
        (b"Cache-Control", b"no-store"),
    ]
    if error.retry_after is not None:
        fields.append((b"Retry-After", b"%d" % max(1, ceil(error.retry_after))))
    fields += own_fields(error)
    said = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": str(error),
        "flag": error.flag,
        "request_id": request_id.decode("ascii"),
        **own_members(error),
    }
    return Reply.of(error.status, fields, json.dumps(said).encode("ascii") + b"\n")
