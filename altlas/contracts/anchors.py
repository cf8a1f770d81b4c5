"""Names that schemas have besides their place (JSON Schema 2020-12, 8.2), made into places.

Afterwards every reference is a pointer into the document, and all else can do with those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urldefrag, urljoin

from attrs import define, field

from altlas.contracts.flaws import Flaw, pointer_to
from altlas.contracts.grammar import Way, all_in, changed
from altlas.contracts.references import reference_to, steps

_NAMES = ("$id", "$anchor", "$dynamicAnchor", "$dynamicRef")


def placed(document: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Flaw, ...]]:
    """The document with pointers for references, and what of it cannot be enforced.

    A reference to a name that no schema here has is left as it is.
    """
    schemas = [(node, way) for kind, node, way in all_in(document) if _is_schema(kind, node)]
    if not any(name in node for node, _ in schemas for name in _NAMES):
        return dict(document), ()
    names = _Names()
    for node, way in sorted(schemas, key=lambda entry: len(entry[1])):
        names.learn(node, way)
    made = changed(document, names.change)
    return made, tuple(names.doubts)


def _is_schema(kind: str, node: Any) -> bool:
    return kind == "schema" and isinstance(node, Mapping)


@define(eq=False)
class _Names:
    """The names of one document."""

    #: base URIs by where they begin to hold; the document's own is empty
    _bases: dict[Way, str] = field(init=False, factory=lambda: {(): ""})
    _resources: dict[str, Way] = field(init=False, factory=lambda: {"": ()})
    _anchors: dict[tuple[str, str], Way] = field(init=False, factory=dict)
    _dynamic: dict[str, list[Way]] = field(init=False, factory=dict)
    doubts: list[Flaw] = field(init=False, factory=list)

    def learn(self, node: Mapping[str, Any], way: Way) -> None:
        """The names that a schema has; outer schemas come first."""
        own = node.get("$id")
        if isinstance(own, str):
            base = urldefrag(urljoin(self._base(way), own) or own)[0]
            self._bases[way] = base
            self._resources.setdefault(base, way)
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(node.get(keyword), str):
                self._anchors.setdefault((self._base(way), node[keyword]), way)
        if isinstance(node.get("$dynamicAnchor"), str):
            self._dynamic.setdefault(node["$dynamicAnchor"], []).append(way)

    def _base(self, way: Way) -> str:
        return next(
            self._bases[way[:length]]
            for length in range(len(way), -1, -1)
            if way[:length] in self._bases
        )

    def change(self, kind: str, node: Any, way: Way) -> Any:
        """A schema with pointers for its references, and without names."""
        if not _is_schema(kind, node):
            return node
        if not any(name in node for name in ("$ref", *_NAMES)):
            return node
        made = {name: value for name, value in node.items() if name not in _NAMES}
        if isinstance(node.get("$ref"), str):
            made["$ref"] = self._pointer(node["$ref"], way)
        if isinstance(node.get("$dynamicRef"), str):
            self._dynamic_reference(made, node["$dynamicRef"], way)
        return node if made == node else made

    def _pointer(self, reference: str, way: Way) -> str:
        target = self._target(reference, way)
        return reference if target is None else reference_to(target)

    def _target(self, reference: str, way: Way) -> Way | None:
        base = self._base(way)
        whole = base + reference if reference.startswith("#") else urljoin(base, reference)
        resource, fragment = urldefrag(whole)
        root = self._resources.get(resource)
        if root is None:
            return None
        if fragment and not fragment.startswith("/"):
            return self._anchors.get((resource, fragment))
        return (*root, *(steps("#" + fragment) if fragment else ()))

    def _dynamic_reference(self, made: dict[str, Any], reference: str, way: Way) -> None:
        """A reference whose goal depends on the way to it, if there is but one goal."""
        goals = self._dynamic.get(reference.rpartition("#")[2], [])
        target = goals[0] if len(goals) == 1 else self._target(reference, way)
        if target is None or len(goals) > 1:
            message = "depends on where one comes from, and is not enforced"
            self.doubts.append(Flaw(pointer_to((*way, "$dynamicRef")), message))
        elif "$ref" in made:
            made["allOf"] = [*made.get("allOf", ()), {"$ref": reference_to(target)}]
        else:
            made["$ref"] = reference_to(target)
