"""How a settings class declares its keys: parser, default, meaning, in one place.

    @frozen(kw_only=True)
    class Queue:
        size: int = key(between(0), default="1024", help="how many requests may wait")

The attribute ``c_d`` of the group ``a_b`` is the key ``a-b.c-d`` of the file. Parsing,
environment overrides, ``--print-config`` and the reference page all read these
declarations; nothing is listed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast, overload

import attrs
from attrs import frozen

T = TypeVar("T")
_MARK = "altlas.key"


class Takes(Enum):
    """What the text of a key may look like, where that matters to the reader of the file."""

    VALUE = "a value"
    #: a relative path is taken from the folder of the file that names it
    FILE = "the path of a file"
    #: several of them, one a line
    FILES = "paths of files"
    #: continued lines may look like ``name = value``
    LINES = "lines of any look"


@frozen
class Key:
    """One key: how it is read, and what holds when it is not written.

    `written` is the default as one would write it (of a required key: an example that
    stands in for it while the other mistakes of a file are collected), None where
    the default is "not set".
    """

    parse: Callable[[str], Any]
    written: str | None
    help: str
    required: bool = False
    takes: Takes = Takes.VALUE
    #: its name in a file, where that is not the attribute's
    name: str = ""


@frozen
class Group:
    """A nested settings class: its keys are written with the attribute's name and a dot."""

    settings: type[Any]


@frozen
class Choosing:
    """A key that names a kind out of the catalog; the kind's own keys follow with a dot."""

    group: str
    written: str
    help: str


Declaration = Key | Group | Choosing


def key(
    parse: Callable[[str], T],
    default: T | str,
    help: str,
    takes: Takes = Takes.VALUE,
    name: str = "",
) -> T:
    """A key with a default, given as one would write it (or as a value that is not text).

    `name` is for a key such as ``path.profile`` beside a key ``path``.
    """
    value = parse(default) if isinstance(default, str) else default
    return cast(T, _field(Key(parse, str(default), help, takes=takes, name=name), default=value))


@overload
def optional(parse: Callable[[str], T], *, help: str, takes: Takes = ...) -> T | None: ...
@overload
def optional(parse: Callable[[str], T], *, help: str, takes: Takes = ..., unset: Any) -> Any: ...
def optional(
    parse: Callable[[str], T], *, help: str, takes: Takes = Takes.VALUE, unset: Any = None
) -> Any:
    """A key that may be left out, or left empty; then the value is `unset`."""
    return _field(Key(parse, None, help, takes=takes), default=unset)


def required(parse: Callable[[str], T], *, example: str, help: str) -> T:
    """A key that every section of its kind must have."""
    parse(example)
    return cast(T, _field(Key(parse, example, help, required=True)))


def group(settings: type[T]) -> T:
    """A nested settings class, all of whose keys have defaults."""
    return cast(T, _field(Group(settings), factory=settings))


def chosen(group: str, default: str, help: str) -> Any:
    """A key that names a kind of `group` in the catalog of kinds.

    Its value is an instance of that kind's settings class (`Catalog.kind_of` finds the
    kind of it); it is None only in trees built by hand, and stands for the default.
    """
    return _field(Choosing(group, default, help), default=None)


def declarations(settings: type[Any]) -> dict[str, Declaration]:
    """What a settings class declares, by attribute, in the order written there."""
    return {
        field.name: field.metadata[_MARK]
        for field in attrs.fields(settings)
        if _MARK in field.metadata
    }


def _field(declaration: Declaration, **more: Any) -> Any:
    return attrs.field(metadata={_MARK: declaration}, **more)
