"""A ledger puts an instance out and in by consecutive results, and says why."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.health.ledger import DOWN, REMEMBERED, UNPROVEN, UP, Change, Ledger, Result


def told(ledger: Ledger, results: str, start: float = 1.0) -> list[Change | None]:
    """Report ``+`` and ``-``, one a second."""
    return [
        ledger.report(sign == "+", "200" if sign == "+" else "refused", start + second)
        for second, sign in enumerate(results)
    ]


class LedgerTests(SynchronousTestCase):
    """What a ledger promises."""

    def test_begins_unproven(self) -> None:
        """An instance may be used before its first result, and is said to be unproven."""
        ledger = Ledger(3, 2, started=5.0)
        self.assertTrue(ledger.healthy)
        self.assertEqual(ledger.state, UNPROVEN)
        self.assertEqual(ledger.since, 5.0)
        self.assertIsNone(ledger.last_probe_at)
        self.assertIsNone(ledger.last_result)
        self.assertFalse(ledger.in_transition)

    def test_first_success_proves(self) -> None:
        """One success is enough at the start, whatever `rise` is."""
        ledger = Ledger(3, 5)
        self.assertEqual(told(ledger, "+"), [Change(UNPROVEN, UP, "200", 1.0)])

    def test_success_proves_after_failures(self) -> None:
        """One success also proves an instance whose first results were bad."""
        ledger = Ledger(3, 2)
        self.assertEqual(told(ledger, "--+")[-1], Change(UNPROVEN, UP, "200", 3.0))

    def test_unproven_falls(self) -> None:
        """Bad results from the start count towards `fall`."""
        ledger = Ledger(3, 2)
        self.assertEqual(told(ledger, "---"), [None, None, Change(UNPROVEN, DOWN, "refused", 3.0)])
        self.assertFalse(ledger.healthy)

    def test_falls_after_consecutive_failures(self) -> None:
        """`fall` bad results put it out only if they come in a row."""
        ledger = Ledger(3, 2)
        told(ledger, "+--+--")
        self.assertTrue(ledger.healthy)
        told(ledger, "-", 7.0)
        self.assertEqual((ledger.state, ledger.since), (DOWN, 7.0))

    def test_rises_after_consecutive_successes(self) -> None:
        """`rise` good results bring it back only if they come in a row."""
        ledger = Ledger(1, 2)
        told(ledger, "-+-+")
        self.assertFalse(ledger.healthy)
        change = told(ledger, "+", 5.0)[0]
        self.assertEqual(change, Change(DOWN, UP, "200", 5.0))

    def test_change_says_where_to(self) -> None:
        """A change says whether the pool lost or regained an instance."""
        ledger = Ledger(1, 1)
        proven, out, back = (change for change in told(ledger, "+-+") if change is not None)
        self.assertEqual((proven.leaves, proven.returns), (False, False))
        self.assertEqual((out.leaves, out.returns), (True, False))
        self.assertEqual((back.leaves, back.returns), (False, True))

    def test_in_transition(self) -> None:
        """It is in transition while results speak against the state, but too few of them."""
        ledger = Ledger(3, 2)
        seen = []
        for sign in "+--+---+-++":
            told(ledger, sign)
            seen.append(ledger.in_transition)
        self.assertEqual(
            seen,
            [False, True, True, False, True, True, False, True, False, True, False],
        )

    def test_reason_is_the_latest_that_agrees(self) -> None:
        """The reason of a state is renewed by results that agree with it, not by others."""
        ledger = Ledger(1, 2)
        ledger.report(False, "refused", 1.0)
        ledger.report(False, "timeout", 2.0)
        ledger.report(True, "200", 3.0)
        self.assertEqual(ledger.reason, "timeout")
        self.assertEqual(ledger.last_result, Result(True, "200", 3.0))
        self.assertEqual(ledger.last_probe_at, 3.0)
        self.assertEqual(ledger.since, 1.0)

    def test_history_is_bounded(self) -> None:
        """The last ten changes are kept, oldest first."""
        ledger = Ledger(1, 1)
        told(ledger, "+-" * 20)
        self.assertEqual(len(ledger.history), REMEMBERED)
        self.assertEqual([change.at for change in ledger.history], list(range(31, 41)))

    @given(st.integers(1, 4), st.integers(1, 4), st.text("+-", max_size=40))
    def test_state_follows_the_runs(self, fall: int, rise: int, results: str) -> None:
        """The state is always the one that the runs of results say, and changes tell of it."""
        ledger = Ledger(fall, rise)
        healthy = True
        for end in range(1, len(results) + 1):
            seen = results[:end]
            change = ledger.report(seen[-1] == "+", "why", float(end))
            unproven = "+" not in seen[:-1] and healthy
            run = len(seen) - len(seen.rstrip(seen[-1]))
            before = healthy
            if healthy and seen[-1] == "-" and run >= fall:
                healthy = False
            elif not healthy and seen[-1] == "+" and run >= rise:
                healthy = True
            self.assertEqual(ledger.healthy, healthy)
            proven = unproven and seen[-1] == "+"
            self.assertEqual(change is not None, proven or before != healthy)
