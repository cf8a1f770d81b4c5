"""Round robin gives each its turn."""

from __future__ import annotations

from random import Random

from twisted.trial.unittest import SynchronousTestCase

from altlas.balancing.member import Balancer
from altlas.balancing.round_robin import KIND, RoundRobin
from tests.balancing.members import chosen, pool


class RoundRobinTests(SynchronousTestCase):
    """What round robin promises."""

    def setUp(self) -> None:
        self.balancer: Balancer = KIND.make(RoundRobin(), Random(1))

    def test_in_turn(self) -> None:
        """Members of equal weight come one after the other."""
        self.assertEqual(chosen(self.balancer, pool(1, 1, 1), 7), "abcabca")

    def test_smooth(self) -> None:
        """A heavy member comes more often, but in as short runs as can be."""
        self.assertEqual(chosen(self.balancer, pool(5, 1, 1), 14), "aabacaa" * 2)

    def test_load_does_not_matter(self) -> None:
        """A busy member keeps its turn."""
        members = pool(1, 1)
        members[0].active = 1000
        self.assertEqual(chosen(self.balancer, members, 4), "abab")

    def test_retry_does_not_disturb(self) -> None:
        """A choice without the failed member takes nobody's turn among the whole."""
        members = pool(1, 1, 1)
        names = []
        for _ in range(6):
            failed = self.balancer.choose(members)
            self.balancer.choose(tuple(other for other in members if other is not failed))
            names.append(failed.name)
        self.assertEqual("".join(names), "abcabc")
