"""References within a document (RFC 6901 pointers in URI fragments); none leads out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from altlas.contracts.flaws import pointer_to

#: references that lead to references; a document with longer chains was refused when it was read
_HOPS = 100


def steps(reference: str) -> tuple[str, ...]:
    """The way that a local reference takes through the document (RFC 6901, 6).

    ValueError for one that is not local, or no pointer.
    """
    if reference == "#":
        return ()
    if not reference.startswith("#/"):
        raise ValueError("this reference leads out of the document")
    parts = unquote(reference[2:]).split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def reference_to(parts: tuple[str, ...]) -> str:
    """A reference to where this way ends, as a URI fragment."""
    return "#" + quote(pointer_to(parts), safe="/~!$&'()*+,;=:@-._")


def found(document: Any, parts: tuple[str, ...]) -> Any:
    """What stands at the end of a way. LookupError if nothing does."""
    node = document
    for part in parts:
        if isinstance(node, Mapping):
            node = node[part]
        elif isinstance(node, list) and part.isdecimal():
            node = node[int(part)]
        else:
            raise LookupError(part)
    return node


def resolved(document: Mapping[str, Any], node: Any) -> Any:
    """What a node stands for: itself, or what its local ``$ref`` leads to, however far.

    What stands beside a reference goes over what it leads to (OpenAPI 3.1, 4.8.9 and 4.8.23).
    LookupError or ValueError where nothing is there; not in a document that was digested.
    """
    for _ in range(_HOPS):
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if not isinstance(reference, str):
            return node
        beside = {key: value for key, value in node.items() if key != "$ref"}
        node = found(document, steps(reference))
        if beside and isinstance(node, Mapping):
            node = {**node, **beside}
    raise LookupError("references that lead round")
