"""What every balancer promises, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import attrs
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

import altlas.balancing
from altlas.balancing.member import Balancer
from altlas.kinds import discover
from tests.balancing.members import alike, pool, served, total

KINDS = discover(altlas.balancing).kinds("balancer")


def balancers() -> Iterator[Balancer]:
    """A new one of each kind, with its default settings."""
    for kind in KINDS:
        yield kind.make(kind.settings(), Random(1))


class BalancerPromises(SynchronousTestCase):
    """Held against all kinds in the catalog."""

    def test_there_are_some(self) -> None:
        """The catalog knows the two kinds that the gateway ships with."""
        self.assertLessEqual({"round-robin", "least-requests"}, {kind.name for kind in KINDS})

    def test_settings_are_frozen(self) -> None:
        """Settings are values: made without arguments, equal, unchangeable."""
        for kind in KINDS:
            settings = kind.settings()
            self.assertEqual(settings, kind.settings())
            self.assertTrue(attrs.has(kind.settings))
            self.assertRaises(attrs.exceptions.FrozenInstanceError, setattr, settings, "x", 1)

    @given(
        st.lists(st.integers(1, 65_535), min_size=1, max_size=15),
        st.lists(st.integers(0, 5), min_size=1, max_size=15),
    )
    def test_only_members(self, weights: list[int], loads: list[int]) -> None:
        """What is chosen is always a member of the pool, whatever weights and loads are."""
        members = pool(*weights)
        for member, load in zip(members, loads, strict=False):
            member.active = load
        for balancer in balancers():
            for _ in range(10):
                chosen = balancer.choose(members)
                self.assertTrue(any(chosen is member for member in members))

    def test_one_member(self) -> None:
        """A pool of one has its one chosen, however heavy, light or busy it is."""
        for balancer in balancers():
            for weight in (1, 7, 65_535):
                (member,) = members = pool(weight)
                member.active = weight
                self.assertIs(balancer.choose(members), member)

    @given(st.integers(1, 40), st.integers(1, 20))
    def test_all_are_reached(self, size: int, at_once: int) -> None:
        """Every member of equal weight gets requests, at any concurrency."""
        for balancer in balancers():
            counts = served(balancer, alike(size), size * 20, at_once)
            self.assertEqual(len(counts), size)

    @given(st.lists(st.integers(1, 5), min_size=2, max_size=8), st.integers(0, 3))
    def test_weights(self, weights: list[int], rounds: int) -> None:
        """Shares follow the weights within a quarter, or two requests, under steady load."""
        members = pool(*weights)
        whole = total(members)
        requests = whole * 20
        for balancer in balancers():
            counts = served(balancer, members, requests, at_once=max(1, whole * rounds))
            for member in members:
                fair = requests * member.weight / whole
                self.assertAlmostEqual(counts[member.name], fair, delta=max(2, fair / 4))

    def test_deep_weights(self) -> None:
        """The largest weights there are work at once, without a pause to prepare them."""
        members = pool(65_535, 65_534, 1)
        for balancer in balancers():
            counts = served(balancer, members, 1000, at_once=1)
            self.assertGreater(counts["a"], 400)
            self.assertGreater(counts["b"], 400)

    @given(st.lists(st.integers(0, 2**12 - 1).filter(bool), min_size=1, max_size=30))
    def test_pools_come_and_go(self, masks: list[int]) -> None:
        """Members may leave and return between any two choices."""
        members = alike(12)
        for balancer in balancers():
            for mask in masks:
                present = tuple(each for n, each in enumerate(members) if mask >> n & 1)
                self.assertIn(balancer.choose(present), present)

    def test_returned_member_is_chosen_again(self) -> None:
        """A member that was away gets requests again, and so does a new one."""
        members = alike(4)
        for balancer in balancers():
            served(balancer, members, 20, at_once=1)
            without = served(balancer, members[:3], 20, at_once=1)
            self.assertNotIn("3", without)
            again = served(balancer, members[:3] + members[3:], 20, at_once=1)
            self.assertEqual(len(again), 4)
