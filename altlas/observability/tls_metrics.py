"""Certificates and handshakes in Prometheus' families, asked for at scrape time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

Row = dict[str, Any]


def tls_metrics(rows: Iterable[Row]) -> Iterator[Metric]:
    """The families of `IGatewayView.tls`."""
    rows = list(rows)
    yield _ends(rows)
    yield _renewed(rows)
    yield _handshakes(rows)


def _ends(rows: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_certificate_expiry_timestamp_seconds",
        "When the first certificate in the file ends.",
        labels=("section", "file"),
    )
    for row in rows:
        for certificate in row["certificates"]:
            metric.add_metric((row["section"], certificate["file"]), certificate["ends"])
    return metric


def _renewed(rows: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_certificate_last_reload_successful",
        "Whether the section's certificates read last took effect (1) or were refused (0).",
        labels=("section",),
    )
    for row in rows:
        metric.add_metric((row["section"],), float(row["renewed"]))
    return metric


def _handshakes(rows: Iterable[Row]) -> Metric:
    metric = CounterMetricFamily(
        "altlas_tls_handshakes_total",
        "TLS handshakes of clients that ended, by what became of them.",
        labels=("listener", "result"),
    )
    for row in rows:
        for result, count in (row["handshakes"] or {}).items():
            metric.add_metric((row["section"].partition(":")[2], result), count)
    return metric
