"""Descriptors of the process: so many for clients that enough is left for all else.

uvloop and Twisted both shed load where there are none left: they accept connections to close
them at once. So accepting pauses before that, and goes on when descriptors came free.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable

from attrs import define, field

from altlas.edge.capacity import Capacity
from altlas.timers import Timers

#: the share of all descriptors that is kept for instances, logs, probes and the admin interface,
RESERVED = 1 / 4
#: but no more than so many
MOST_RESERVED = 4096
#: descriptors that are never used for clients, whoever uses the others
LAST = 64
#: more than any gateway needs
_ENOUGH = 1 << 20
#: connections that come between two looks at how many descriptors are in use
_LOOK_AT = 8
#: seconds between looks while none are accepted
_WAIT = 0.1


def allowed() -> int:
    """How many descriptors the process may have."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _ENOUGH if soft == resource.RLIM_INFINITY else soft


def raise_allowed() -> None:
    """Have as many descriptors as the system lets us, which is more than it gives unasked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def lowest_free() -> int:
    """The number of the lowest descriptor that is free: so many are in use at least."""
    try:
        free = os.dup(2)
    except OSError:
        return allowed()
    os.close(free)
    return free


@define(eq=False)
class Headroom:
    """Holds the gates of all listeners while descriptors are short."""

    _timers: Timers
    _allowed: int = field(factory=allowed)
    _lowest_free: Callable[[], int] = lowest_free
    #: connections of clients
    taken: int = field(default=0, init=False)
    #: how many there may be
    most: int = field(init=False)
    _last: int = field(init=False)
    _places: list[Capacity] = field(factory=list, init=False)
    #: how many came since the last look
    _since: int = field(default=0, init=False)
    _short: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.most = self._allowed - min(int(self._allowed * RESERVED), MOST_RESERVED)
        self._last = self._allowed - min(LAST, self._allowed // 8)

    def serve(self, place: Capacity) -> None:
        """Count the connections of a listener as well."""
        place.headroom = self
        self._places.append(place)

    def came(self) -> None:
        """One more."""
        self.taken += 1
        if not self._short and (
            self.taken >= self.most or (self._is_time() and self._lowest_free() >= self._last)
        ):
            self._hold()

    def _is_time(self) -> bool:
        # Counted by who came: how many there are may go to and fro around one number.
        self._since += 1
        if self._since < _LOOK_AT:
            return False
        self._since = 0
        return True

    def went(self) -> None:
        """One less."""
        self.taken -= 1

    def _hold(self) -> None:
        self._short = True
        words = f"of {self._allowed} descriptors too few are left, {self.taken} are clients'"
        for place in self._places:
            place.gate.hold("descriptors", words)
            place.relieve()
        self._timers.after(_WAIT, self._look)

    def _look(self) -> None:
        # No sooner: a connection that is gone for us is closed by the loop in its next turn.
        if self.taken >= self.most or self._lowest_free() >= self._last:
            for place in self._places:
                place.relieve()
            self._timers.after(_WAIT, self._look)
            return
        self._short = False
        for place in self._places:
            place.gate.release("descriptors")
