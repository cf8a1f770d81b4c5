"""Names for the components of several documents in one: told apart where they differ only."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field, frozen

from altlas.contracts.anatomy import Node, rewritten
from altlas.contracts.hoisting import Component, component


@frozen(eq=False)
class Source:
    """One contract, hoisted; `prefix` and `name` tell its components from those of others."""

    name: str
    prefix: str
    document: Node
    #: schemas that have one in their ``allOf``, by its name: what its discriminator may name
    heirs: Mapping[str, tuple[str, ...]] = field(init=False)

    @heirs.default
    def _heirs(self) -> Mapping[str, tuple[str, ...]]:
        found = defaultdict(list)
        for name, schema in self.sections.get("schemas", {}).items():
            for each in (schema.get("allOf") or ()) if isinstance(schema, dict) else ():
                if placed := component(each.get("$ref") if isinstance(each, dict) else None):
                    found[placed[1]].append(name)
        return {parent: tuple(children) for parent, children in found.items()}

    @property
    def sections(self) -> dict[str, dict[str, Any]]:
        """The components, by section and name."""
        sections: dict[str, dict[str, Any]] = self.document["components"]
        return sections

    def named(self, schema: Node) -> tuple[str, ...]:
        """The names of schemas that the discriminator of `schema` may have as values."""
        choices = [*(schema.get("oneOf") or ()), *(schema.get("anyOf") or ())]
        if not choices:
            known = self.sections.get("schemas", {})
            return next(
                (self.heirs.get(name, ()) for name, one in known.items() if one is schema), ()
            )
        placed = (
            component(each.get("$ref") if isinstance(each, dict) else None) for each in choices
        )
        return tuple(each[1] for each in placed if each is not None)

    def mapped(self, schema: Node) -> Iterator[tuple[str, str]]:
        """The values of a discriminator with the names of schemas that they stand for."""
        mapping = (schema.get("discriminator") or {}).get("mapping") or {}
        for value, to in mapping.items():
            placed = component(to)
            name = to if placed is None else placed[1]
            if name in self.sections.get("schemas", {}):
                yield value, name

    def leads_to(self, kind: str, node: Any) -> tuple[set[Component], bool]:
        """What `node` refers to, and whether it means something in this document only."""
        places: set[Component] = set()
        own = kind in ("links", "callbacks", "pathItems", "operation")

        def note(kind: str, node: Node) -> Node:
            nonlocal own
            if placed := component(node.get("$ref")):
                places.add(placed)
            if kind == "schemas" and "discriminator" in node:
                names = (*self.named(node), *(name for _, name in self.mapped(node)))
                places.update(("schemas", name) for name in names)
            own = own or "links" in node or "$dynamicAnchor" in node or "$dynamicRef" in node
            if kind == "operation":
                places.update(("securitySchemes", name) for name in _schemes(node))
            return node

        rewritten(kind, node, note)
        return places, own


def _schemes(operation: Node) -> Iterator[str]:
    for choice in operation.get("security") or ():
        yield from choice


@define(eq=False)
class Reached:
    """The components that are needed for some operations of a source."""

    source: Source
    #: what each refers to, and whether it is never another source's too
    found: dict[Component, tuple[set[Component], bool]] = field(factory=dict)

    def reach(self, kind: str, node: Any) -> None:
        """Add what `node` needs."""
        waiting = list(self.source.leads_to(kind, node)[0])
        while waiting:
            place = waiting.pop()
            section = self.source.sections.get(place[0], {})
            # Links go in where they are referred to: they may lead to what is not listed.
            if place not in self.found and place[1] in section and place[0] != "links":
                self.found[place] = self.source.leads_to(place[0], section[place[1]])
                waiting += self.found[place][0]


def names(reached: Iterable[Reached]) -> dict[tuple[str, Component], str]:
    """The name of each component in the one document, by source and place.

    A name that means the same everywhere stays; if not, all who have it are called after their
    source. The same is what is written alike and refers to the same.
    """
    reached = list(reached)
    groups: dict[Component, dict[int, list[Source]]] = defaultdict(lambda: defaultdict(list))
    for (source, place), color in _colors(reached).items():
        groups[place][color].append(source)
    taken = {(kind, name) for kind, name in groups}
    given: dict[tuple[str, Component], str] = {}
    for place, by_color in sorted(groups.items(), key=lambda item: item[0]):
        for sources in by_color.values():
            name = place[1] if len(by_color) == 1 else _free(place, sources[0], taken)
            given.update({(source.name, place): name for source in sources})
    return given


def _free(place: Component, source: Source, taken: set[Component]) -> str:
    kind, name = place
    wanted = [f"{prefix}_{name}" for prefix in dict.fromkeys((source.prefix, source.name))]
    found = next((each for each in wanted if (kind, each) not in taken), "")
    number = 1
    while not found:
        number += 1
        candidate = f"{wanted[-1]}_{number}"
        found = "" if (kind, candidate) in taken else candidate
    taken.add((kind, found))
    return found


def _colors(reached: list[Reached]) -> dict[tuple[Source, Component], int]:
    """A number for each component: the same for those that mean the same.

    At first what is written alike has one; then, until no more are found that differ, those
    are told apart that refer to what has different ones.
    """
    numbers: dict[Any, int] = {}
    counts: dict[Component, int] = defaultdict(int)
    for each in reached:
        for place in each.found:
            counts[place] += 1
    colors = {
        (each.source, place): numbers.setdefault(_written(each, place, counts[place]), len(numbers))
        for each in reached
        for place in each.found
    }
    places = {
        (each.source, place): sorted(each.found[place][0])
        for each in reached
        for place in each.found
    }
    kinds = 0
    while kinds != (kinds := len(set(colors.values()))):
        numbers = {}
        signs = {
            key: (color, tuple(colors.get((key[0], to), -1) for to in places[key]))
            for key, color in colors.items()
        }
        colors = {key: numbers.setdefault(sign, len(numbers)) for key, sign in signs.items()}
    return colors


def _written(reached: Reached, place: Component, count: int) -> tuple[Component, str, str]:
    if count == 1 or reached.found[place][1]:
        return place, reached.source.name, ""
    node = reached.source.sections[place[0]][place[1]]
    return place, "", json.dumps(node, sort_keys=True, default=str)
