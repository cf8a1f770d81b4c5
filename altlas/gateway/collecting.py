"""How Python's collector of cyclic garbage runs in a gateway's process."""

from __future__ import annotations

import gc

# Containers made and not freed before the youngest are looked through (Python's own: 700).
YOUNG = 20_000


def collect_rarely() -> None:
    """Leave what was made so far out of every collection, and collect the rest rarely.

    To be called once the gateway is up, and again when most of what it stands on was replaced.
    A gateway's exchanges leave no cycles behind, so that nearly all collections look in vain: the
    frequent ones through the exchanges under way, now and then one through everything that was
    imported and compiled at the start, for tens of milliseconds in which nothing is answered.
    It is the whole process's collector, so whoever owns the process is to decide it.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def spare() -> None:
    """Leave what was made since out of every collection as well; this takes no time.

    For a swap in mid-traffic. Nothing is collected first: that would be the very stall. So the few
    cycles that were garbage just then stay until `collect_rarely`.
    """
    gc.freeze()
