"""The schedules of the pools seen last.

A pool changes with every instance that leaves or returns, and a retry asks without
the instance that failed. If each change began a new order, the first member would get
more than its share; so the orders of the last few pools go on where they stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import define, field

from altlas.balancing.member import Member
from altlas.balancing.schedule import Schedule

#: pools whose order is remembered
REMEMBERED = 16

_Key = tuple[tuple[int, int], ...]


@define(eq=False)
class Schedules:
    """Finds the order of a pool. It is a look at every member: who is asked with one pool
    again and again keeps what he got for it.
    """

    # A pool is kept beside its schedule, so that the ids in its key stay its members'.
    _seen: dict[_Key, tuple[Sequence[Member], Schedule]] = field(factory=dict)

    def turns(self, pool: Sequence[Member]) -> Iterator[int]:
        """The positions in `pool`, endlessly, from the one whose turn it is."""
        key = tuple((id(member), member.weight) for member in pool)
        entry = self._seen.pop(key, None) or (
            pool,
            Schedule([member.weight for member in pool]),
        )
        self._seen[key] = entry  # last in order: the first is the one unused for longest
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return entry[1].turns
