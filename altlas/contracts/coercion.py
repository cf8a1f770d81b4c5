"""Texts made into the values that a schema allows: ``5`` is a number where numbers may be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, field

from altlas.contracts.styles import Kind, Text

Schema = Mapping[str, Any] | bool
#: a node with its local references followed
Resolve = Callable[[Any], Any]

ALL = frozenset(("null", "boolean", "integer", "number", "string", "array", "object"))

# As JSON writes numbers (RFC 8259, 6): no blanks, no underscores, no other bases or names. More
# digits than these Python would refuse to read.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
# Schemas that are put together of more than these are not looked through: all may be in them.
_MOST = 200
_MOST_PARTS = 5_000
_SCALARS = {"true": True, "false": False}


@define(eq=False)
class Shape:
    """What a schema allows, as far as texts need it: types, and the shapes of what is inside.

    It looks through ``$ref``, ``allOf``, ``anyOf`` and ``oneOf``. What is inside is worked out
    when first asked for, since schemas may hold themselves.
    """

    _nodes: tuple[Schema, ...]
    _resolve: Resolve
    #: out of ``type``, ``enum`` and ``const``; all, where nothing is said
    types: frozenset[str] = field(init=False)
    #: the properties that are named
    names: frozenset[str] = field(init=False)
    _parts: tuple[Mapping[str, Any], ...] = field(init=False)
    _items: Shape | None = field(default=None, init=False)
    _members: dict[str, Shape] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        known: _Known = {}
        each = (_types(node, self._resolve, known) for node in self._nodes)
        self.types = frozenset().union(*each) if self._nodes else ALL
        self._parts = _parts(self._nodes, self._resolve)
        self.names = frozenset(name for part in self._parts for name in part.get("properties", ()))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What a text may be read as, the likeliest first."""
        if self.types == ALL:
            return (Kind.SCALAR, Kind.ARRAY)
        asked = {"array": Kind.ARRAY, "object": Kind.OBJECT}
        compound = tuple(asked[name] for name in asked if name in self.types)
        return compound + (Kind.SCALAR,) * bool(self.types - {"array", "object"})

    def items(self) -> Shape:
        """The shape of what is in an array."""
        if self._items is None:
            found = [part["items"] for part in self._parts if "items" in part]
            found += [node for part in self._parts for node in part.get("prefixItems", ())]
            self._items = Shape(tuple(found), self._resolve)
        return self._items

    def member(self, name: str) -> Shape:
        """The shape of the property `name`; those that are not named have one together."""
        key = name if name in self.names else ""
        shape = self._members.get(key)
        if shape is None:
            shape = self._members[key] = Shape(self._of_member(name), self._resolve)
        return shape

    def _of_member(self, name: str) -> tuple[Schema, ...]:
        named = (part.get("properties", {}) for part in self._parts)
        found = tuple(properties[name] for properties in named if name in properties)
        rest = (part.get("additionalProperties") for part in self._parts)
        return found or tuple(node for node in rest if isinstance(node, Mapping))


def readings(shape: Shape, text: Text) -> Iterator[Any]:
    """The values that `text` may stand for, the likeliest first, two at most.

    Where a schema takes both strings and something else (``anyOf`` of integer and string),
    ``5`` is first a number and then, if the schema does not take that, a string.
    """
    value = coerced(shape, text, strings=False)
    yield value
    other = coerced(shape, text, strings=True)
    if other != value or type(other) is not type(value):
        yield other


def coerced(shape: Shape, text: Text, *, strings: bool) -> Any:
    """The value that `text` stands for; `strings` go first where they are among others.

    What is nothing that the schema takes stays text, so that the schema says what is wrong.
    """
    if isinstance(text, str):
        return _scalar(shape.types, text, strings)
    if isinstance(text, list):
        items = shape.items()
        return [coerced(items, each, strings=strings) for each in text]
    if "array" in shape.types and "object" not in shape.types:
        listed = _listed(text)
        if listed is not None:
            return coerced(shape, listed, strings=strings)
    return {name: coerced(shape.member(name), text[name], strings=strings) for name in text}


def _scalar(types: frozenset[str], text: str, strings: bool) -> Any:
    if "string" in types and (strings or len(types) == 1):
        return text
    if "null" in types and (text == "null" or (text == "" and "string" not in types)):
        return None
    if "boolean" in types and text in _SCALARS:
        return _SCALARS[text]
    if "integer" in types and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        number = int(text) if _INTEGER.fullmatch(text) else float(text)
        return number if math.isfinite(number) else text
    return text


def _listed(text: dict[str, Text]) -> list[Text] | None:
    """The items of ``a[]=1`` or ``a[0]=1&a[1]=2``, in their order."""
    if [*text] == [""]:
        inner = text[""]
        return inner if isinstance(inner, list) else [inner]
    if all(_INDEX.fullmatch(name) for name in text):
        return [text[name] for name in sorted(text, key=int)]
    return None


# With the schemas themselves, so that no other one gets the id of one that is gone.
_Known = dict[int, tuple[Schema, frozenset[str]]]


def _types(node: Schema, resolve: Resolve, known: _Known) -> frozenset[str]:
    """The types that a schema leaves open; all of them where it goes in circles."""
    if not isinstance(node, Mapping):
        return ALL
    if id(node) in known or len(known) > _MOST:
        return known.get(id(node), (node, ALL))[1]
    known[id(node)] = (node, ALL)
    allowed = _own_types(node)
    for part in _together(node, resolve):
        allowed &= _types(part, resolve, known)
    for word in ("anyOf", "oneOf"):
        if node.get(word):
            allowed &= frozenset().union(*(_types(part, resolve, known) for part in node[word]))
    known[id(node)] = (node, allowed)
    return allowed


def _together(node: Mapping[str, Any], resolve: Resolve) -> Iterator[Schema]:
    """What holds beside the schema itself."""
    if "$ref" in node:
        yield resolve({"$ref": node["$ref"]})
    yield from node.get("allOf", ())


def _own_types(node: Mapping[str, Any]) -> frozenset[str]:
    said = node.get("type")
    if said is None:
        values = [node["const"]] if "const" in node else node.get("enum")
        return frozenset(map(_type_of, values)) if values else ALL
    named = frozenset([said] if isinstance(said, str) else said)
    return named | {"integer"} if "number" in named else named


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return "null" if value is None else names.get(type(value), "object")


def _parts(nodes: tuple[Schema, ...], resolve: Resolve) -> tuple[Mapping[str, Any], ...]:
    """The schemas and all that they are put together of."""
    found: dict[int, Mapping[str, Any]] = {}
    waiting = [*reversed(nodes)]
    while waiting and len(found) < _MOST_PARTS:
        node = waiting.pop()
        if isinstance(node, Mapping) and id(node) not in found:
            found[id(node)] = node
            waiting += [*_together(node, resolve), *node.get("anyOf", ()), *node.get("oneOf", ())]
    return tuple(found.values())
