"""Families of samples."""

from __future__ import annotations

from prometheus_client.core import Metric
from twisted.trial.unittest import SynchronousTestCase

from altlas.observability.families import Family


def told(metric: Metric) -> list[tuple[str, dict[str, str], float]]:
    """The samples of a metric."""
    return [(each.name, each.labels, each.value) for each in metric.samples]


class FamilyTests(SynchronousTestCase):
    """A family is made of samples, in their order."""

    def test_gauge(self) -> None:
        """Each sample of a gauge has its labels and its value."""
        family = Family("altlas_x", "What x is.", ("a", "b"))
        made = family.gauge([(("1", "2"), 3.0), (("4", "5"), 0.0)])
        self.assertEqual((made.type, made.documentation), ("gauge", "What x is."))
        wanted = [("altlas_x", {"a": "1", "b": "2"}, 3.0), ("altlas_x", {"a": "4", "b": "5"}, 0.0)]
        self.assertEqual(told(made), wanted)

    def test_counter(self) -> None:
        """A counter ends in ``_total``, and may have no sample at all."""
        family = Family("altlas_y_total", "How many.", ("a",))
        self.assertEqual(told(family.counter([])), [])
        self.assertEqual(told(family.counter([(("1",), 2)])), [("altlas_y_total", {"a": "1"}, 2)])
