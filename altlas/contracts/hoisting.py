"""A document whose references all lead to components: what they lead to elsewhere becomes one.

Paths of a merged document are others than those of its parts, so nothing can be referred to by
where it stands among them, nor by an anchor that two parts may have.
"""

from __future__ import annotations

import re
from typing import Any

from attrs import define, field

from altlas.contracts.anatomy import Node, rewritten
from altlas.contracts.references import found, steps

#: section of ``components``, and name there
Component = tuple[str, str]

_UNNAMED = re.compile(r"[^A-Za-z0-9._-]+")
_PLACED = re.compile(r"#/components/([A-Za-z]+)/([A-Za-z0-9._-]+)")


def component(reference: Any) -> Component | None:
    """Section and name of the component that a reference is to, if it is to a whole one."""
    found = _PLACED.fullmatch(reference) if isinstance(reference, str) else None
    return None if found is None else (found[1], found[2])


def resolved(document: Node, node: Any) -> Any:
    """What `node` of a hoisted document stands for, if it is a reference to a component."""
    for _ in range(100):  # a circle of nothing but references leads nowhere
        placed = component(node.get("$ref")) if isinstance(node, dict) else None
        if placed is None:
            return node
        node = document["components"][placed[0]].get(placed[1])
    return None


def hoisted(document: Node) -> Node:
    """`document` with each local reference to a component of the right section.

    References must lead somewhere; those to other documents stay as they are.
    """
    work = _Hoisting(document)
    paths = {
        path: rewritten("pathItems", item, work.change)
        for path, item in (document.get("paths") or {}).items()
        if path.startswith("/")
    }
    for kind, section in (document.get("components") or {}).items():
        if isinstance(section, dict):
            work.sections.setdefault(kind, {}).update(
                {name: rewritten(kind, node, work.change) for name, node in section.items()}
            )
    while work.waiting:
        kind, name, node = work.waiting.pop()
        work.sections.setdefault(kind, {})[name] = rewritten(kind, node, work.change)
    return {**document, "paths": paths, "components": work.sections}


@define(eq=False)
class _Hoisting:
    document: Node
    sections: dict[str, dict[str, Any]] = field(factory=dict)
    waiting: list[tuple[str, str, Any]] = field(factory=list)
    _placed: dict[tuple[str, str], str] = field(factory=dict)
    _anchors: dict[str, Any] | None = field(default=None)

    def change(self, kind: str, node: Node) -> Node:
        made = node
        if kind == "schemas":
            if "$anchor" in node:
                made = {key: value for key, value in node.items() if key != "$anchor"}
            mapping = (node.get("discriminator") or {}).get("mapping")
            if mapping:
                mapping = {value: self._to("schemas", to) for value, to in mapping.items()}
                made = {**made, "discriminator": {**node["discriminator"], "mapping": mapping}}
        reference = node.get("$ref")
        if isinstance(reference, str) and (to := self._to(kind, reference)) != reference:
            made = {**made, "$ref": to}
        return made

    def _to(self, kind: str, reference: str) -> str:
        placed = component(reference)
        if not reference.startswith("#") or (placed is not None and placed[0] == kind):
            return reference
        name = self._placed.get((kind, reference))
        if name is None:
            name = self._placed[kind, reference] = self._named(kind, reference)
            self.waiting.append((kind, name, self._found(reference)))
        return f"#/components/{kind}/{name}"

    def _named(self, kind: str, reference: str) -> str:
        anchor = (reference[1:] or "document",)
        path = steps(reference) if reference.startswith("#/") else anchor
        path = path[2:] if path[0] == "components" else path
        name = wanted = _UNNAMED.sub("_", "_".join(path)).strip("_")
        taken = {*((self.document.get("components") or {}).get(kind) or {})}
        taken |= {each for (of, _), each in self._placed.items() if of == kind}
        number = 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def _found(self, reference: str) -> Any:
        if reference[1:2] not in ("", "/"):
            return self._anchored()[reference[1:]]
        return found(self.document, steps(reference))

    def _anchored(self) -> dict[str, Any]:
        if self._anchors is None:
            found: dict[str, Any] = {}

            def note(_: str, node: Node) -> Node:
                for key in ("$anchor", "$dynamicAnchor"):
                    if isinstance(node.get(key), str):
                        found.setdefault(node[key], node)
                return node

            for item in (self.document.get("paths") or {}).values():
                rewritten("pathItems", item, note)
            for kind, section in (self.document.get("components") or {}).items():
                for node in section.values() if isinstance(section, dict) else ():
                    rewritten(kind, node, note)
            self._anchors = found
        return self._anchors
