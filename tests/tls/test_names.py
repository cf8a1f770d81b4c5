"""Which certificate is for which name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.tls.names import NameTable, names
from tests.tls.authority import issue

LABEL = st.text("abcxyz0-", min_size=1, max_size=5)
NAME = st.lists(LABEL, min_size=1, max_size=4).map(".".join)


class NamesTests(SynchronousTestCase):
    """The names in a certificate."""

    def test_alternative(self) -> None:
        """They are its alternative names and addresses, in lower case."""
        found = names(issue("A.test", "*.B.test", "192.0.2.1", "::1").certificate)
        self.assertEqual(found, ("a.test", "*.b.test", "192.0.2.1", "::1"))

    def test_common(self) -> None:
        """One without any is for its common name."""
        self.assertEqual(names(issue().certificate), ("somebody",))


class TableTests(SynchronousTestCase):
    """Names looked up."""

    def test_exact_first(self) -> None:
        """A name goes before a wildcard, wherever they stand."""
        table: NameTable[int] = NameTable()
        table.put(["*.a.test"], 1)
        table.put(["b.a.test"], 2)
        asked = ("b.a.test", "c.a.test", "a.test", "d.c.a.test", "B.A.TEST.", ".a.test", "")
        self.assertEqual([table.get(name) for name in asked], [2, 1, None, None, 2, None, None])

    def test_first_wins(self) -> None:
        """Of two for one name the first is found; the other is told that it never will be."""
        table: NameTable[str] = NameTable()
        self.assertTrue(table.put(["a.test", "b.test"], "one"))
        self.assertFalse(table.put(["B.test"], "two"))
        self.assertTrue(table.put(["b.test", "c.test"], "three"))
        self.assertEqual((table.get("b.test"), table.get("c.test")), ("one", "three"))

    @given(st.lists(NAME), NAME)
    def test_wildcards(self, known: list[str], asked: str) -> None:
        """A wildcard is for exactly one more label."""
        table: NameTable[str] = NameTable()
        for name in known:
            table.put([f"*.{name}"], name)
        rest = asked.partition(".")[2]
        self.assertEqual(table.get(asked), rest if rest in known else None)
