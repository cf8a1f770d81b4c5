"""The instances of a backend, and which of them may be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import define, field

from altlas.health.ledger import Change, Ledger
from altlas.settings.tree import Instance


@define(eq=False)
class Member:
    """An instance with all that is known of it: health, load, counts.

    One object serves balancer, probe, admin and metrics, so that they cannot disagree.
    """

    instance: Instance
    ledger: Ledger
    #: requests under way
    active: int = 0
    #: tries made, and those that were failures
    requests: int = 0
    failures: int = 0
    weight: int = field(init=False)
    name: str = field(init=False)
    origin: bytes = field(init=False)
    #: what a Host field for it says
    host: bytes = field(init=False)
    #: seconds that the last probe took
    probe_took: float = 0.0

    def __attrs_post_init__(self) -> None:
        self.weight = self.instance.weight
        self.name = self.instance.address
        self.origin = self.instance.origin
        self.host = self.name.encode("ascii")


@define(eq=False)
class Roster:
    """All members of a backend.

    `available` is the same tuple until a member leaves or returns: balancers may keep
    what they worked out for it. `on_change` is called after it changed.
    """

    members: tuple[Member, ...]
    on_change: list[Callable[[Member, Change], object]] = field(factory=list)
    available: tuple[Member, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._settle()

    @classmethod
    def of(cls, instances: Iterable[Instance], fall: int, rise: int, now: float) -> Roster:
        """A roster whose members are taken as healthy until a probe says otherwise."""
        return cls(tuple(Member(one, Ledger(fall, rise, now)) for one in instances))

    def report(self, member: Member, ok: bool, reason: str, now: float) -> None:
        """A probe's result: the member may leave the pool, or come back."""
        change = member.ledger.report(ok, reason, now)
        if change is not None:
            self._settle()
            for listener in self.on_change:
                listener(member, change)

    def _settle(self) -> None:
        self.available = tuple(one for one in self.members if one.ledger.healthy)

    def why_none(self) -> str:
        """Why each member is out, in one line."""
        return "; ".join(f"{one.name}: {one.ledger.reason}" for one in self.members)
