"""Schemas of a document, compiled so that values can be held against them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from altlas.contracts.directions import Direction, directed
from altlas.contracts.discriminators import FAMILIES, discriminated, family_ways
from altlas.contracts.faults import Fault, told
from altlas.contracts.fields import Fields, Trees
from altlas.contracts.formats import TEXTS, bounded
from altlas.contracts.places import Way, changed
from altlas.contracts.references import reference_to

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, Registry

__all__ = ["Direction", "Fault", "Schema", "Schemas"]


#: members and items of a value, all in all, of which each fault is looked for
MANY = 500


@define(eq=False)
class Schema:
    """One schema, for values that go one way."""

    _validator: Draft202012Validator
    _trees: Trees
    _pointer: tuple[str, ...]

    def valid(self, value: Any) -> bool:
        """Whether a value (as ``json.loads`` makes it) keeps to the schema."""
        return self._validator.is_valid(value)

    def faults(self, value: Any, most: int = 20) -> list[Fault]:
        """What is wrong with a value: at most so many things, none twice; nothing if it is valid.

        Messages never repeat the value, which may be long or secret. Of a value with more than
        `MANY` things in it, only the first fault is told, so that this takes no time to speak of.
        """
        found: dict[Fault, None] = {}
        # The validator makes all errors before it gives the first, at 40 us each: of a value
        # with 300,000 wrong items, that is 12 seconds.
        errors = self._validator.iter_errors if _is_small(value) else self._first
        for error in errors(value):
            found.update(dict.fromkeys(told(error)))
            if len(found) >= most:
                break
        return list(found)[:most]

    def _first(self, value: Any) -> list[Any]:
        from jsonschema_rs import ValidationError

        try:
            self._validator.validate(value)
        except ValidationError as error:
            return [error]
        return []

    @property
    def fields(self) -> Fields:
        """The fields that the schema knows of, to find those that it does not."""
        return self._trees.at(self._pointer)


@define(eq=False)
class Schemas:
    """The schemas of one document in OpenAPI 3.1's form; each is compiled once, when asked for.

    Nothing is ever fetched; patterns run in linear time.
    """

    _document: Mapping[str, Any]
    _views: dict[Direction, _View] = field(init=False, factory=dict)
    _compiled: dict[tuple[Direction, tuple[str, ...]], Schema] = field(init=False, factory=dict)
    _trees: Trees = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._trees = Trees(self._document)

    def at(self, pointer: tuple[str, ...], direction: Direction) -> Schema:
        """The schema at the end of this way through the document.

        ValueError if there is none, or none that can be compiled.
        """
        key = (direction, pointer)
        if key not in self._compiled:
            self._compiled[key] = Schema(self._validator(pointer, direction), self._trees, pointer)
        return self._compiled[key]

    def _validator(self, pointer: tuple[str, ...], direction: Direction) -> Draft202012Validator:
        from jsonschema_rs import Draft202012Validator, RegexOptions

        view = self._view(direction)
        way = (FAMILIES, pointer[-1]) if pointer in view.parents else pointer
        return Draft202012Validator(
            {"$ref": _NAME + reference_to(way)},
            registry=view.registry,
            formats=TEXTS,
            pattern_options=RegexOptions(),
            validate_formats=True,
            offline=True,
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

    registry: Registry
    parents: frozenset[tuple[str, ...]]


def _view(document: Mapping[str, Any]) -> _View:
    from jsonschema_rs import Draft202012, Registry

    whole = discriminated(document)
    registry = Registry([(_NAME, dict(whole))], draft=Draft202012)
    return _View(registry, frozenset(family_ways(whole)))


def _bounded(kind: str, node: Any, _: Way) -> Any:
    return bounded(node) if kind == "schema" and isinstance(node, Mapping) else node


def _is_small(value: Any) -> bool:
    left, waiting = MANY, [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict | list):
            left -= len(each)
            if left < 0:
                return False
            waiting += each.values() if isinstance(each, dict) else each
    return True


#: what the document is called where it refers to itself
_NAME = "urn:altlas:contract"
