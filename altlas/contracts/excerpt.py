"""The part of a long value in which faults are looked for.

Whether a value is valid is known at once, but the validator finds all faults before it tells the
first, at 25 us each: a body of a megabyte may well have 300,000 of them, and nobody reads more than
a few.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from altlas.contracts.faults import Fault
from altlas.contracts.flaws import pointer_to

#: members of objects and items of arrays that are taken
MOST = 300
#: the same where each is asked about by many schemas
FEW = 40


@frozen
class Excerpt:
    """The first members of a value, from the top down. `cut` are pointers to what is not whole."""

    value: Any
    cut: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, value: Any, most: int = MOST) -> Excerpt:
        """As much of `value` as has `most` members; all of it if it has no more."""
        whole = [value]
        taken: list[Any] = []
        cut: set[str] = set()
        waiting: deque[tuple[Any, Any, tuple[str | int, ...]]] = deque([(whole, taken, ())])
        left = most + 1
        while waiting:
            node, copy, way = waiting.popleft()
            for key, member in node.items() if isinstance(node, dict) else enumerate(node):
                if not left:
                    cut.add(pointer_to(way[1:]))
                    break
                left -= 1
                inner = type(member)() if isinstance(member, dict | list) else member
                copy.append(inner) if isinstance(copy, list) else copy.update({key: inner})
                if isinstance(member, dict | list):
                    waiting.append((member, inner, (*way, key)))
        return cls(taken[0], frozenset(cut)) if cut else cls(value)

    def own(self, faults: Iterable[Fault]) -> Iterable[Fault]:
        """The faults but for those that are there only since something was cut."""
        return (fault for fault in faults if not (self.cut and self._is_made(fault.pointer)))

    def _is_made(self, pointer: str) -> bool:
        above, _, name = pointer.rpartition("/")
        # What is wrong with an item is so however many others there are.
        return pointer in self.cut or (above in self.cut and not name.isdecimal())
