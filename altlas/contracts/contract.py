"""A compiled document: what may be asked of a backend, found by method and path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from attrs import define, evolve, field, frozen

from altlas.contracts.digesting import Digest
from altlas.contracts.flaws import Flaw, Unusable
from altlas.contracts.operation import Operation, operation
from altlas.contracts.paths import PathTree
from altlas.contracts.place import Place, top
from altlas.contracts.schemas import Schemas
from altlas.contracts.servers import base_paths, bases_of
from altlas.errors import ContractError, Mismatch, UnknownOperation
from altlas.wire.readings import is_innocent, readings

# A dot segment, whichever slash stands before it.
_CLIMBS = re.compile(rb"[/\\]\.{1,2}(?:;[^/\\]*)?(?=[/\\]|\Z)")

METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")


# Made once for each request: see `Asked`.
@define(eq=False)
class Found:
    """The operation that a request is of, and the raw values of its path's variables."""

    operation: Operation
    values: tuple[bytes, ...]


@frozen(eq=False)
class Contract:
    """What a backend has promised. Nothing in it ever changes."""

    name: str
    title: str
    version: str
    #: SHA-256 of the document as it came
    fingerprint: str
    document: Mapping[str, Any]
    #: what can be used but is not enforced
    doubts: tuple[Flaw, ...]
    operations: tuple[Operation, ...]
    #: what stands before its paths, each without a slash at its end
    base_paths: tuple[str, ...]
    _tree: PathTree[Operation]

    def find(self, method: bytes, path: bytes) -> Found:
        """The operation of `method` on the raw `path`, which is without its query.

        GET's operation takes HEAD where it has none of its own (RFC 9110, 9.3.2). Raises
        UnknownOperation or OperationNotAllowed.
        """
        operation, values = self._tree.find(method, path)
        if (b"%" in path or b";" in path) and not is_innocent(path):
            self._require_one(operation, method, path)
        return Found(operation, values)

    def _require_one(self, operation: Operation, method: bytes, path: bytes) -> None:
        """Raises UnknownOperation where some server would see another path of the contract, or
        climb out of it. A slash that is escaped within a value is the value's.
        """
        climbs = _CLIMBS.search(unquote_to_bytes(unquote_to_bytes(path))) is not None
        read = readings(path, not operation.has_matrix)
        for reading in read | {each.rstrip(b"/") for each in read}:
            try:
                found, _ = self._tree.find(method, reading)
            except ContractError:
                if not climbs:
                    continue
            else:
                if found is operation:
                    continue
            raise UnknownOperation([Mismatch("path", "", "can be read as another path")])


def compiled(name: str, digest: Digest, base_path: str | None = None) -> Contract:
    """The contract in a document. `base_path` stands in for its servers' paths.

    Raises Unusable with all that cannot be compiled.
    """
    document = top(digest.document)
    given = None if base_path is None else base_path.rstrip("/")
    schemas = Schemas(digest.document)
    planting = _Planting(document, schemas, given)
    for template, path in document.to("paths").members():
        if template.startswith("/"):
            planting.plant(template, path)
    if planting.flaws:
        raise Unusable(planting.flaws)
    schemas.compile()
    info = document.to("info")
    return Contract(
        name=name,
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        fingerprint=digest.fingerprint,
        document=digest.document,
        doubts=digest.doubts,
        operations=tuple(planting.operations.values()),
        base_paths=base_paths(document.to("servers")) if given is None else (given,),
        tree=planting.tree,
    )


@define(eq=False)
class _Planting:
    """A contract while it is compiled."""

    _document: Place
    _schemas: Schemas
    #: what stands in for all servers' paths
    _given: str | None
    tree: PathTree[Operation] = field(factory=PathTree)
    operations: dict[str, Operation] = field(factory=dict)
    flaws: list[Flaw] = field(factory=list)

    def plant(self, template: str, path: Place) -> None:
        """Compile all operations of a path item, and put them where requests will look."""
        made = {method: self._operation(template, path, method) for method in METHODS}
        for method, each in made.items():
            if each is not None:
                self._add(template, each, method)
        get = made["GET"]
        if get is not None and made["HEAD"] is None:
            self._add(template, get, "HEAD")

    def _add(self, template: str, made: Operation, method: str) -> None:
        for base in bases_of(self._document, template, made.method, self._given):
            self.tree.add(base + template, {method.encode(): made})

    def _operation(self, template: str, path: Place, method: str) -> Operation | None:
        place = path.to(method.lower())
        if not isinstance(place.node, Mapping):
            return None
        try:
            made = operation(path, method, template, self._schemas)
        except (ValueError, LookupError) as why:
            self.flaws.append(Flaw(place.pointer, str(why)))
            return None
        if made.id in self.operations:
            made = evolve(made, id=f"{method} {template}")
        self.operations[made.id] = made
        return made
