"""Segments of path templates."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.segments import comparable, pieces_of, rank

written = st.lists(st.sampled_from(["{x}", "a", "bc", "-"]), max_size=4).map("".join)


class SegmentTests(SynchronousTestCase):
    """How they are compared."""

    def test_pieces(self) -> None:
        """The texts around variables are in the form of normalised paths."""
        self.assertEqual(pieces_of("%61"), (b"a",))
        self.assertEqual(pieces_of("{x}"), (b"", b""))
        self.assertEqual(pieces_of("é{x}-%2f{y}"), (b"%C3%A9", b"-%2F", b""))
        self.assertRaises(ValueError, pieces_of, "%00")

    def test_comparable(self) -> None:
        """So are segments of requests, unless they have no such form."""
        for raw, form in ((b"a", b"a"), (b"%61-%2f", b"a-%2F"), (b"%", b"%"), (b"%00", b"%00")):
            self.assertEqual(comparable(raw), form)

    def test_order(self) -> None:
        """What is fixed goes first, then more and longer fixed texts, a variable alone last."""
        ordered = ["abc", "a{x}b", "ab{x}", "{x}a{y}", "a{x}", "{x}"]
        self.assertEqual(sorted(ordered, key=lambda each: rank(pieces_of(each))), ordered)

    @given(written, written)
    def test_one_order(self, one: str, other: str) -> None:
        """Any two segments have an order, unless they are the same but for names."""
        first, second = pieces_of(one), pieces_of(other)
        orders = [rank(first) < rank(second), rank(first) > rank(second), first == second]
        self.assertEqual(sorted(orders), [False, False, True])
