"""One of the two documents that are compared: its nodes by pointer, its references followed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from attrs import define, field

from altlas.contracts.changes.finding import Pointer

_REFERENCE = re.compile(r'"\$ref":("#/(?:[^"\\]|\\.)*")')

#: what tells people something, and machines nothing
_TOLD = {
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "externalDocs",
    "$comment",
    "xml",
    "tags",
}
#: keys below which keys are names
_NAMES = {
    "properties",
    "patternProperties",
    "dependentSchemas",
    "dependentRequired",
    "$defs",
    "definitions",
    "schemas",
    "responses",
    "parameters",
    "headers",
    "content",
    "encoding",
    "links",
    "callbacks",
    "mapping",
    "variables",
    "scopes",
    "securitySchemes",
    "requestBodies",
    "pathItems",
    "paths",
}
#: keys below which everything is a value
_VALUES = {"enum", "const", "default"}
#: keys whose lists are sets
_SETS = {"enum", "required", "type"}


@define(eq=False)
class Edition:
    """A document in OpenAPI 3.1's form. Nothing in it is changed."""

    document: Mapping[str, Any]
    _plain: dict[Pointer, str] = field(init=False, factory=dict)

    def at(self, pointer: Pointer) -> Any:
        """The node at a pointer; None if there is none."""
        node: Any = self.document
        for part in pointer:
            if isinstance(node, list):
                node = node[int(part)] if part.isdigit() and int(part) < len(node) else None
            else:
                node = node.get(part) if isinstance(node, dict) else None
        return node

    def followed(self, pointer: Pointer) -> Pointer:
        """Where a chain of local references from `pointer` ends; itself if there is none."""
        seen = {pointer}
        while True:
            node = self.at(pointer)
            reference = node.get("$ref") if isinstance(node, dict) else None
            after = target(reference)
            if after is None or after in seen:
                return pointer
            seen.add(after)
            pointer = after

    def raw(self, pointer: Pointer) -> str:
        """The node as canonical JSON."""
        return canonical(self.at(pointer))

    def plain(self, pointer: Pointer) -> str:
        """The node as canonical JSON, without what is for people only."""
        if pointer not in self._plain:
            self._plain[pointer] = canonical(_plain(self.at(pointer), _below(pointer)))
        return self._plain[pointer]


def canonical(node: Any) -> str:
    """JSON with its names in order, and not a blank."""
    return json.dumps(node, sort_keys=True, separators=(",", ":"))


def target(reference: Any) -> Pointer | None:
    """Where a local reference leads; None for any other."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    parts = unquote(reference[2:]).split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def targets(text: str) -> set[Pointer]:
    """Where the references in canonical JSON lead."""
    found = {target(json.loads(match)) for match in _REFERENCE.findall(text)}
    return {pointer for pointer in found if pointer is not None}


def _below(pointer: Pointer) -> bool:
    """Whether the keys of the node there are names."""
    return len(pointer) > 1 and pointer[-1] in _NAMES and pointer[-2] not in _NAMES


def _plain(node: Any, names: bool) -> Any:
    if isinstance(node, list):
        return [_plain(each, False) for each in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {name: _plain(inner, False) for name, inner in node.items()}
    return {
        key: _member(key, inner)
        for key, inner in node.items()
        if key not in _TOLD and not key.startswith("x-")
    }


def _member(key: str, inner: Any) -> Any:
    if key in _SETS and isinstance(inner, list):
        return sorted(inner, key=canonical)
    return inner if key in _VALUES else _plain(inner, key in _NAMES)
