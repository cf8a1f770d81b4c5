"""Tests for `altlas.observability.tls_metrics`."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from twisted.trial.unittest import SynchronousTestCase

from tests.observability.fixed_view import fixed_view
from tests.observability.test_gauges import gauges


class TlsMetricsTests(SynchronousTestCase):
    """Certificates and handshakes in numbers."""

    def value(self, name: str, **labels: str) -> float | None:
        """A sample of the fixed view."""
        registry: CollectorRegistry = gauges(fixed_view())
        return registry.get_sample_value(name, labels)

    def test_ends(self) -> None:
        """The end of each file of certificates is told, as a moment."""
        name = "altlas_certificate_expiry_timestamp_seconds"
        self.assertEqual(self.value(name, section="listener:public", file="/etc/a.pem"), 2000.0)

    def test_renewed(self) -> None:
        """Whether the last reading succeeded is 1 or 0."""
        name = "altlas_certificate_last_reload_successful"
        self.assertEqual(self.value(name, section="listener:public"), 1.0)

    def test_handshakes(self) -> None:
        """Handshakes are counted by what became of them."""
        counts = [
            self.value("altlas_tls_handshakes_total", listener="public", result=result)
            for result in ("complete", "failed", "late", "left")
        ]
        self.assertEqual(counts, [7, 1, 0, 0])
