"""The operations that clients of the gateway find at it, each at the gateway's own path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from attrs import define, field, frozen

from altlas.contracts.anatomy import METHODS, Node
from altlas.contracts.hoisting import resolved
from altlas.contracts.inverting import Inverse, inverses, irreversible
from altlas.contracts.place import top
from altlas.contracts.servers import bases_of
from altlas.contracts.sharing import Source
from altlas.settings.tree import Route

_VARIABLE = re.compile(r"\{([^{}]*)\}")


@frozen(eq=False)
class Part:
    """A route that forwards and is held to a contract, and what that contract is.

    `document` is in OpenAPI 3.1's form and without flaws, None while it is missing.
    `takes(method, path)` tells whether the route takes that at the gateway, variables in braces.
    """

    route: Route
    contract: str
    document: Node | None
    takes: Callable[[str, str], bool]
    #: what stands before its paths at the backend; None for what its servers say
    base_path: str | None = None


@frozen(eq=False)
class Listed:
    """One operation at the gateway."""

    part: Part
    source: Source
    path: str
    method: str
    #: its path in the document
    template: str
    #: the operation as the document has it, with what stands beside it at its path
    node: Node

    @property
    def id(self) -> str | None:
        """Its operationId, if it has one."""
        return self.node.get("operationId")


@frozen
class LeftOut:
    """What could not be listed, and why."""

    route: str
    reason: str
    operation: str = ""


@define(eq=False)
class Listing:
    """All operations, by path and method, and what is missing among them."""

    operations: dict[tuple[str, str], Listed] = field(factory=dict)
    left_out: list[LeftOut] = field(factory=list)
    #: the path of each shape (variables without their names) that came first
    _shapes: dict[str, str] = field(factory=dict)

    def add(self, part: Part, source: Source) -> None:
        """List the operations of `source` that `part` leads to."""
        if reason := irreversible(part.route):
            self.left_out.append(LeftOut(part.route.name, reason))
            return
        document = source.document
        for template, item in document["paths"].items():
            item = _whole(document, item)
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    found = _inverse(part, document, template, method)
                    if found is not None:
                        self._list(part, source, (template, method), found)

    def _list(self, part: Part, source: Source, place: tuple[str, str], found: Inverse) -> None:
        template, method = place
        path = self._shapes.setdefault(_shape(found.template), found.template)
        if (path, method) in self.operations:
            self._collide(part, self.operations[path, method], method, path)
            return
        renamed = dict(zip(_variables(found.template), _variables(path), strict=True))
        item = _whole(source.document, source.document["paths"][template])
        node = _operation(source.document, item, method, found.decided, renamed)
        self.operations[path, method] = Listed(part, source, path, method, template, node)

    def _collide(self, part: Part, there: Listed, method: str, path: str) -> None:
        # What a route made of its contract does not take goes to the next one.
        if there.part.route.routes == "itself":
            reason = f"route {there.part.route.name} has it too, for other requests"
            self.left_out.append(LeftOut(part.route.name, reason, f"{method.upper()} {path}"))


def listing(parts: Iterable[tuple[Part, Source]]) -> Listing:
    """The operations of all parts. Who asks least of a request comes first."""
    made = Listing()
    for part, source in sorted(parts, key=lambda each: _demands(each[0].route)):
        made.add(part, source)
    return made


def _demands(route: Route) -> tuple[bool, bool, bool]:
    return (route.routes == "itself", bool(route.header or route.query), bool(route.host))


def _inverse(part: Part, document: Node, template: str, method: str) -> Inverse | None:
    for base_path in bases_of(top(document), template, method, part.base_path):
        for found in inverses(part.route, base_path + template):
            if found.decided and part.route.routes != "itself":
                continue  # what is made of a contract is made of its templates as they are
            if part.takes(method.upper(), found.template):
                return found
    return None


def _whole(document: Node, item: Any) -> Node:
    found = resolved(document, item)
    item = item if isinstance(item, dict) else {}
    beside = {key: value for key, value in item.items() if key != "$ref"}
    return {**found, **beside} if isinstance(found, dict) else beside


def _variables(template: str) -> list[str]:
    return _VARIABLE.findall(template)


def _shape(template: str) -> str:
    return _VARIABLE.sub("{}", template)


def _operation(
    document: Node, item: Node, method: str, decided: frozenset[str], renamed: dict[str, str]
) -> Node:
    """The operation with what its path says for all: nothing of that is left at the path."""
    node: Node = {key: item[key] for key in ("summary", "description") if key in item}
    node.update(item[method])
    node.pop("servers", None)
    if "security" not in node and "security" in document:
        node["security"] = document["security"]
    parameters = {
        _key(document, each): each
        for each in (*(item.get("parameters") or ()), *(node.pop("parameters", None) or ()))
    }
    kept = [
        _renamed(document, each, name, renamed) if where == "path" else each
        for (where, name), each in parameters.items()
        if where != "path" or name not in decided
    ]
    return {**node, "parameters": kept} if kept else node


def _key(document: Node, parameter: Node) -> tuple[str, str]:
    found = resolved(document, parameter)
    return str(found.get("in")), str(found.get("name"))


def _renamed(document: Node, parameter: Node, name: str, renamed: dict[str, str]) -> Node:
    if renamed.get(name, name) == name:
        return parameter
    found: Node = {**resolved(document, parameter), "name": renamed[name]}
    return found


def titles(parts: Iterable[tuple[Part, Source]]) -> Iterator[tuple[str, Node]]:
    """Each backend with the ``info`` of a contract that it has, once."""
    seen = set()
    for part, source in parts:
        pair = (str(part.route.backend), source.name)
        if pair not in seen:
            seen.add(pair)
            yield pair[0], source.document.get("info") or {}
