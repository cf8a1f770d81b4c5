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


class Clock(Protocol):
    """What is wanted of a reactor (or of `twisted.internet.task.Clock`)."""

    def seconds(self) -> float: ...

    def callLater(self, delay: float, callable: Callable[..., Any], /, *args: Any) -> Any: ...


class Timer:
    """A call to come. `cancel` may be called at any time, any number of times."""

    __slots__ = ("_call", "_queue", "due")

    def __init__(self, due: float, call: Callable[[], object], queue: _Queue) -> None:
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
        self.due = queue.clock.seconds() + queue.length
        queue.add(self)

    def fire(self) -> None:
        """Make the call (by its queue, when it is due); its error is logged, not raised."""
        try:
            self._call()
        except Exception:
            log.failure("A timer's call failed")


@define(eq=False)
class _Queue:
    """All timers of one length, soonest first, since time only goes forward.

    It is among its `siblings` only while it has a call with the clock, so that a length
    used once leaves nothing behind.
    """

    clock: Clock
    length: float
    siblings: dict[float, _Queue]
    waiting: dict[Timer, None] = field(factory=dict)
    _wake: Any = None

    def current(self) -> _Queue:
        """The queue of this length that is in use: this one, unless another took its place."""
        return self.siblings.setdefault(self.length, self)

    def add(self, timer: Timer) -> None:
        self.waiting[timer] = None
        if self._wake is None:
            self._wake = self.clock.callLater(self.length, self._run)

    def _run(self) -> None:
        self._wake = None
        now = self.clock.seconds()
        # Those due are taken out first: a call may set or cancel others.
        due = []
        for timer in self.waiting:
            if timer.due > now:
                self._wake = self.clock.callLater(timer.due - now, self._run)
                break
            due.append(timer)
        for timer in due:
            # One before it may have cancelled it, or set it anew for later.
            if timer in self.waiting and timer.due <= now:
                del self.waiting[timer]
                timer.fire()
        # Not so if a call closed all timers, or closed them and began anew.
        if self._wake is None and self.siblings.get(self.length) is self:
            del self.siblings[self.length]

    def close(self) -> None:
        self.waiting.clear()
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None


@define(eq=False)
class Timers:
    """Sets timers on a clock. Lengths are seconds; few different ones are the cheapest."""

    clock: Clock
    _queues: dict[float, _Queue] = field(factory=dict, init=False)

    def seconds(self) -> float:
        """The clock's time now, in seconds from no particular moment."""
        return self.clock.seconds()

    def after(self, length: float, call: Callable[[], object]) -> Timer:
        """Call `call` once, `length` seconds from now, unless cancelled before."""
        queue = self._queues.get(length)
        if queue is None:
            queue = self._queues[length] = _Queue(self.clock, length, self._queues)
        timer = Timer(self.clock.seconds() + length, call, queue)
        queue.add(timer)
        return timer

    def close(self) -> None:
        """Forget every timer and leave nothing with the clock."""
        for queue in self._queues.values():
            queue.close()
        self._queues.clear()
