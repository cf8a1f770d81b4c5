"""What is wrong with a document, in a line."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.flaws import MOST, Flaw, Unusable


class FlawTests(SynchronousTestCase):
    """Lines."""

    def test_place(self) -> None:
        """A flaw is told with its place; one of the whole document has none."""
        self.assertEqual(str(Flaw("/a", "is bad")), "/a: is bad")
        self.assertEqual(str(Flaw("", "is bad")), "is bad")

    def test_unusable(self) -> None:
        """A document that cannot be used tells the first of its flaws, and how many there are."""
        self.assertEqual(str(Unusable([Flaw("", "is bad")])), "is bad")
        many = Unusable(Flaw("/a", "is bad") for _ in range(2 * MOST))
        self.assertEqual(str(many), f"/a: is bad (and {MOST - 1} more)")
