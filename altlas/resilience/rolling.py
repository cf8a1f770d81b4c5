"""How often something happened in the last seconds, in a fixed number of buckets."""

from __future__ import annotations

from attrs import define, field


@define(eq=False)
class Rolling:
    """A count over the last `window` seconds, kept in `buckets` slices of equal width.

    What leaves the count leaves it a slice at a time, so that it covers between
    ``window - window / buckets`` and `window` seconds. Adding costs the same however much
    was counted. A clock that goes back counts into the newest slice.
    """

    _window: float
    _size: int = field(alias="buckets")
    #: when counting began, on the clock whose `now` is passed in
    _end: float = field(alias="started")
    _width: float = field(init=False)
    _slices: list[int] = field(init=False)
    _newest: int = field(default=0, init=False)
    _total: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._width = self._window / self._size
        self._slices = [0] * self._size
        self._end += self._width

    def add(self, now: float) -> None:
        """Count one, at `now` seconds."""
        if now >= self._end:
            self._advance(now)
        self._slices[self._newest] += 1
        self._total += 1

    def total(self, now: float) -> int:
        """How many were counted in the window that ends at `now`."""
        if now >= self._end:
            self._advance(now)
        return self._total

    def _advance(self, now: float) -> None:
        steps = int((now - self._end) / self._width) + 1
        self._end += steps * self._width
        if steps >= self._size:
            self._slices = [0] * self._size
            self._total = 0
            return
        for _ in range(steps):
            self._newest = (self._newest + 1) % self._size
            self._total -= self._slices[self._newest]
            self._slices[self._newest] = 0
