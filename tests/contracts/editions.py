"""Pairs of small documents, to compare."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from attrs import frozen

from altlas.contracts.differences import Change, differences


@frozen
class Operation:
    """As much of a compiled operation as is compared by."""

    id: str
    method: str
    template: str


@frozen(eq=False)
class Contract:
    """As much of a compiled contract as is compared."""

    document: dict[str, Any]
    base_paths: tuple[str, ...] = ("",)

    @property
    def operations(self) -> Iterable[Operation]:
        return [
            Operation(node.get("operationId", f"{method.upper()} {path}"), method.upper(), path)
            for path, item in self.document["paths"].items()
            for method, node in item.items()
            if isinstance(node, dict) and method != "parameters"
        ]


def document(**changes: Any) -> dict[str, Any]:
    """A document of one operation, with these members in it, or of these ``paths``."""
    paths = changes.pop("paths", None)
    whole = {key: changes.pop(key) for key in ("components", "security") if key in changes}
    operation = {"operationId": "addPet", "responses": {"200": {"description": "done"}}}
    return {
        "openapi": "3.1.1",
        "info": {"title": "Pets", "version": "1"},
        "paths": paths or {"/pets": {"post": operation | changes}},
        **whole,
    }


def compared(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    """Verdict and message of every change; neither document is touched by comparing."""
    before = deepcopy(old), deepcopy(new)
    found = [(each.verdict, each.message) for each in changes(old, new)]
    assert (old, new) == before
    return found


def changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    """The changes between two documents."""
    return differences(Contract(old), Contract(new))


def json_body(schema: Any, **more: Any) -> dict[str, Any]:
    """A body of JSON."""
    return {"content": {"application/json": {"schema": schema}}, **more}


def asked(schema: Any, **components: Any) -> dict[str, Any]:
    """A document whose operation takes this."""
    body = json_body(schema)
    return document(requestBody=body, components={"schemas": components})


def answered(schema: Any, **components: Any) -> dict[str, Any]:
    """A document whose operation answers this."""
    return document(responses={"200": json_body(schema)}, components={"schemas": components})
