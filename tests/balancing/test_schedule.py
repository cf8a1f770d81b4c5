"""The schedule is nginx's smooth weighted round robin, choice for choice."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.balancing import schedule
from altlas.balancing.schedule import Schedule


def by_the_book(weights: list[int], steps: int) -> list[int]:
    """The algorithm as nginx has it, worked out at every step."""
    worth = [0] * len(weights)
    order = []
    for _ in range(steps):
        worth = [have + weight for have, weight in zip(worth, weights, strict=True)]
        best = worth.index(max(worth))
        worth[best] -= sum(weights)
        order.append(best)
    return order


class ScheduleTests(SynchronousTestCase):
    """What a schedule promises."""

    def test_known_example(self) -> None:
        """Weights 5, 1, 1 give the order of nginx's own example."""
        order = Schedule([5, 1, 1])
        self.assertEqual([order.next() for _ in range(7)], [0, 0, 1, 0, 2, 0, 0])

    @given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(1, 6))
    def test_as_nginx(self, weights: list[int], factor: int) -> None:
        """For any weights the order is nginx's, in the first round and in later ones."""
        steps = 2 * sum(weights) + 3
        order = Schedule([weight * factor for weight in weights])
        self.assertEqual([order.next() for _ in range(steps)], by_the_book(weights, steps))

    @given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
    def test_shares(self, weights: list[int]) -> None:
        """In one round each position comes exactly as often as its weight says."""
        order = Schedule(weights)
        counts = Counter(order.next() for _ in range(sum(weights)))
        for position, weight in enumerate(weights):
            self.assertEqual(counts[position] * sum(weights), weight * counts.total())

    def test_common_divisor(self) -> None:
        """Weights that share a divisor cost no more memory than without it."""
        order = Schedule([60_000, 30_000])
        for _ in range(10):
            order.next()
        self.assertEqual(len(order._known), 3)

    def test_huge_weights(self) -> None:
        """An order too long to be written down is still exact, and takes no memory."""
        weights = [65_535, 65_534, 3]
        order = Schedule(weights)
        steps = 2_000
        self.assertEqual([order.next() for _ in range(steps)], by_the_book(weights, steps))
        self.assertEqual(order._known, [])

    def test_long_order_goes_round(self) -> None:
        """An order that is not written down repeats after one round all the same."""
        self.patch(schedule, "REMEMBERED", 3)
        order = Schedule([3, 2])
        self.assertEqual([order.next() for _ in range(10)], by_the_book([3, 2], 5) * 2)
