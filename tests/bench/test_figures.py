"""Medians, ratios and slopes."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.figures import Sample, figures, ratio, ratios, rotated, slope


def sample(requests: int = 1000, cpu: float = 0.02, errors: int = 0) -> Sample:
    """A second of a proxy."""
    return Sample(requests, 1.0, cpu, 1.0, 2.0, 1024, errors, "1 read" if errors else "")


class FigureTests(SynchronousTestCase):
    """What several rounds come to."""

    def test_median(self) -> None:
        """One round that was disturbed does not move the figures."""
        found = figures([sample(cpu=0.02), sample(cpu=0.9), sample(cpu=0.021)])
        assert found is not None
        self.assertAlmostEqual(found.cpu, 21.0)
        self.assertAlmostEqual(found.cpu_least, 20.0)
        self.assertAlmostEqual(found.cpu_most, 900.0)
        self.assertEqual((found.rounds, found.rate), (3, 1000.0))

    def test_errors_add_up(self) -> None:
        """Errors of one round are not lost in a median."""
        found = figures([sample(), sample(errors=5), sample()])
        assert found is not None
        self.assertEqual((found.errors, found.causes), (5, "1 read"))

    def test_nothing_answered(self) -> None:
        """Rounds without an answer give no figures, and no division by zero."""
        self.assertIsNone(figures([]))
        self.assertIsNone(figures([sample(requests=0)]))

    def test_ratio(self) -> None:
        """A ratio to nothing is no ratio."""
        self.assertEqual(ratio(6.0, 3.0), 2.0)
        self.assertIsNone(ratio(6.0, 0.0))
        self.assertIsNone(ratio(None, 3.0))
        self.assertIsNone(ratio(6.0, None))

    def test_ratios(self) -> None:
        """All are told as multiples of one, which may be missing."""
        self.assertEqual(ratios({"a": 2.0, "b": 3.0}, "a"), {"a": 1.0, "b": 1.5})
        self.assertEqual(ratios({"b": 3.0}, "a"), {"b": None})

    def test_slope(self) -> None:
        """The slope of a line is found, whatever lies around it evenly."""
        self.assertAlmostEqual(slope([(0, 1), (1, 3), (2, 5)]), 2.0)
        self.assertAlmostEqual(slope([(0, 0), (1, 1), (2, 0)]), 0.0)
        self.assertEqual(slope([(1, 1)]), 0.0)
        self.assertEqual(slope([(1, 1), (1, 2)]), 0.0)

    def test_rotated(self) -> None:
        """Over the rounds everybody is first."""
        self.assertEqual([rotated("abc", by)[0] for by in range(4)], ["a", "b", "c", "a"])
        self.assertEqual(rotated([], 3), [])
