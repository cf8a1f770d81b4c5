"""What some servers read otherwise than it is written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.detours import OVERRIDES, folded, likenesses, mistakable, overriding


class OverridingTests(SynchronousTestCase):
    """Fields that make a request another one."""

    def test_fields(self) -> None:
        """Each of them is a mismatch, unless the contract has it; others are none."""
        for name in OVERRIDES:
            (wrong,) = overriding({b"host": b"a", name: b"DELETE"}, ())
            self.assertEqual((wrong.where, wrong.pointer), ("header", "/" + name.decode()))
            self.assertEqual([*overriding({name: b"DELETE"}, {name})], [])
        self.assertEqual([*overriding({b"host": b"a"}, ())], [])


class NameTests(SynchronousTestCase):
    """Names of a query that are taken for others."""

    def test_spellings(self) -> None:
        """Brackets, blanks, NUL, dots and case make no other name to some servers."""
        for name in ("size[]", "size[0]", "size[a", " size", "size ", "size\0x", "Size", "SIZE[]"):
            (wrong,) = mistakable([name], frozenset(("size",)), likenesses(["size"]))
            self.assertEqual(wrong.where, "query", name)
        self.assertEqual(folded(" a.b c[d]"), "a_b_c")

    def test_own_names(self) -> None:
        """What the contract has itself is no mistake, brackets of its own and all."""
        known = frozenset(("filter[name]", "Size", "size", "tags[]"))
        self.assertEqual([*mistakable([*known, "filter[x]", "tag"], known, likenesses(known))], [])

    @given(st.text(max_size=10), st.text(max_size=10))
    def test_only_likenesses(self, name: str, other: str) -> None:
        """A name is refused if, and only if, it is another one that folds to a known one."""
        known = frozenset((name,))
        found = [*mistakable([other], known, likenesses(known))]
        alike = other != name and "[" not in name and folded(other) == folded(name)
        self.assertEqual(bool(found), alike)
