"""Picks the instance of a call: a lease now, or a place in the queue.

A lease is the right to use a member until the body ended. Who has one holds the member and
gives it back, exactly once, whatever becomes of the call: see `Call.finish`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from attrs import define, field
from twisted.internet.defer import Deferred, fail

from altlas.backend.roster import Member, Roster
from altlas.errors import NoneHealthy, QueueFull, QueueTimeout
from altlas.health.ledger import Change
from altlas.settings.tree import QueueSettings
from altlas.timers import Timer, Timers


class Balancer(Protocol):
    """Candidates to one member; the pool is never empty."""

    def choose(self, pool: tuple[Any, ...], /) -> Any: ...


@define(eq=False)
class _Waiter:
    """One who waits for any member to come free."""

    tried: tuple[Member, ...]
    deferred: Deferred[Member]
    timer: Timer


@define(eq=False)
class Picker:
    """Hands out leases: at once while a member has room, else first come first served."""

    roster: Roster
    _balancer: Balancer
    #: requests that a member may have at once; None for any number
    limit: int | None
    queue: QueueSettings
    _timers: Timers
    _waiting: deque[_Waiter] = field(factory=deque, init=False)
    in_flight: int = field(default=0, init=False)
    _serving: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.roster.on_change.append(self._health_changed)

    @property
    def waiting(self) -> int:
        """How many stand in the queue."""
        return len(self._waiting)

    def take(self, tried: Sequence[Member] = ()) -> Member | None:
        """A lease of a member, of one that is not in `tried` where there is one; None if there
        is none just now.
        """
        pool = self.roster.available
        if self._waiting or not pool:
            # Nobody passes by the queue, not even while it is being served.
            return None
        if tried or self.limit is not None:
            pool = self._fitting(pool, tried)
            if not pool:
                return None
        member: Member = self._balancer.choose(pool)
        member.active += 1
        self.in_flight += 1
        return member

    def _fitting(self, pool: tuple[Member, ...], tried: Sequence[Member]) -> tuple[Member, ...]:
        """Those of `pool` that have room, untried ones if there are any."""
        limit, untried = self.limit, pool
        if tried:
            untried = tuple(one for one in pool if one not in tried) or pool
        if limit is None or all(one.active < limit for one in untried):
            return untried  # the same tuple as ever, where it can be: see `Balancer`
        # Rather one that was tried before than a place in the queue.
        return tuple(one for one in untried if one.active < limit) or tuple(
            one for one in pool if one.active < limit
        )

    def wait(self, tried: Sequence[Member] = ()) -> Deferred[Member]:
        """What `take` did not give, as soon as it is there.

        Fails with `NoneHealthy`, `QueueFull` or, later, `QueueTimeout`. Cancelling it
        leaves the queue.
        """
        if not self.roster.available:
            return fail(self._none_healthy())
        return self._enqueue(tuple(tried))

    def _enqueue(self, tried: tuple[Member, ...]) -> Deferred[Member]:
        if len(self._waiting) >= self.queue.size:
            return fail(
                QueueFull(
                    "All instances are busy and the queue is full.",
                    reason=f"{len(self._waiting)} wait already",
                    retry_after=self.queue.timeout,
                )
            )
        timer = self._timers.after(self.queue.timeout, lambda: self._overdue(waiter))
        deferred: Deferred[Member] = Deferred(lambda _: self._leave(waiter))
        waiter = _Waiter(tried, deferred, timer)
        self._waiting.append(waiter)
        return deferred

    def _leave(self, waiter: _Waiter) -> None:
        waiter.timer.cancel()
        if waiter in self._waiting:
            self._waiting.remove(waiter)

    def _overdue(self, waiter: _Waiter) -> None:
        self._leave(waiter)
        waiter.deferred.errback(
            QueueTimeout(
                "No instance came free in time.",
                reason=f"waited {self.queue.timeout:g} s in the queue",
                retry_after=self.queue.timeout,
            )
        )

    def give_back(self, member: Member) -> None:
        """A lease of `member` comes back."""
        member.active -= 1
        self.in_flight -= 1
        if self._waiting:
            self._serve()

    def _serve(self) -> None:
        if self._serving:
            return  # a lease came back within its own giving: the loop below goes on
        self._serving = True
        try:
            while self._waiting and self.roster.available:
                pool = self._fitting(self.roster.available, self._waiting[0].tried)
                if not pool:
                    return
                member = self._balancer.choose(pool)
                member.active += 1
                self.in_flight += 1
                waiter = self._waiting.popleft()
                waiter.timer.cancel()
                waiter.deferred.callback(member)
        finally:
            self._serving = False

    def _health_changed(self, member: Member, change: Change) -> None:
        if self.roster.available:
            self._serve()
            return
        while self._waiting:
            waiter = self._waiting.popleft()
            waiter.timer.cancel()
            waiter.deferred.errback(self._none_healthy())

    def _none_healthy(self) -> NoneHealthy:
        return NoneHealthy(
            f"No instance of the service is healthy ({self.roster.reasons()}).",
            reason=self.roster.why_none(),
            retry_after=self.roster.recheck,
        )
