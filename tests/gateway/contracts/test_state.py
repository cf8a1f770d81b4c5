"""How a contract came about, as it is told."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.contracts.state import State, first_of


class StateTests(SynchronousTestCase):
    """Where it stands."""

    def test_settled(self) -> None:
        """What serves after something that could not has nothing wrong with it."""
        state = State("a", "file", unusable="x", problems=("p",), refused="y", breaking=("b",))
        row = state.row()
        self.assertEqual(row["unusable"], {"fingerprint": "x", "problems": ["p"]})
        self.assertEqual(row["refused"], {"fingerprint": "y", "breaking": ["b"]})
        state.settled()
        self.assertEqual((state.row()["unusable"], state.row()["refused"]), (None, None))

    def test_first_of(self) -> None:
        """Many lines become the first of them, and how many more there are."""
        self.assertEqual(first_of("ab", 2), ("a", "b"))
        self.assertEqual(first_of("abcd", 2), ("a", "b", "and 2 more"))
        self.assertEqual(first_of(""), ())
