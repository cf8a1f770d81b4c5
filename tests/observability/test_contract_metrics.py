"""Tests for `altlas.observability.contract_metrics`."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from twisted.trial.unittest import SynchronousTestCase

from tests.observability.fixed_view import fixed_view
from tests.observability.test_gauges import gauges


class ContractMetricsTests(SynchronousTestCase):
    """Contracts and drift in numbers."""

    def value(self, name: str, **labels: str) -> float | None:
        """A sample of the fixed view's contract."""
        registry: CollectorRegistry = gauges(fixed_view())
        return registry.get_sample_value(f"altlas_contract_{name}", {"contract": "pets"} | labels)

    def test_document(self) -> None:
        """Which document serves is told, and whether the source gave it last."""
        self.assertEqual(self.value("up"), 1)
        self.assertEqual(self.value("info", version="1.2", fingerprint="ab12"), 1)

    def test_changes(self) -> None:
        """New documents are counted by what became of them."""
        counts = [self.value("changes_total", result=each) for each in ("accepted", "broke")]
        self.assertEqual(counts, [2, 1])

    def test_requests(self) -> None:
        """Requests are valid, refused or reported, and nothing twice."""
        counts = [
            self.value("requests_total", operation="listPets", result=each)
            for each in ("valid", "refused", "reported")
        ]
        self.assertEqual(counts, [7, 2, 1])

    def test_mismatches(self) -> None:
        """What broke the contract is told by side and part."""
        place = {"operation": "listPets", "side": "request", "in": "query"}
        self.assertEqual(self.value("mismatches_total", **place), 3)
        place = {"operation": "listPets", "side": "response", "in": "status"}
        self.assertEqual(self.value("mismatches_total", **place), 1)

    def test_undocumented(self) -> None:
        """What is undocumented is told by kind, without any name that clients sent."""
        counts = [self.value("undocumented_total", kind=each) for each in ("path", "response")]
        self.assertEqual(counts, [5, 2])

    def test_unlooked(self) -> None:
        """Bodies that were not looked into are told with the reason."""
        labels = {"operation": "listPets", "side": "response", "reason": "long"}
        self.assertEqual(self.value("unlooked_total", **labels), 4)

    def test_unused(self) -> None:
        """Operations that nobody used have no series."""
        self.assertIsNone(self.value("requests_total", operation="addPet", result="valid"))
