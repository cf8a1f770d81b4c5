"""What an operation wishes of the gateway, by extensions of OpenAPI."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from altlas.contracts.place import Place
from altlas.settings.units import duration


@frozen
class Wishes:
    """What stands in ``x-altlas-timeout``, ``-retry`` and ``-idempotent``; None: nothing does.

    `timeout` is in seconds, `retries` the tries after the first.
    """

    timeout: float | None = None
    retries: int | None = None
    idempotent: bool | None = None


def wishes(operation: Place) -> Wishes:
    """The wishes of an operation. ValueError for one that is not to be understood."""
    idempotent = operation.get("x-altlas-idempotent")
    if idempotent is not None and not isinstance(idempotent, bool):
        raise ValueError("x-altlas-idempotent is to be true or false")
    return Wishes(
        _timeout(operation.get("x-altlas-timeout")),
        _retries(operation.get("x-altlas-retry")),
        idempotent,
    )


def _timeout(said: Any) -> float | None:
    """Seconds as a number, or as the settings write them (``250ms``)."""
    if said is None:
        return None
    try:
        seconds = duration(said) if isinstance(said, str) else duration(f"{_number(said)}s")
    except (ValueError, TypeError):
        seconds = 0.0
    if seconds <= 0:
        raise ValueError("x-altlas-timeout is to be seconds above 0, or such as 250ms")
    return seconds


def _number(said: Any) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise ValueError("no number")
    return said


def _retries(said: Any) -> int | None:
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= 10:
        raise ValueError("x-altlas-retry is to be a number of tries after the first, 0 to 10")
    return said
