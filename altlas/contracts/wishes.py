"""What an operation wishes of the gateway, by extensions of OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from altlas.contracts.place import Place
from altlas.settings.keys import Key, declarations
from altlas.settings.problems import nearest
from altlas.settings.routes import RouteTimeouts
from altlas.settings.units import duration

#: what wishes begin with, and all that there are
_OURS = "x-altlas-"
_NAMES = tuple(_OURS + name for name in ("timeout", "retry", "idempotent"))
#: the keys of ``timeout`` in the settings: what each is called here, and how it is read
_KEYS = {
    attribute.replace("_", "-"): (attribute, each.parse)
    for attribute, each in declarations(RouteTimeouts).items()
    if isinstance(each, Key)
}


@frozen
class Wishes:
    """What stands in ``x-altlas-timeout``, ``-retry`` and ``-idempotent``; None: nothing does.

    `retries` are the tries after the first.
    """

    timeouts: RouteTimeouts = field(factory=RouteTimeouts)
    retries: int | None = None
    idempotent: bool | None = None


def wishes(operation: Place) -> Wishes:
    """The wishes of an operation. ValueError for one that is not to be understood."""
    idempotent = operation.get("x-altlas-idempotent")
    if idempotent is not None and not isinstance(idempotent, bool):
        raise ValueError("x-altlas-idempotent is to be true or false")
    return Wishes(
        _timeouts(operation.get("x-altlas-timeout")),
        _retries(operation.get("x-altlas-retry")),
        idempotent,
    )


def misnamed(operation: Place) -> Iterator[tuple[str, str]]:
    """Names in an operation that begin like wishes and are none, each with what is odd."""
    for name in operation.node:
        if name.startswith(_OURS) and name not in _NAMES:
            meant = nearest(name, _NAMES)
            yield (
                name,
                "is no wish that is known here" + (f"; did you mean {meant}?" if meant else ""),
            )


def _timeouts(said: Any) -> RouteTimeouts:
    """One duration is until the answer's head, however many tries that takes."""
    if said is None:
        return RouteTimeouts()
    if isinstance(said, Mapping):
        return RouteTimeouts(**dict(_timeout(key, value) for key, value in said.items()))
    try:
        seconds = duration(_written(said))
    except ValueError:
        seconds = 0.0
    if not seconds:
        raise ValueError(
            "x-altlas-timeout is to be seconds above 0, such as 250ms, or an object of those"
        )
    return RouteTimeouts(response=seconds, total=seconds)


def _timeout(key: Any, said: Any) -> tuple[str, Any]:
    if key not in _KEYS:
        raise ValueError(f"x-altlas-timeout is to be of {', '.join(_KEYS)} only")
    attribute, parse = _KEYS[key]
    try:
        return attribute, parse(_written(said))
    except ValueError as error:
        raise ValueError(f"the {key} of x-altlas-timeout is to be {error}") from None


def _written(said: Any) -> str:
    """As the settings write it: a number is of seconds."""
    if isinstance(said, str):
        return said
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise ValueError("seconds, or a duration such as 250ms")
    return f"{said}s"


def _retries(said: Any) -> int | None:
    if said is None:
        return None
    if said == "off":
        return 0
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= 10:
        raise ValueError(
            "x-altlas-retry is to be off, or a number of tries after the first, 0 to 10"
        )
    return said
