"""The cases of the JSON-Schema-Test-Suite as components of OpenAPI documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from altlas.contracts.digesting import Digest, Unusable, digest
from altlas.contracts.schemas import Direction, Schemas

_SUITE = Path(__file__).parent / "suite"


@frozen
class Outcome:
    """What became of the cases of one draft: all by name."""

    ran: int
    #: groups whose schemas were refused
    refused: frozenset[str]
    #: tests whose verdict was not the suite's
    wrong: frozenset[str]


def outcome(draft: str, version: str) -> Outcome:
    """What becomes of a draft's cases in documents of this version of OpenAPI."""
    ran, refused, wrong = 0, set(), set()
    for path in sorted((_SUITE / draft).glob("*.json")):
        groups = {f"g{n}": group for n, group in enumerate(json.loads(path.read_text("utf-8")))}
        digested, bad = _digested(groups, version)
        refused |= {f"{path.stem}: {groups[key]['description']}" for key in bad}
        schemas = Schemas(digested.document)
        for key in groups.keys() - bad:
            ran += len(groups[key]["tests"])
            wrong |= {f"{path.stem}: {name}" for name in _wrong(schemas, key, groups[key])}
    return Outcome(ran, frozenset(refused), frozenset(wrong))


def _digested(groups: dict[str, Any], version: str) -> tuple[Digest, set[str]]:
    """A document of the groups' schemas, without those that it is refused for."""
    bad: set[str] = set()
    while True:
        good = {
            key: _moved(_spoken(group["schema"], version), key)
            for key, group in groups.items()
            if key not in bad
        }
        try:
            return digest(_document(good, version)), bad
        except Unusable as unusable:
            bad |= {flaw.pointer.split("/")[3] for flaw in unusable.flaws}


def _document(schemas: dict[str, Any], version: str) -> bytes:
    head = {"openapi": version, "info": {"title": "suite", "version": "1"}, "paths": {}}
    return json.dumps({**head, "components": {"schemas": schemas}}).encode()


def _spoken(schema: Any, version: str) -> Any:
    """A schema in words that OpenAPI 3.0 has too, where they say the same."""
    if not version.startswith("3.0"):
        return schema
    if isinstance(schema, list):
        return [_spoken(inner, version) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "null":
        schema = {**schema, "enum": [None]}
        del schema["type"]
    return {
        "x-definitions" if name == "definitions" else name: _spoken(inner, version)
        for name, inner in schema.items()
        if name != "$comment"
    }


def _moved(schema: Any, key: str) -> Any:
    """A schema whose references to its own root lead to where that now is."""
    if isinstance(schema, dict) and ("$id" in schema or "id" in schema):
        return schema
    return _led(schema, f"#/components/schemas/{key}")


def _led(node: Any, root: str) -> Any:
    if isinstance(node, list):
        return [_led(inner, root) for inner in node]
    if not isinstance(node, dict):
        return node
    made = {
        name: inner if name in ("enum", "const") else _led(inner, root)
        for name, inner in node.items()
    }
    reference = made.get("$ref")
    if isinstance(reference, str) and (reference == "#" or reference.startswith("#/")):
        made["$ref"] = root + reference[1:].replace("/definitions/", "/x-definitions/")
    return made


def _wrong(schemas: Schemas, key: str, group: dict[str, Any]) -> Iterator[str]:
    schema = schemas.at(("components", "schemas", key), Direction.REQUEST)
    for test in group["tests"]:
        valid, faults = schema.valid(test["data"]), schema.faults(test["data"])
        if valid is not test["valid"] or bool(faults) is valid:
            yield f"{group['description']}: {test['description']}"
