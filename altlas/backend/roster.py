"""The instances of a backend, and which of them may be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import define, field

from altlas.health.ledger import Change, Ledger
from altlas.settings.tree import Instance, ProbeSettings


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
    #: seconds since the epoch
    _wall_clock: Callable[[], float]
    #: whether there are probes, which alone bring a member back
    probed: bool = True
    #: seconds after which it is worth to look again when all are out
    recheck: float = 1.0
    on_change: list[Callable[[Member, Change], object]] = field(factory=list)
    available: tuple[Member, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._settle()

    @classmethod
    def of(
        cls,
        instances: Iterable[Instance],
        probe: ProbeSettings,
        wall_clock: Callable[[], float],
    ) -> Roster:
        """A roster whose members are taken as healthy until a probe says otherwise."""
        now = wall_clock()
        members = tuple(Member(one, Ledger(probe.fall, probe.rise, now)) for one in instances)
        return cls(members, wall_clock, probe.enabled, probe.interval)

    def unreachable(self, member: Member, reason: str) -> None:
        """A request found no connection to `member`: as much as a failed probe, but earlier.

        Between two probes a dead instance would cost a retry for every request in its turn,
        more than the budget has. It is never the last one that leaves for this.
        """
        if self.probed and member.ledger.healthy and len(self.available) > 1:
            self._report(member, False, f"a request found: {_words(member, reason)}", False)

    def report(self, member: Member, ok: bool, reason: str) -> None:
        """A probe's result: the member may leave the pool, or come back."""
        self._report(member, ok, _words(member, reason), True)

    def _report(self, member: Member, ok: bool, reason: str, probe: bool) -> None:
        change = member.ledger.report(ok, reason, self._wall_clock(), probe)
        if change is not None:
            if change.leaves or change.returns:  # to be proven changes nothing for balancers
                self._settle()
            for listener in self.on_change:
                listener(member, change)

    def _settle(self) -> None:
        self.available = tuple(one for one in self.members if one.ledger.healthy)

    def why_none(self) -> str:
        """Why each member is out, in one line."""
        return "; ".join(f"{one.name}: {one.ledger.reason}" for one in self.members)

    def reasons(self) -> str:
        """The same for a client: each reason once, and no addresses."""
        told = (one.ledger.reason.replace(one.name, "it") for one in self.members)
        return "; ".join(dict.fromkeys(reason.rstrip(".") for reason in told))


def _words(member: Member, reason: str) -> str:
    """The reason without the member's name before it: whoever tells it says that already."""
    return reason.removeprefix(f"{member.name}: ")
