"""Picks the instance of a call: a lease now, or a place in the queue.

Leases are given back exactly once, whatever becomes of the call: `Lease.release`
may be called by each of those who might be the last to hold it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from attrs import define, field
from twisted.internet.defer import Deferred, fail, succeed
from twisted.python.failure import Failure

from altlas.backend.call import Call
from altlas.backend.roster import Member, Roster
from altlas.errors import NoneHealthy, QueueFull, QueueTimeout
from altlas.health.ledger import Change
from altlas.settings.tree import QueueSettings
from altlas.timers import Timer, Timers


class Balancer(Protocol):
    """Candidates to one member; the pool is never empty."""

    def choose(self, pool: tuple[Any, ...], /) -> Any: ...


class Lease:
    """The right to use a member until the body ended."""

    __slots__ = ("_picker", "member")

    def __init__(self, member: Member, picker: Picker) -> None:
        self.member = member
        self._picker: Picker | None = picker

    @property
    def held(self) -> bool:
        """Whether it has not been given back yet."""
        return self._picker is not None

    def release(self) -> None:
        """Give it back; every time but the first does nothing."""
        picker, self._picker = self._picker, None
        if picker is not None:
            picker.returned(self.member)


@define(eq=False)
class _Waiter:
    """One who waits for any member to come free."""

    tried: tuple[Member, ...]
    deferred: Deferred[Lease]
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

    def pick(self, tried: Sequence[Member] = ()) -> Deferred[Lease]:
        """A lease of a member, of one that is not in `tried` where there is one.

        Fails with `NoneHealthy`, `QueueFull` or, later, `QueueTimeout`. Cancelling it
        leaves the queue.
        """
        lease = self.at_once(tried)
        if lease is not None:
            return succeed(lease)
        if not self.roster.available:
            return fail(self._none_healthy())
        return self._enqueue(tuple(tried))

    def at_once(self, tried: Sequence[Member] = ()) -> Lease | None:
        """What `pick` would give without waiting, or None; it spares nearly all the Deferred."""
        if self._waiting or not self.roster.available:
            # Nobody passes by the queue, not even while it is being served.
            return None
        return self._take(tried)

    def _take(self, tried: Sequence[Member]) -> Lease | None:
        pool = self.roster.available
        if tried:
            pool = tuple(one for one in pool if one not in tried) or pool
        limit = self.limit
        if limit is not None and any(one.active >= limit for one in pool):
            # Rather one that was tried before than a place in the queue.
            free = tuple(one for one in pool if one.active < limit) or tuple(
                one for one in self.roster.available if one.active < limit
            )
            if not free:
                return None
            pool = free
        member = self._balancer.choose(pool)
        member.active += 1
        self.in_flight += 1
        return Lease(member, self)

    def _enqueue(self, tried: tuple[Member, ...]) -> Deferred[Lease]:
        if len(self._waiting) >= self.queue.size:
            return fail(
                QueueFull(
                    "All instances are busy and the queue is full.",
                    reason=f"{len(self._waiting)} wait already",
                    retry_after=self.queue.timeout,
                )
            )
        timer = self._timers.after(self.queue.timeout, lambda: self._overdue(waiter))
        deferred: Deferred[Lease] = Deferred(lambda _: self._leave(waiter))
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

    def returned(self, member: Member) -> None:
        """A lease of `member` came back (called by the lease)."""
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
                lease = self._take(self._waiting[0].tried)
                if lease is None:
                    return
                waiter = self._waiting.popleft()
                waiter.timer.cancel()
                waiter.deferred.callback(lease)
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


class Layer(Protocol):
    """One layer of the stack."""

    def send(self, call: Call) -> Deferred[Any]: ...


@define(eq=False)
class Picking:
    """Gets a lease before the call goes on, and takes it back if no response came.

    With a response the lease stays with the call until `Call.finish`: an instance is
    in use while its body is under way.
    """

    _picker: Picker
    _timers: Timers
    _following: Layer

    def send(self, call: Call) -> Deferred[Any]:
        """Wait for a lease, then send."""
        lease = self._picker.at_once(call.tried)
        if lease is not None:
            return self._leased(lease, call)
        since = self._timers.seconds()
        waiting = self._picker.pick(call.tried).addBoth(self._waited, call, since)
        return waiting.addCallback(self._leased, call)

    def _waited(self, lease: Any, call: Call, since: float) -> Any:
        call.record.queued += self._timers.seconds() - since
        return lease

    def _leased(self, lease: Lease, call: Call) -> Deferred[Any]:
        call.lease = lease
        return self._following.send(call).addErrback(self._failed, lease)

    def _failed(self, failure: Failure, lease: Lease) -> Failure:
        lease.release()
        return failure
