"""Contracts for the gateway's tests, made of a few lines."""

from __future__ import annotations

import json
from typing import Any

from altlas.contracts.contract import Contract, compiled
from altlas.contracts.digesting import digest
from altlas.contracts.drift import Drift
from altlas.contracts.kept import Kept
from altlas.settings import tree


def contract_of(*operations: str, server: str = "/", **more: Any) -> Contract:
    """A contract of operations such as ``GET /documents/{name} list``; `more` is for their ids."""
    paths: dict[str, Any] = {}
    for line in operations:
        method, path, own = line.split()
        item = paths.setdefault(path, {"parameters": _parameters(path)})
        item[method.lower()] = {
            "operationId": own,
            "responses": {"200": {"description": "fine"}},
            **more.get(own, {}),
        }
    document = {
        "openapi": "3.1.1",
        "info": {"title": "made", "version": "1"},
        "servers": [{"url": server}],
        "paths": paths,
    }
    return compiled("made", digest(json.dumps(document).encode()), None)


def kept(contract: Contract | None, base_path: str | None = None) -> Kept:
    """It, as a gateway has it."""
    settings = tree.Contract(name="made", file="made.json", base_path=base_path)
    return Kept(settings, Drift(lambda: 0.0), contract)


def _parameters(path: str) -> list[dict[str, Any]]:
    names = [part.partition("}")[0] for part in path.split("{")[1:]]
    schema = {"type": "string"}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]
