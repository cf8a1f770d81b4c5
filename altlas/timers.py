"""One cheap timer facility for everything that must not wait for ever.

A proxied request sets and cancels several deadlines, nearly always the same few
lengths. A ``callLater`` each costs a heap entry that stays after its cancelling;
here each *length* has one queue in order of time, so that setting and cancelling
are one dictionary operation each, and the reactor sees one ``callLater`` a length.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from attrs import define, field
from twisted.logger import Logger

log = Logger()

#: how many expire in one turn: a flood of connections ends as it began, all at once
MOST = 50


class Clock(Protocol):
    """What is wanted of a reactor (or of `twisted.internet.task.Clock`)."""

    def seconds(self) -> float: ...

    def callLater(self, delay: float, callable: Callable[..., Any], /, *args: Any) -> Any: ...


class Timed(Protocol):
    """What waits in a queue: anything that can be hashed and may be late.

    The queue sets `due`, and calls `expired` once unless it is dropped before.
    """

    due: float

    def expired(self) -> object: ...


class Timer:
    """A call to come. `cancel` may be called at any time, any number of times."""

    __slots__ = ("_call", "_queue", "due")

    def __init__(self, due: float, call: Callable[[], object], queue: TimerQueue) -> None:
        self.due = due
        self._call = call
        self._queue = queue

    @property
    def active(self) -> bool:
        """Whether the call is still to come."""
        return self in self._queue.waiting

    def cancel(self) -> None:
        """Forget the call; nothing happens when it was made or forgotten already."""
        self._queue.waiting.pop(self, None)

    def restart(self) -> None:
        """Count the whole length again from now, whether or not it had run out."""
        self._queue.waiting.pop(self, None)
        queue = self._queue = self._queue.current()
        queue.add(self, queue.clock.seconds())

    def expired(self) -> None:
        """Make the call (by its queue, when it is due)."""
        self._call()


@define(eq=False)
class TimerQueue:
    """All that is due in one length of time, soonest first, since time only goes forward.

    It is among its `siblings` only while it has a call with the clock, or is held by somebody,
    so that a length used once leaves nothing behind. Who often waits for the same length holds
    its queue (`Timers.queue`) and stands in it himself: that spares an object each time.
    """

    clock: Clock
    length: float
    siblings: dict[float, TimerQueue]
    held: bool = False
    waiting: dict[Timed, None] = field(factory=dict)
    _wake: Any = None

    def current(self) -> TimerQueue:
        """The queue of this length that is in use: this one, unless another took its place."""
        return self.siblings.setdefault(self.length, self)

    def add(self, timed: Timed, now: float) -> None:
        """Have `timed` expire `length` seconds from `now` (the clock's). It must not wait here
        already.
        """
        timed.due = now + self.length
        self.waiting[timed] = None
        if self._wake is None:
            self._wake = self.clock.callLater(self.length, self._run)

    def drop(self, timed: Timed) -> None:
        """Forget `timed`; nothing happens where it does not wait."""
        self.waiting.pop(timed, None)

    def _run(self) -> None:
        self._wake = None
        now = self.clock.seconds()
        # Those due are taken out first: a call may set or cancel others.
        due: list[Timed] = []
        for timed in self.waiting:
            if timed.due > now or len(due) == MOST:
                # The rest of a crowd in the next turn: everyone else has one in between.
                self._wake = self.clock.callLater(max(0.0, timed.due - now), self._run)
                break
            due.append(timed)
        for timed in due:
            # One before it may have cancelled it, or set it anew for later.
            if timed in self.waiting and timed.due <= now:
                del self.waiting[timed]
                self._expire(timed)
        # Not so if a call closed all timers, or closed them and began anew.
        if self._wake is None and not self.held and self.siblings.get(self.length) is self:
            del self.siblings[self.length]

    def _expire(self, timed: Timed) -> None:
        try:
            timed.expired()
        except Exception:
            log.failure("A timer's call failed")

    def close(self) -> None:
        """Forget all that wait, and leave nothing with the clock."""
        self.waiting.clear()
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None


@define(eq=False)
class Timers:
    """Sets timers on a clock. Lengths are seconds; few different ones are the cheapest."""

    clock: Clock
    _queues: dict[float, TimerQueue] = field(factory=dict, init=False)

    def seconds(self) -> float:
        """The clock's time now, in seconds from no particular moment."""
        return self.clock.seconds()

    def after(self, length: float, call: Callable[[], object]) -> Timer:
        """Call `call` once, `length` seconds from now, unless cancelled before."""
        queue = self._queue_of(length)
        now = self.clock.seconds()
        timer = Timer(now, call, queue)
        queue.add(timer, now)
        return timer

    def queue(self, length: float) -> TimerQueue:
        """The queue of that length, for who will use it for as long as these timers live."""
        queue = self._queue_of(length)
        queue.held = True
        return queue

    def _queue_of(self, length: float) -> TimerQueue:
        queue = self._queues.get(length)
        if queue is None:
            queue = self._queues[length] = TimerQueue(self.clock, length, self._queues)
        return queue

    def close(self) -> None:
        """Forget every timer and leave nothing with the clock."""
        for queue in [*self._queues.values()]:
            queue.close()
            if not queue.held:
                del self._queues[queue.length]
