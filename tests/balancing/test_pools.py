"""Pools come and go; the order in each goes on where it stood."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.balancing.pools import REMEMBERED, Schedules
from tests.balancing.members import Instance, alike, pool


class SchedulesTests(SynchronousTestCase):
    """What the memory of schedules promises."""

    def test_goes_on(self) -> None:
        """Another pool in between does not set the order back."""
        whole = pool(1, 1, 1)
        part = whole[1:]
        schedules = Schedules()
        turns = [
            next(schedules.turns(whole)),
            next(schedules.turns(part)),
            next(schedules.turns(whole)),
        ]
        self.assertEqual(turns, [0, 0, 1])

    def test_equal_pools(self) -> None:
        """Two tuples of the same members are the same pool."""
        a, b = pool(1, 1)
        schedules = Schedules()
        turns = [next(schedules.turns((a, b))) for _ in range(4)]
        self.assertEqual(turns, [0, 1, 0, 1])

    def test_other_weights(self) -> None:
        """The same members with other weights are another pool."""
        a, b = pool(1, 1)
        schedules = Schedules()
        next(schedules.turns((a, b)))
        a.weight = 3
        turns = [next(schedules.turns(members)) for members in [(a, b)] * 4]
        self.assertEqual(turns.count(0), 3)

    def test_members_equal_by_value(self) -> None:
        """Members are told apart by what they are, not by what they look like."""
        twins = (Instance("a"), Instance("a"))
        others = (Instance("a"), Instance("a"))
        schedules = Schedules()
        self.assertEqual([next(schedules.turns(twins)), next(schedules.turns(others))], [0, 0])

    def test_bounded(self) -> None:
        """Only the pools asked for last are remembered."""
        schedules = Schedules()
        kept = alike(3)
        for _ in range(REMEMBERED * 3):
            next(schedules.turns(alike(2)))
            next(schedules.turns(kept))
        self.assertEqual(len(schedules._seen), REMEMBERED)
        self.assertEqual(next(schedules.turns(kept)), REMEMBERED * 3 % 3)
