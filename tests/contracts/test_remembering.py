"""What was right before."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.remembering import LONGEST, MOST, Remembered


class RememberedTests(SynchronousTestCase):
    """A few texts are remembered, whatever clients send."""

    def test_remembers(self) -> None:
        """What was added is there."""
        remembered = Remembered()
        remembered.add(b"42")
        self.assertEqual(remembered.texts, {b"42"})

    def test_bounded(self) -> None:
        """There are never more than the most, and the newest is among them."""
        remembered = Remembered()
        for number in range(10 * MOST):
            remembered.add(b"%d" % number)
            self.assertLessEqual(len(remembered.texts), MOST)
            self.assertIn(b"%d" % number, remembered.texts)

    def test_long(self) -> None:
        """Long texts are not remembered."""
        remembered = Remembered()
        remembered.add(b"x" * (LONGEST + 1))
        self.assertEqual(remembered.texts, set())
