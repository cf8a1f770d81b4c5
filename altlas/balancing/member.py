"""What balancers see, and what they are."""

from __future__ import annotations

from typing import Protocol, TypeVar


class Member(Protocol):
    """An instance as a balancer sees it."""

    @property
    def name(self) -> str:
        """Its address, for people."""

    @property
    def weight(self) -> int:
        """Its share of the traffic, against the other members' weights; 1 to 65535."""

    @property
    def active(self) -> int:
        """How many requests it is serving for us just now."""


M = TypeVar("M", bound=Member)


class Balancer(Protocol):
    """Chooses a member for each request. It never waits and never fails."""

    def choose(self, pool: tuple[M, ...]) -> M:
        """One of `pool`, which is never empty.

        The same tuple object is passed as long as members and weights stay what they are,
        so what was worked out for it may be kept.
        """
