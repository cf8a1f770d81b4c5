"""One document for the whole gateway, made of the contracts of its backends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import asdict, define, field

from altlas.contracts.anatomy import METHODS, Node, rewritten
from altlas.contracts.hoisting import Component, component, hoisted, resolved
from altlas.contracts.listing import Listed, Listing, Part, listing, titles
from altlas.contracts.references import steps
from altlas.contracts.sharing import Reached, Source, names
from altlas.settings.tree import Route

__all__ = ["Part", "merged"]

#: what backends say to the gateway and not to clients
_OURS = "x-altlas-"


def merged(parts: Iterable[Part], title: str) -> Node:
    """One OpenAPI 3.1 document of all operations that clients find at the gateway.

    It is valid if each part's document is, whatever they have in common; and the same for the
    same parts in the same order. ``x-altlas-missing`` names the contracts that are missing,
    ``x-altlas-left-out`` the routes, or single operations of them, that cannot be listed.
    """
    parts = list(parts)
    sources = _sources(parts)
    present = [(each, sources[each.contract]) for each in parts if each.contract in sources]
    listed = listing(present)
    work = _Merging(listed)
    missing = sorted({part.contract for part in parts if part.document is None})
    document: Node = {
        "openapi": "3.1.1",
        "info": _info(title, list(titles(present)), missing),
        "servers": [{"url": "/"}],
        "tags": list(work.tags(present)),
        "paths": work.paths(),
        "components": work.components(),
    }
    if missing:
        document["x-altlas-missing"] = missing
    if listed.left_out:
        document["x-altlas-left-out"] = [
            asdict(one, filter=lambda _, value: bool(value)) for one in listed.left_out
        ]
    return {key: value for key, value in document.items() if value or key == "paths"}


def _sources(parts: Iterable[Part]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for part in parts:
        if part.document is not None and part.contract not in found:
            prefix = str(part.route.backend)
            found[part.contract] = Source(part.contract, prefix, hoisted(part.document))
    return found


def _info(title: str, backends: list[tuple[str, Node]], missing: list[str]) -> Node:
    said = ["What the services behind this gateway promise, in one document."]
    said += [f"- **{name}**: {info.get('title')} {info.get('version')}" for name, info in backends]
    if missing:
        said += [
            "",
            f"**Partial**: not known at the moment, and missing here: {', '.join(missing)}.",
        ]
    versions = ", ".join(dict.fromkeys(f"{name} {info.get('version')}" for name, info in backends))
    return {"title": title, "description": "\n".join(said), "version": versions or "none"}


@define(eq=False)
class _Merging:
    listed: Listing
    _reached: dict[str, Reached] = field(factory=dict, init=False)
    _names: dict[tuple[str, Component], str] = field(init=False)
    _ids: dict[tuple[str, str], str] = field(init=False)
    #: the operation at each place of a source's own document, and by its own id
    _by_place: dict[tuple[str, str, str], Listed] = field(factory=dict, init=False)
    _by_id: dict[tuple[str, str], Listed] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for one in self.listed.operations.values():
            reached = self._reached.setdefault(one.source.name, Reached(one.source))
            reached.reach("operation", one.node)
            self._by_place.setdefault((one.source.name, one.template, one.method), one)
            if one.id is not None:
                self._by_id.setdefault((one.source.name, one.id), one)
        self._names = names(self._reached.values())
        self._ids = dict(_operation_ids(self.listed))

    def paths(self) -> Node:
        made: dict[str, Node] = defaultdict(dict)
        order = {method: place for place, method in enumerate(METHODS)}
        for path, method in sorted(self.listed.operations, key=lambda at: (at[0], order[at[1]])):
            made[path][method] = self._operation(self.listed.operations[path, method])
        return dict(made)

    def components(self) -> Node:
        made: dict[str, Node] = defaultdict(dict)
        for (source_name, (kind, name)), new in self._names.items():
            if new not in made[kind]:
                source = self._reached[source_name].source
                node = source.sections[kind][name]
                made[kind][new] = rewritten(kind, node, self._adopting(source).change)
        return {kind: dict(sorted(section.items())) for kind, section in sorted(made.items())}

    def tags(self, present: list[tuple[Part, Source]]) -> Iterator[Node]:
        used = {tag for one in self.listed.operations.values() for tag in _tags(one)}
        told: dict[str, Node] = {}
        for backend, info in titles(present):
            lines = told.get(backend, {}).get("description", "")
            said = str(info.get("summary") or info.get("title") or "")
            told[backend] = {"name": backend, "description": f"{lines}\n\n{said}".strip()}
        for _, source in present:
            for tag in source.document.get("tags") or ():
                there = told.setdefault(tag["name"], tag)
                if "description" not in there and "description" in tag:
                    told[tag["name"]] = tag
        yield from (_public(tag) for name, tag in told.items() if name in used)

    def _operation(self, one: Listed) -> Node:
        said: Node = rewritten("operation", one.node, self._adopting(one.source).change)
        node: Node = {"tags": _tags(one)}
        if (own_id := self._ids.get((one.path, one.method))) is not None:
            node["operationId"] = own_id
        node.update({key: value for key, value in said.items() if key != "tags"})
        if servers := list(_servers(one.part.route)):
            node["servers"] = servers
        return node

    def _adopting(self, source: Source) -> _Adopting:
        return _Adopting(source, self._names, self._where)

    def _where(self, source: Source, link: Node) -> Node | None:
        """The link, made to lead to the same operation; None if that is not listed."""
        named, reference = link.get("operationId"), link.get("operationRef")
        if isinstance(named, str):
            to = self._by_id.get((source.name, named))
        elif isinstance(reference, str) and reference.startswith("#/paths/"):
            path = steps(reference)
            to = self._by_place.get((source.name, path[1], path[2])) if len(path) == 3 else None
        else:
            return link
        if to is None:
            return None
        if named is not None:
            return {**link, "operationId": self._ids[to.path, to.method]}
        path_step = to.path.replace("~", "~0").replace("/", "~1")
        return {**link, "operationRef": f"#/paths/{path_step}/{to.method}"}


@define(eq=False)
class _Adopting:
    """Rewrites what a source says so that it is right in the one document."""

    source: Source
    names: dict[tuple[str, Component], str]
    where: Any

    def change(self, kind: str, node: Node) -> Node:
        made = _public(node)
        if kind == "operation" and "operationId" in made:
            # Given anew to what is listed. In a callback nobody asks for it.
            made = {key: value for key, value in made.items() if key != "operationId"}
        if placed := component(node.get("$ref")):
            made = {**made, "$ref": self._to(placed)}
        if kind == "schemas":
            made = self._schema(node, made)
        if node.get("links"):
            links = {name: self._link(link) for name, link in node["links"].items()}
            made = {**made, "links": {name: link for name, link in links.items() if link}}
        if kind == "operation" and node.get("security"):
            schemes = [self._choice(choice) for choice in node["security"]]
            made = {**made, "security": schemes}
        return made

    def _to(self, place: Component) -> str:
        return f"#/components/{place[0]}/{self.names.get((self.source.name, place), place[1])}"

    def _choice(self, choice: Node) -> Node:
        return {self._name(("securitySchemes", name)): scopes for name, scopes in choice.items()}

    def _name(self, place: Component) -> str:
        return self.names.get((self.source.name, place), place[1])

    def _schema(self, node: Node, made: Node) -> Node:
        for key, mark in (("$dynamicAnchor", ""), ("$dynamicRef", "#")):
            value = node.get(key)
            if isinstance(value, str) and value.startswith(mark) and "/" not in value:
                made = {**made, key: f"{mark}{self.source.name}_{value.removeprefix(mark)}"}
        if "discriminator" not in node:
            return made
        mapping = dict(node["discriminator"].get("mapping") or {})
        places = {value: ("schemas", name) for value, name in self.source.mapped(node)}
        for name in self.source.named(node):
            if self._name(("schemas", name)) != name:
                places.setdefault(name, ("schemas", name))
        mapping.update({value: self._to(place) for value, place in places.items()})
        discriminator = {**node["discriminator"], **({"mapping": mapping} if mapping else {})}
        return {**made, "discriminator": discriminator}

    def _link(self, link: Node) -> Node | None:
        found = resolved(self.source.document, link)
        return None if found is None else self.where(self.source, found)


def _public(node: Node) -> Node:
    if any(key.startswith(_OURS) for key in node):
        return {key: value for key, value in node.items() if not key.startswith(_OURS)}
    return node


def _tags(one: Listed) -> list[str]:
    return list(dict.fromkeys((str(one.part.route.backend), *(one.node.get("tags") or ()))))


def _servers(route: Route) -> Iterator[Node]:
    """Where an operation is asked for, if its route wants a certain host."""
    scheme = "" if len(route.schemes) == 2 else f"{next(iter(route.schemes))}:"
    for host in route.host:
        if not host.startswith("*."):
            yield {"url": f"{scheme}//{host}/"}
        else:
            variable = {"subdomain": {"default": "www"}}
            yield {"url": f"{scheme}//{{subdomain}}{host[1:]}/", "variables": variable}


def _operation_ids(listed: Listing) -> Iterator[tuple[tuple[str, str], str]]:
    """An id for each operation that has one: its own, or told apart by backend and route."""
    by_id: dict[str, list[Listed]] = defaultdict(list)
    for _, one in sorted(listed.operations.items()):
        if one.id is not None:
            by_id[one.id].append(one)
    taken = set(by_id)
    for name, ones in sorted(by_id.items()):
        backends = Counter(one.part.route.backend for one in ones)
        for one in ones:
            alone = backends[one.part.route.backend] == 1
            prefix = one.part.route.backend if alone else one.part.route.name
            new = name if len(ones) == 1 else _distinct(f"{prefix}_{name}", taken)
            taken.add(new)
            yield (one.path, one.method), new


def _distinct(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found
