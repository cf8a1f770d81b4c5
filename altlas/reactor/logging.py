"""The context that Twisted's log gives to what a protocol logs."""

from __future__ import annotations

from typing import Any

from twisted.python import context
from twisted.python.log import ILogContext


def log_contexts() -> list[dict[Any, Any]]:
    """This thread's stack of log contexts, the innermost last."""
    stack: list[dict[Any, Any]] = context.theContextTracker.currentContext().contexts
    return stack


class LogContext(dict[Any, Any]):
    """Marks everything logged with `system`.

    It is empty until somebody logs, or asks otherwise: most connections never do, and the
    dictionaries would be the best part of half a KiB for each.
    """

    __slots__ = ("_system",)

    def __init__(self, system: str) -> None:
        self._system = system

    def __missing__(self, key: Any) -> Any:
        """What was asked for, now that it must be known; `KeyError` when it is not in there."""
        if self:
            raise KeyError(key)
        self._fill()
        return self[key]

    def copy(self) -> dict[Any, Any]:
        """A dictionary to go on with (`twisted.python.context` takes one for each call)."""
        if not self:
            self._fill()
        return dict(self)

    def _fill(self) -> None:
        # The outermost, which was there before any connection.
        outer = log_contexts()[0]
        self.update(outer)
        self[ILogContext] = {**outer[ILogContext], "system": self._system}
