"""Of long values the beginning is looked at."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.excerpt import Excerpt
from altlas.contracts.faults import Fault

VALUES: Any = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner),
)


def members(value: Any) -> int:
    """How many members there are in a value, however deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(1 + members(each) for each in inner)


class ExcerptTests(SynchronousTestCase):
    """What is taken of a value."""

    @given(VALUES, st.integers(0, 12))
    def test_bounded(self, value: Any, most: int) -> None:
        """No more members are taken than there may be, and nothing is cut that has no more."""
        excerpt = Excerpt.of(value, most)
        self.assertEqual(members(excerpt.value), min(most, members(value)))
        self.assertEqual(bool(excerpt.cut), members(value) > most)
        if not excerpt.cut:
            self.assertIs(excerpt.value, value)

    def test_from_the_top(self) -> None:
        """What is above goes before what is below."""
        excerpt = Excerpt.of({"a": [1, 2, 3], "b": {"c": 1}}, 4)
        self.assertEqual(excerpt, Excerpt({"a": [1, 2], "b": {}}, frozenset({"/a", "/b"})))

    def test_own_faults(self) -> None:
        """A fault of what was cut is none of the value's; one of an item is."""
        excerpt = Excerpt.of({"a": [1, 2, 3], "b": {"c": 1}}, 4)
        faults = [Fault(at, "x") for at in ("/a", "/a/0", "/b/c", "/b", "/d")]
        self.assertEqual([each.pointer for each in excerpt.own(faults)], ["/a/0", "/d"])

    def test_deep(self) -> None:
        """Values may nest as deep as they like."""
        value: Any = []
        for _ in range(5000):
            value = [value]
        self.assertTrue(Excerpt.of(value).cut)
