"""YAML text to plain values, by the rules of YAML 1.2's core schema (10.3).

So ``on``, ``no`` and dates stay the words that they are, and the ``200`` of a response is a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from attrs import define, field

from altlas.contracts.flaws import Flaw, Unusable, pointer_to
from altlas.contracts.json_text import DEEPEST, number, too_deep

_PREFIX = "tag:yaml.org,2002:"
_MERGE = f"{_PREFIX}merge"

_Way = tuple[str | int, ...]

#: how plain words are read: (tag, what it looks like, what it begins with)
_WORDS = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", [*"-+0123456789"]),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        [*"-+0123456789."],
    ),
    ("merge", r"<<", ["<"]),
)

#: values that a text may come to by its aliases, however short it is
_ALIASED = 100_000


def value_of(text: str) -> Any:
    """The value that a YAML text is. Unusable says why it is none that is safe to use."""
    import yaml

    loader = _loader_class()(text)
    try:
        return _Making(loader, max(_ALIASED, len(text))).whole()
    except yaml.YAMLError as error:
        raise Unusable([Flaw("", f"is not YAML: {_told(error)}")]) from None
    finally:
        loader.dispose()


def _loader_class() -> Any:
    """The loader, with libyaml's parser where there is one."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, Any] = {}

    for name, form, first in _WORDS:
        Loader.add_implicit_resolver(_PREFIX + name, re.compile(rf"(?:{form})\Z"), first)
    return Loader


def _told(error: Any) -> str:
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark is not None else ""
    return said.splitlines()[0] + place


@define(eq=False)
class _Making:
    """The plain values of one text, made from the parser's events.

    Not from its nodes: the C code that makes those is recursive without a bound.
    Aliases are copied, as JSON has none.
    """

    _loader: Any
    _left: int
    _flaws: list[Flaw] = field(init=False, factory=list)
    _anchored: dict[str, Any] = field(init=False, factory=dict)

    def whole(self) -> Any:
        """The one value that the text holds, null if it is empty."""
        self._next()  # the stream's beginning
        if self._next().__class__.__name__ == "StreamEndEvent":
            return None
        value = self._value(self._next(), ())
        self._next()  # the document's end
        if self._next().__class__.__name__ != "StreamEndEvent":
            self._flaws.append(Flaw("", "holds more than one document"))
        if self._flaws:
            raise Unusable(self._flaws)
        return value

    def _next(self) -> Any:
        return self._loader.get_event()

    def _value(self, event: Any, way: _Way) -> Any:
        self._count(way)
        sort = event.__class__.__name__
        if sort == "ScalarEvent":
            value = self._scalar(event, way)
        elif sort == "AliasEvent":
            return self._alias(event, way)
        elif sort == "SequenceStartEvent":
            value = self._items(way)
        else:
            value = self._members(way)
        if event.anchor is not None:
            self._anchored[event.anchor] = value
        return value

    def _count(self, way: _Way) -> None:
        self._left -= 1
        if self._left < 0:
            raise Unusable([Flaw("", "comes to too much by its aliases")])
        if len(way) > DEEPEST:
            raise Unusable([too_deep(way)])

    def _items(self, way: _Way) -> list[Any]:
        made: list[Any] = []
        while (event := self._next()).__class__.__name__ != "SequenceEndEvent":
            made.append(self._value(event, (*way, len(made))))
        return made

    def _members(self, way: _Way) -> dict[str, Any]:
        made: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while (event := self._next()).__class__.__name__ != "MappingEndEvent":
            name = self._name(event, way)
            if name is None:
                self._value(self._next(), (*way, "<<"))
            elif name == "<<" and self._tag(event) == _MERGE:
                merged |= self._merged((*way, name))
            else:
                if name in made:
                    self._flaws.append(Flaw(pointer_to((*way, name)), "is there twice"))
                made[name] = self._value(self._next(), (*way, name))
        return {**merged, **made}

    def _name(self, event: Any, way: _Way) -> str | None:
        """A name as it is written, whatever it looks like; nothing if it is no text."""
        if event.__class__.__name__ == "ScalarEvent":
            return str(event.value)
        value = self._value(event, (*way, "?"))
        if isinstance(value, str):
            return value
        self._flaws.append(Flaw(pointer_to(way), "has a name that is no text"))
        return None

    def _merged(self, way: _Way) -> dict[str, Any]:
        """What ``<<`` brings in; of several mappings the first that has a name gives it."""
        value = self._value(self._next(), way)
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) for one in several):
            self._flaws.append(Flaw(pointer_to(way), "is no mapping"))
            return {}
        return {name: inner for one in reversed(several) for name, inner in one.items()}

    def _alias(self, event: Any, way: _Way) -> Any:
        if event.anchor not in self._anchored:
            message = f"*{event.anchor} stands for nothing, or for what it is in"
            raise Unusable([Flaw(pointer_to(way), message)])
        return self._copied(self._anchored[event.anchor], way)

    def _copied(self, value: Any, way: _Way) -> Any:
        self._count(way)
        if isinstance(value, dict):
            return {name: self._copied(inner, (*way, name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._copied(inner, (*way, index)) for index, inner in enumerate(value)]
        return value

    def _tag(self, event: Any) -> str:
        """What sort of scalar it is: as it says, or as it looks."""
        from yaml.nodes import ScalarNode

        if event.tag is not None and event.tag != "!":
            return str(event.tag)
        return str(self._loader.resolve(ScalarNode, event.value, event.implicit))

    def _scalar(self, event: Any, way: _Way) -> Any:
        tag = self._tag(event)
        read = _SCALARS.get(tag.removeprefix(_PREFIX))
        try:
            if read is None:
                raise ValueError(f"has the tag {tag[:60]}, which is not known here")
            return read(event.value)
        except ValueError as error:
            self._flaws.append(Flaw(pointer_to(way), str(error)))
            return None


def _whole(text: str) -> float:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    if len(text) > 400:
        raise ValueError("is not a number that JSON has")
    return number(int(text.removeprefix("0o"), base))


def _float(text: str) -> float:
    return number(float(text.replace(".inf", "inf").replace(".nan", "nan").lower()))


_SCALARS: dict[str, Callable[[str], Any]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _whole,
    "float": _float,
    "str": str,
    "timestamp": str,
    "merge": str,
}
