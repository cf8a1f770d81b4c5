"""Connections as metrics."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.observability.connection_metrics import connection_metrics


class ConnectionMetricsTests(SynchronousTestCase):
    """What is told of listeners."""

    def test_samples(self) -> None:
        """Each limit's work is counted by listener; what serves no routes has connections only."""
        capacity = {"accepting": False, "pauses": {"descriptors": 2}, "refused": 3, "closed": 4}
        rows = [
            {"name": "public", "connections": 5, "capacity": capacity},
            {"name": "admin", "connections": 1, "capacity": None},
        ]
        found = {
            (sample.name, *sample.labels.values()): sample.value
            for family in connection_metrics(rows)
            for sample in family.samples
        }
        self.assertEqual(
            found,
            {
                ("altlas_connections", "public"): 5,
                ("altlas_connections", "admin"): 1,
                ("altlas_accepting", "public"): 0,
                ("altlas_accept_pauses_total", "public", "connections"): 0,
                ("altlas_accept_pauses_total", "public", "descriptors"): 2,
                ("altlas_connections_dropped_total", "public", "client"): 3,
                ("altlas_connections_dropped_total", "public", "idle"): 4,
            },
        )
