"""How often something happened in the last seconds, in a fixed number of buckets."""

from __future__ import annotations

from collections import deque

from attrs import define, field


@define(eq=False)
class Rolling:
    """A count over the last `window` seconds, kept in `buckets` slices of equal width.

    What leaves the count leaves it a slice at a time, so that it covers between
    ``window - window / buckets`` and `window` seconds. Adding costs the same however much
    was counted. A clock that goes back counts into the newest slice.

    All is in one number that only grows: what the window holds is how much it grew since the
    oldest slice began. Who counts at every request may do so himself and spare the call:
    ``if now >= rolling.end: rolling.advance(now)``, then ``rolling.count += 1``.
    """

    _window: float
    _size: int = field(alias="buckets")
    #: when the newest slice ends (to begin with: when counting began), on the clock whose
    #: `now` is passed in
    end: float = field(alias="started")
    #: everything that was ever counted
    count: int = field(default=0, init=False)
    _width: float = field(init=False)
    #: what `count` was when each slice began, the oldest first
    _marks: deque[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._width = self._window / self._size
        self._marks = deque([0] * self._size, self._size)
        self.end += self._width

    def add(self, now: float) -> None:
        """Count one, at `now` seconds."""
        if now >= self.end:
            self.advance(now)
        self.count += 1

    def total(self, now: float) -> int:
        """How many were counted in the window that ends at `now`."""
        if now >= self.end:
            self.advance(now)
        return self.count - self._marks[0]

    def advance(self, now: float) -> None:
        """Begin the slice of `now`, which is past `end`."""
        steps = int((now - self.end) / self._width) + 1
        self.end += steps * self._width
        self._marks.extend([self.count] * min(steps, self._size))
