"""Schemas of a document, compiled so that values can be held against them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field, frozen

from altlas.contracts.compilation import NAME, Compilation
from altlas.contracts.directions import Direction, directed
from altlas.contracts.discriminators import FAMILIES, discriminated, family_ways
from altlas.contracts.effort import Effort, Efforts
from altlas.contracts.excerpt import FEW, Excerpt
from altlas.contracts.faults import Fault, told
from altlas.contracts.fields import Fields, Trees
from altlas.contracts.flaws import pointer_to
from altlas.contracts.formats import bounded
from altlas.contracts.grammar import Way, changed
from altlas.contracts.references import found as node_at

__all__ = ["Direction", "Fault", "Schema", "Schemas"]

_NOTHING = object()
_TOO_MUCH = Fault("", "is too large or too deep to be held against its schema")
_UNTOLD = Fault("", "is wrong, and too large or too deep to tell where")


@define(eq=False)
class Schema:
    """One schema, for values that go one way."""

    _compilation: Compilation
    _name: str
    _trees: Trees
    _pointer: tuple[str, ...]
    #: where there are values that would take too long; None where there are none
    _effort: Effort | None
    #: the value that was found to take too long, until its faults are asked for
    _left_out: Any = field(init=False, default=_NOTHING)

    def valid(self, value: Any) -> bool:
        """Whether a value (as ``json.loads`` makes it) keeps to the schema.

        One that would take too long to judge does not.
        """
        if self._effort is not None and self._effort.exceeds(value):
            self._left_out = value
            return False
        return self._compilation.validator.is_valid({self._name: value})

    def leaves_out(self, value: Any) -> bool:
        """Whether a value is not valid for no other reason than that it takes too long to judge."""
        if self._effort is None:
            return False
        left_out, self._left_out = self._left_out, _NOTHING
        return left_out is value or self._effort.exceeds(value)

    def faults(self, value: Any, most: int = 20) -> list[Fault]:
        """What is wrong with a value: at most so many things, none twice; nothing if it is valid.

        Of a value with many members the first are looked at, so that it takes no long time.
        Messages never repeat the value, which may be long or secret.
        """
        effort = self._effort
        if self.leaves_out(value):
            return [_TOO_MUCH]
        excerpt = Excerpt.of(value)
        if effort is not None and effort.tells_too_much(excerpt.value):
            excerpt = Excerpt.of(value, FEW)
            if effort.tells_too_much(excerpt.value):
                return [] if self.valid(value) else [_UNTOLD]
        above = len(self._name) + 1
        faults: dict[Fault, None] = {}
        for error in self._compilation.validator.iter_errors({self._name: excerpt.value}):
            found = (Fault(fault.pointer[above:], fault.message) for fault in told(error))
            faults.update(dict.fromkeys(excerpt.own(found)))
            if len(faults) >= most:
                break
        if excerpt.cut and not faults and not self.valid(value):
            return [Fault("", "is wrong somewhere in its many members")]
        return list(faults)[:most]

    @property
    def fields(self) -> Fields:
        """The fields that the schema knows of, to find those that it does not."""
        return self._trees.at(self._pointer)


@define(eq=False)
class Schemas:
    """The schemas of one document in OpenAPI 3.1's form.

    All that were asked for are compiled together, by `compile` or when the first is used.
    """

    _document: Mapping[str, Any]
    _views: dict[Direction, _View] = field(init=False, factory=dict)
    _schemas: dict[tuple[Direction, tuple[str, ...]], Schema] = field(init=False, factory=dict)
    _trees: Trees = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._trees = Trees(self._document)

    def at(self, pointer: tuple[str, ...], direction: Direction) -> Schema:
        """The schema at the end of this way through the document.

        ValueError if there is none.
        """
        key = (direction, pointer)
        if key not in self._schemas:
            self._schemas[key] = self._schema(pointer, direction)
        return self._schemas[key]

    def compile(self) -> None:
        """Compile all that were asked for. Raises Unusable with those that cannot be."""
        for view in self._views.values():
            view.compilation.validator  # noqa: B018 - it is made by being asked for

    def _schema(self, pointer: tuple[str, ...], direction: Direction) -> Schema:
        try:
            node_at(self._document, pointer)
        except LookupError:
            raise ValueError(f"there is no schema at {pointer_to(pointer)}") from None
        view = self._view(direction)
        way = (FAMILIES, pointer[-1]) if pointer in view.parents else pointer
        name = view.compilation.name(way)
        effort = view.efforts.of(node_at(view.document, way))
        return Schema(
            view.compilation, name, self._trees, pointer, None if effort.is_small else effort
        )

    def _view(self, direction: Direction) -> _View:
        if not self._views:
            plain = changed(self._document, _bounded)
            ways = {each: directed(plain, each) for each in Direction}
            request = _view(ways[Direction.REQUEST])
            same = ways[Direction.RESPONSE] is ways[Direction.REQUEST]
            response = request if same else _view(ways[Direction.RESPONSE])
            self._views = {Direction.REQUEST: request, Direction.RESPONSE: response}
        return self._views[direction]


@frozen(eq=False)
class _View:
    """The document as it holds for one direction, and which of its schemas are families."""

    compilation: Compilation
    parents: frozenset[tuple[str, ...]]
    document: Mapping[str, Any]
    efforts: Efforts


def _view(document: Mapping[str, Any]) -> _View:
    from jsonschema_rs import Draft202012, Registry

    whole = discriminated(document)
    registry = Registry([(NAME, dict(whole))], draft=Draft202012)
    return _View(Compilation(registry), frozenset(family_ways(whole)), whole, Efforts(whole))


def _bounded(kind: str, node: Any, _: Way) -> Any:
    return bounded(node) if kind == "schema" and isinstance(node, Mapping) else node
