"""Each member in its turn, as often as its weight says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from attrs import define, field, frozen

from altlas.balancing.member import M, Member
from altlas.balancing.pools import Schedules
from altlas.kinds import Kind


@frozen
class RoundRobin:
    """``balancer = round-robin``; it has no keys of its own."""


@define(eq=False)
class RoundRobinBalancer:
    """Smooth weighted round robin, exactly as nginx does it."""

    _schedules: Schedules = field(factory=Schedules, init=False)
    #: the pool asked for last, and its order
    _pool: Sequence[Member] = field(default=(), init=False)
    _turns: Iterator[int] = field(factory=lambda: iter(()), init=False)

    def choose(self, pool: tuple[M, ...]) -> M:
        """The member whose turn it is."""
        if pool is not self._pool:
            self._turns = self._schedules.turns(pool)
            self._pool = pool
        return pool[next(self._turns)]


def make(_settings: RoundRobin, _random: Random) -> RoundRobinBalancer:
    """A balancer with an order of its own; it needs no chance."""
    return RoundRobinBalancer()


KIND = Kind("round-robin", RoundRobin, make)
