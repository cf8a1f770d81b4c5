"""The member with the least to do is chosen."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.balancing.least_requests import KIND, LeastRequests
from altlas.balancing.member import Balancer
from tests.balancing.members import Instance, alike, chosen, pool, served


def balancer(full_scan: int = 10) -> Balancer:
    """A new one, with known chances."""
    made: Balancer = KIND.make(LeastRequests(full_scan=full_scan), Random(1))
    return made


class SmallPoolTests(SynchronousTestCase):
    """What is promised while all members are compared."""

    @given(
        st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=10),
        st.integers(0, 12),
    )
    def test_least(self, seen: list[tuple[int, int]], before: int) -> None:
        """No member would carry less for its weight than the chosen one, if any is busy."""
        members = tuple(Instance("m", weight, active) for weight, active in seen)
        choosing = balancer()
        for _ in range(before):
            choosing.choose(members)
        member = choosing.choose(members)
        loads = [(each.active + 1) / each.weight for each in members]
        if any(each.active for each in members):
            self.assertEqual((member.active + 1) / member.weight, min(loads))

    def test_idle_members_take_turns(self) -> None:
        """Idle members of equal weight come one after the other."""
        self.assertEqual(chosen(balancer(), pool(1, 1, 1), 6), "abcabc")

    def test_idle_members_take_turns_by_weight(self) -> None:
        """While nothing is in flight, light members get their part too."""
        counts = Counter(chosen(balancer(), pool(2, 1), 30))
        self.assertEqual(counts, {"a": 20, "b": 10})

    def test_equally_busy_members_take_turns(self) -> None:
        """Of members that are equally loaded it is not always the first."""
        members = alike(4)
        for member in members:
            member.active = 3
        self.assertEqual(Counter(chosen(balancer(), members, 8)), dict.fromkeys("0123", 2))

    def test_avoids_the_slow_one(self) -> None:
        """A member that does not get done with its requests gets no more than the others."""
        members = alike(3)
        members[0].active = 5
        counts = served(balancer(), members, 100, at_once=4)
        self.assertEqual(counts["0"], 0)


class LargePoolTests(SynchronousTestCase):
    """What is promised while two members of many are compared."""

    def test_never_the_busiest(self) -> None:
        """The one busiest member of all is never chosen: the other of any two is better."""
        members = alike(30)
        members[7].active = 1
        self.assertNotIn(members[7].name, [balancer().choose(members).name for _ in range(300)])

    def test_two_different(self) -> None:
        """It is always two different members that are compared."""
        members = alike(2)
        members[1].active = 1
        choosing = balancer(full_scan=0)
        self.assertEqual(chosen(choosing, members, 200), "0" * 200)

    def test_keeps_loads_close(self) -> None:
        """Requests that never end spread so that no member has much more than its part."""
        members = alike(50)
        choosing = balancer()
        for _ in range(50 * 20):
            choosing.choose(members).active += 1
        self.assertLess(max(member.active for member in members), 20 + 5)

    def test_limit_is_a_setting(self) -> None:
        """``full-scan`` moves the limit between comparing all and comparing two."""
        members = alike(30)
        for member in members[1:]:
            member.active = 1
        self.assertEqual(set(chosen(balancer(full_scan=30), members, 50)), {"0"})
