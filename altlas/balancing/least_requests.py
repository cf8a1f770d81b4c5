"""The member with the least to do, for its weight.

Small pools are looked through whole: of two members, the better of two random choices
is the busier one a quarter of the time. In large pools two random choices are nearly as
good as looking at all (Mitzenmacher, "The Power of Two Choices", 2001), and cost the
same however large the pool is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from attrs import define, field, frozen

from altlas.balancing.member import M, Member
from altlas.balancing.pools import Schedules
from altlas.kinds import Kind
from altlas.settings.keys import key
from altlas.settings.units import between


@frozen
class LeastRequests:
    """``balancer = least-requests``."""

    full_scan: int = key(
        between(0),
        default="10",
        help="up to so many healthy instances are all compared; of more, two at random",
    )


def _load(member: Member) -> float:
    """The load that `member` would have with one request more."""
    return (member.active + 1) / member.weight


@define(eq=False)
class LeastRequestsBalancer:
    """Least ``(active + 1) / weight``.

    Members that are equally loaded take turns; while none has anything to do they take
    turns by weight, or else the lighter ones would get no part of light traffic.
    """

    _full_scan: int
    _random: Random
    _schedules: Schedules = field(factory=Schedules, init=False)
    #: the pool asked for last, and its order
    _pool: Sequence[Member] = field(default=(), init=False)
    _turns: Iterator[int] = field(factory=lambda: iter(()), init=False)

    def choose(self, pool: tuple[M, ...]) -> M:
        """The least loaded member of all, or of two in a large pool."""
        if len(pool) > self._full_scan:
            return self._better_of_two(pool)
        if pool is not self._pool:
            self._turns = self._schedules.turns(pool)
            self._pool = pool
        return self._least(pool, next(self._turns))

    def _least(self, pool: tuple[M, ...], turn: int) -> M:
        chosen = pool[turn]
        active = chosen.active
        least = (active + 1) / chosen.weight
        # Beginning after the one whose turn it is, and asking for *less*, lets ties go round.
        for member in pool[turn + 1 :] + pool[:turn]:
            active += member.active
            load = (member.active + 1) / member.weight
            if load < least:
                least = load
                chosen = member
        return chosen if active else pool[turn]

    def _better_of_two(self, pool: tuple[M, ...]) -> M:
        chance = self._random.random
        one = int(chance() * len(pool))
        other = int(chance() * (len(pool) - 1))
        first, second = pool[one], pool[other + (other >= one)]
        return second if _load(second) < _load(first) else first


def make(settings: LeastRequests, random: Random) -> LeastRequestsBalancer:
    """A balancer that takes its chances from `random`."""
    return LeastRequestsBalancer(settings.full_scan, random)


KIND = Kind("least-requests", LeastRequests, make)
