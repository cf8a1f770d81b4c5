"""An admission is the token of one call."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.resilience.admission import Admission, Decision


class AdmissionTests(SynchronousTestCase):
    """What an admission tells."""

    def test_refused(self) -> None:
        """Only a refusal forbids the call; a trial goes as any other."""
        refused = [decision for decision in Decision if Admission(decision, 0).refused]
        self.assertEqual(refused, [Decision.REFUSE])

    def test_trials_are_told_apart(self) -> None:
        """Two trials of one state are different, and so are calls of two states."""
        one, two = (Admission(Decision.TRIAL, 1, number) for number in (1, 2))
        self.assertNotEqual(one, two)
        self.assertNotEqual(Admission(Decision.GO, 1), Admission(Decision.GO, 2))
