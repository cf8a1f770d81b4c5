"""Whether every reference of a document leads somewhere in it, and none leads round for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field

from altlas.contracts.flaws import Flaw, pointer_to
from altlas.contracts.grammar import Way, all_in
from altlas.contracts.references import found, steps

#: keywords whose schemas hold for the very value that the schema does, so that a way round over
#: them alone would never end
_LISTS = ("allOf", "anyOf", "oneOf")
_ONES = ("not", "if", "then", "else")


def linking_flaws(document: Mapping[str, Any]) -> list[Flaw]:
    """Every reference that leads out of the document, to nothing, or round without an end."""
    nodes = [entry for entry in all_in(document) if isinstance(entry[1], Mapping)]
    flaws = [flaw for _, node, way in nodes for flaw in _of_node(document, node, way)]
    if flaws:
        return flaws
    rounds = _Rounds(document)
    return [
        Flaw(pointer_to(way), "refers to itself without an end")
        for kind, _, way in nodes
        if kind != "document" and rounds.begins(way)
    ]


def _of_node(document: Mapping[str, Any], node: Mapping[str, Any], way: Way) -> Iterator[Flaw]:
    if "$ref" in node:
        message = _wrong(document, node["$ref"])
        if message:
            yield Flaw(pointer_to((*way, "$ref")), message)
    discriminator = node.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    for name, target in (mapping if isinstance(mapping, Mapping) else {}).items():
        # A bare name is one of a schema (OpenAPI 3.1.1, 4.8.25.2).
        bare = isinstance(target, str) and "/" not in target and "#" not in target
        message = _wrong(document, f"#/components/schemas/{target}" if bare else target)
        if message:
            yield Flaw(pointer_to((*way, "discriminator", "mapping", name)), message)


def _wrong(document: Mapping[str, Any], reference: Any) -> str:
    """What is wrong with a reference, if anything is."""
    if not isinstance(reference, str):
        return "must be a string"
    try:
        found(document, steps(reference))
    except ValueError:
        return "leads out of the document, and nothing is fetched for one"
    except LookupError:
        return "leads to nothing"
    return ""


@define(eq=False)
class _Rounds:
    """The ways round in one document; each is told of once, where it is met first."""

    _document: Mapping[str, Any]
    _done: set[Way] = field(init=False, factory=set)

    def begins(self, start: Way) -> bool:
        """Whether whoever follows what stands there comes back to what was met on the way."""
        if start in self._done:
            return False
        on_way: set[Way] = {start}
        trail = [(start, self._next(start))]
        while trail:
            way, ahead = trail[-1]
            step = next(ahead, None)
            if step is None:
                self._done.add(way)
                on_way.discard(way)
                trail.pop()
            elif step in on_way:
                self._done |= on_way
                return True
            elif step not in self._done:
                on_way.add(step)
                trail.append((step, self._next(step)))
        return False

    def _next(self, way: Way) -> Iterator[Way]:
        node = found(self._document, way)
        if not isinstance(node, Mapping):
            return
        if isinstance(node.get("$ref"), str):
            yield steps(node["$ref"])
        for keyword in _LISTS:
            inner = node.get(keyword)
            for number in range(len(inner) if isinstance(inner, list) else 0):
                yield (*way, keyword, str(number))
        for keyword in _ONES:
            if isinstance(node.get(keyword), Mapping):
                yield (*way, keyword)
        if isinstance(node.get("dependentSchemas"), Mapping):
            yield from ((*way, "dependentSchemas", name) for name in node["dependentSchemas"])
