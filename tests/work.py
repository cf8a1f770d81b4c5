"""Work that is counted, where a clock would judge the machine and not the code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define


@define(eq=False)
class Work:
    """How many calls were made, of functions in Python and in C."""

    calls: int = 0


@contextmanager
def counted() -> Iterator[Work]:
    """Count the calls that are made meanwhile."""
    work = Work()

    def seen(frame: Any, event: str, argument: Any) -> None:
        if event in ("call", "c_call"):
            work.calls += 1

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        yield work
    finally:
        sys.setprofile(before)
