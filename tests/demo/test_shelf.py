"""What is put on a shelf is found there by every process."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.shelf import BadName, Shelf


class ShelfTests(SynchronousTestCase):
    """Putting, getting, taking."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()) / "shelf"
        self.shelf = Shelf(self.folder)

    def test_empty(self) -> None:
        """A shelf whose folder is not there yet is empty."""
        self.assertEqual(self.shelf.names(), [])
        self.assertRaises(KeyError, self.shelf.get, "a")
        self.assertRaises(KeyError, self.shelf.take, "a")

    def test_put(self) -> None:
        """A value is found again by another who has the same folder; a second put replaces it."""
        self.assertTrue(self.shelf.put("b.c", {"x": "ü"}))
        self.assertFalse(self.shelf.put("b.c", [1]))
        self.shelf.put("a", None)
        other = Shelf(self.folder)
        self.assertEqual((other.names(), other.get("b.c")), (["a", "b.c"], [1]))

    def test_take(self) -> None:
        """A value that was taken is gone, and so is its file."""
        self.shelf.put("a", 1)
        self.shelf.take("a")
        self.assertEqual((self.shelf.names(), list(self.folder.iterdir())), ([], []))

    def test_bad_names(self) -> None:
        """A name that could leave the folder, or hide in it, is refused."""
        for name in ("", ".", "..", "../a", "a/b", ".hidden", "-a", "a b", "ü", "a" * 101, "a\n"):
            self.assertRaises(BadName, self.shelf.put, name, 1)
            self.assertRaises(BadName, self.shelf.get, name)
            self.assertRaises(BadName, self.shelf.take, name)
