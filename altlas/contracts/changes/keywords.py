"""The keywords of a schema that say what a single value may be: types, values, bounds, forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define

from altlas.contracts.changes.containment import UNKNOWN, Containment, Relation
from altlas.contracts.changes.edition import canonical
from altlas.contracts.changes.finding import Verdict, Way, by_way, shown

_TYPES = frozenset(("null", "boolean", "object", "array", "number", "integer", "string"))
_UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"}
_LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"}
#: formats of numbers (OpenAPI's registry), which validators do not know, by how much they hold
_NUMBERS = {"int32": 1, "int64": 2, "float": 3, "double": 4}

#: values that are told one by one
_SHOWN = 6

#: the leaf keywords of one side: keyword to value; of an allOf, the values of all its parts
Leaf = Mapping[str, Any]


@define(eq=False)
class Keywords:
    """Compares the leaf keywords of two schemas."""

    _containment: Containment

    def changes(self, old: Leaf, new: Leaf, way: Way) -> Iterator[tuple[str, Verdict, str]]:
        """Keyword, verdict and message of each that is not as it was."""
        every = sorted({*old, *new})
        names = [key for key in every if canonical(old.get(key)) != canonical(new.get(key))]
        whole = self._whole(old, new) if names else UNKNOWN
        if whole.same:
            return
        verdict = by_way(way, whole.wider, whole.narrower)
        found = [(key, self._verdict(key, old, new, way, verdict)) for key in names]
        for key, each in found:
            yield key, each, _message(key, old.get(key), new.get(key))
        harmless = all(each is Verdict.HARMLESS for _, each in found)
        if names and harmless and verdict is Verdict.BREAKING:
            yield names[0], verdict, "takes other values than it did"

    def _verdict(self, key: str, old: Leaf, new: Leaf, way: Way, whole: Verdict) -> Verdict:
        numbers = key == "format" and _NUMBERS.keys() >= {old.get(key), new.get(key)}
        if key == "default" or (whole is Verdict.HARMLESS and not numbers):
            return Verdict.HARMLESS
        relation = self._relation(key, old.get(key), new.get(key))
        return by_way(way, relation.wider, relation.narrower)

    def _whole(self, old: Leaf, new: Leaf) -> Relation:
        formats = {old.get("format"), new.get("format")}
        if len(formats) > 1 and formats & _NUMBERS.keys():
            return UNKNOWN
        if "default" in old or "default" in new:
            return UNKNOWN if old.get("default") != new.get("default") else self._asked(old, new)
        return self._asked(old, new)

    def _asked(self, old: Leaf, new: Leaf) -> Relation:
        return self._containment.relation(schema(old), schema(new))

    def _relation(self, key: str, old: Any, new: Any) -> Relation:
        if key in _ORDERS:
            return _ORDERS[key](old, new)
        if old is None or new is None:
            return Relation(new is None, old is None)
        return self._containment.relation(schema({key: old}), schema({key: new}))


def schema(leaf: Leaf) -> dict[str, Any]:
    """The schema of these keywords; where parts of an allOf disagree, all of them hold."""
    several = [(key, each) for key, value in leaf.items() for each in _several(value)]
    single = {key: value for key, value in leaf.items() if not isinstance(value, Several)}
    return {**single, "allOf": [{key: each} for key, each in several]} if several else single


class Several(tuple[Any, ...]):
    """The values that a keyword has in the parts of an allOf, where they differ."""


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, Several) else ()


def _message(key: str, old: Any, new: Any) -> str:
    if key == "enum" and isinstance(old, list) and isinstance(new, list):
        return _values(old, new)
    if old is None:
        return f"has {key} {shown(new)} now"
    if new is None:
        return f"has no {key} now, was {shown(old)}"
    return f"has {key} {shown(new)}, was {shown(old)}"


def _values(old: list[Any], new: list[Any]) -> str:
    before, after = ({canonical(each): each for each in side} for side in (old, new))
    gone = [before[each] for each in before if each not in after]
    more = [after[each] for each in after if each not in before]
    told = [("has no more", gone), ("has now", more)]
    return ", ".join(f"{words} {_listed(each)}" for words, each in told if each)


def _listed(values: list[Any]) -> str:
    rest = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(map(shown, values[:_SHOWN])) + rest


# --- orders: how two values of one keyword relate; None is the keyword's absence ---------------


def _types(old: Any, new: Any) -> Relation:
    before, after = _type_set(old), _type_set(new)
    return Relation(before <= after, after <= before)


def _type_set(value: Any) -> frozenset[str]:
    if value is None or isinstance(value, Several):
        return _TYPES
    found = frozenset([value] if isinstance(value, str) else value)
    return found | {"integer"} if "number" in found else found


def _enums(old: Any, new: Any) -> Relation:
    if old is None or new is None:
        return Relation(new is None, old is None)
    before, after = ({canonical(each) for each in side} for side in (old, new))
    return Relation(before <= after, after <= before)


def _upper(old: Any, new: Any) -> Relation:
    if old is None or new is None:
        return Relation(new is None, old is None)
    if isinstance(old, Several) or isinstance(new, Several):
        return UNKNOWN
    return Relation(new >= old, new <= old)


def _lower(old: Any, new: Any) -> Relation:
    turned = _upper(old, new)
    if old is None or new is None:
        return turned
    return Relation(turned.narrower, turned.wider)


def _unique(old: Any, new: Any) -> Relation:
    return Relation(bool(old) or not new, bool(new) or not old)


def _multiple(old: Any, new: Any) -> Relation:
    if isinstance(old, int) and isinstance(new, int):
        return Relation(old % new == 0, new % old == 0)
    return _upper(old, new) if old is None or new is None else UNKNOWN


def _format(old: Any, new: Any) -> Relation:
    if old is None or new is None:
        return Relation(new is None, old is None)
    if old in _NUMBERS and new in _NUMBERS:
        return Relation(_NUMBERS[new] >= _NUMBERS[old], _NUMBERS[new] <= _NUMBERS[old])
    return UNKNOWN


_ORDERS: dict[str, Callable[[Any, Any], Relation]] = {
    "type": _types,
    "enum": _enums,
    "uniqueItems": _unique,
    "format": _format,
    "multipleOf": _multiple,
    **dict.fromkeys(_UPPER, _upper),
    **dict.fromkeys(_LOWER, _lower),
}
