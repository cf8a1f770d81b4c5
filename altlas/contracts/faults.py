"""What is wrong with a value, in words for whoever sent it; the value itself is never repeated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from altlas.contracts.flaws import pointer_to

#: longest text of a contract that is shown in a message
_SHOWN = 60
#: values of an enumeration that are listed
_LISTED = 10
#: names of a value's own that are told of one object
_NAMES = 20

#: what stands in a schema as the reason why a property is refused in one direction
READ_ONLY = "is read-only, and not taken"
WRITE_ONLY = "is write-only, and never given"


@frozen
class Fault:
    """One thing that is wrong with a value; `pointer` (RFC 6901) leads to it."""

    pointer: str
    message: str


def told(error: Any) -> Iterator[Fault]:
    """The faults that an error of the validator stands for."""
    several = _SEVERAL.get(_sort(error))
    if several is not None:
        yield from several(error)
    else:
        yield Fault(pointer_to(error.instance_path), _message(error))


def _sort(error: Any) -> str:
    return type(error.kind).__name__.rpartition("_")[2]


def _message(error: Any) -> str:
    sentence = _SENTENCES.get(_sort(error))
    return sentence(error.kind) if sentence is not None else f"breaks the rule {error.kind.name!r}"


def _shown(value: Any) -> str:
    """A value of the contract, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


_ARTICLES = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}


def _types(names: list[str]) -> str:
    ordered = sorted(set(names), key=lambda name: (name == "null", name))
    return f"must be {_either([_ARTICLES.get(name, name) for name in ordered])}"


def _options(kind: Any) -> str:
    words = [_shown(option) for option in kind.options]
    more = len(words) - _LISTED
    if not words:
        return "is not allowed here"
    if more > 0:
        return f"must be one of {', '.join(words[:_LISTED])} and {more} more"
    return f"must be {_either(words)}" if len(words) < 3 else f"must be one of {', '.join(words)}"


def _counted(rule: str, number: int, noun: str) -> str:
    return f"must have {rule} {number} {noun if number == 1 else noun + 's'}"


def _not(kind: Any) -> str:
    reason = kind.schema.get("$comment") if isinstance(kind.schema, dict) else None
    return str(reason) if reason in (READ_ONLY, WRITE_ONLY) else "must not be of this form"


_FORMATS = {"byte": "base64", "email": "an e-mail address"}

_SENTENCES: dict[str, Callable[[Any], str]] = {
    "Type": lambda kind: _types(kind.types),
    "Enum": _options,
    "Constant": lambda kind: f"must be {_shown(kind.expected_value)}",
    "FalseSchema": lambda _: "is not allowed here",
    "Not": _not,
    "Format": lambda kind: f"must be {_FORMATS.get(kind.format, f'a valid {kind.format}')}",
    "Pattern": lambda kind: f"must match the pattern {_shown(kind.pattern)}",
    "Minimum": lambda kind: f"must be at least {kind.limit}",
    "Maximum": lambda kind: f"must be at most {kind.limit}",
    "ExclusiveMinimum": lambda kind: f"must be more than {kind.limit}",
    "ExclusiveMaximum": lambda kind: f"must be less than {kind.limit}",
    "MultipleOf": lambda kind: f"must be a multiple of {kind.multiple_of}",
    "MinLength": lambda kind: _counted("at least", kind.limit, "character"),
    "MaxLength": lambda kind: _counted("at most", kind.limit, "character"),
    "MinItems": lambda kind: _counted("at least", kind.limit, "item"),
    "MaxItems": lambda kind: _counted("at most", kind.limit, "item"),
    "AdditionalItems": lambda kind: _counted("at most", kind.limit, "item"),
    "UnevaluatedItems": lambda _: "has more items than are known here",
    "MinProperties": lambda kind: "must have at least {} propert{}".format(*_properties(kind)),
    "MaxProperties": lambda kind: "must have at most {} propert{}".format(*_properties(kind)),
    "UniqueItems": lambda _: "must not have the same item twice",
    "Contains": lambda _: "has too few or too many items of the form that is asked for",
    "ContentEncoding": lambda kind: f"must be encoded as {kind.content_encoding}",
    "ContentMediaType": lambda kind: f"must hold {kind.content_media_type}",
    "FromUtf8": lambda _: "must be UTF-8",
}


def _properties(kind: Any) -> tuple[int, str]:
    return kind.limit, "y" if kind.limit == 1 else "ies"


def _beneath(error: Any, name: str) -> str:
    return pointer_to([*error.instance_path, name[:_SHOWN]])


def _required(error: Any) -> Iterator[Fault]:
    yield Fault(_beneath(error, error.kind.property), "is required")


def _unexpected(error: Any) -> Iterator[Fault]:
    for name in error.kind.unexpected[:_NAMES]:
        yield Fault(_beneath(error, name), "is not known here")


def _names(error: Any) -> Iterator[Fault]:
    message = _message(error.kind.error)
    yield Fault(pointer_to(error.instance_path), f"has a property whose name {message}")


def _several_fit(error: Any) -> Iterator[Fault]:
    fitting = sum(not branch for branch in error.kind.context)
    yield Fault(
        pointer_to(error.instance_path),
        f"fits {fitting} of {len(error.kind.context)} forms of which it must be exactly one",
    )


def _none_fits(error: Any) -> Iterator[Fault]:
    """The faults of the branch that was meant, if that can be told; else of the nearest one."""
    branches = [branch for branch in error.kind.context if branch]
    fitting = [branch for branch in branches if not _wrong_type(error, branch)]
    if not fitting:
        yield Fault(pointer_to(error.instance_path), _types([*_no_type(error)]))
        return
    # A document's own schema has nearly everywhere a second form, which is a reference.
    fitting = [branch for branch in fitting if not _lacks_reference(branch)] or fitting
    likely = [branch for branch in fitting if not _wrong_mark(error, branch)] or fitting
    if len(likely) == 1:
        yield from _all(likely[0])
        return
    each = [[*_all(branch)] for branch in likely]
    shared = [fault for fault in each[0] if all(fault in other for other in each[1:])]
    yield from shared or [_nearest(error, each)]


def _all(branch: list[Any]) -> Iterator[Fault]:
    for error in branch:
        yield from told(error)


def _lacks_reference(branch: list[Any]) -> bool:
    return any(_sort(inner) == "Required" and inner.kind.property == "$ref" for inner in branch)


def _own(error: Any, branch: list[Any]) -> Iterator[Any]:
    """The errors of a branch that are about the value itself, not about what is in it."""
    return (inner for inner in branch if inner.instance_path == error.instance_path)


def _wrong_type(error: Any, branch: list[Any]) -> bool:
    return any(_type_error(inner) for inner in _own(error, branch))


def _type_error(error: Any) -> bool:
    """Whether a value is of none of the types that may stand here, however deep they are told."""
    if _sort(error) in ("AnyOf", "OneOfNotValid"):
        return all(_wrong_type(error, branch) for branch in error.kind.context)
    return _sort(error) == "Type"


def _wrong_mark(error: Any, branch: list[Any]) -> bool:
    """Whether a property that tells one branch from another has another's value."""
    depth = len(error.instance_path) + 1
    return any(
        _sort(inner) in ("Constant", "Enum") and len(inner.instance_path) <= depth
        for inner in branch
    )


def _no_type(error: Any) -> Iterator[str]:
    if _sort(error) == "Type":
        yield from error.kind.types
    for branch in getattr(error.kind, "context", ()):
        for inner in _own(error, branch):
            yield from _no_type(inner)


def _nearest(error: Any, branches: list[list[Fault]]) -> Fault:
    first = min(branches, key=len)[0]
    pointer = pointer_to(error.instance_path)
    inner = first.pointer.removeprefix(pointer)
    return Fault(
        pointer,
        f"fits none of {len(error.kind.context)} forms; "
        f"for the nearest, {inner + ' ' if inner else 'it '}{first.message}",
    )


_SEVERAL: dict[str, Callable[[Any], Iterator[Fault]]] = {
    "Required": _required,
    "AdditionalProperties": _unexpected,
    "UnevaluatedProperties": _unexpected,
    "PropertyNames": _names,
    "AnyOf": _none_fits,
    "OneOfNotValid": _none_fits,
    "OneOfMultipleValid": _several_fit,
}
