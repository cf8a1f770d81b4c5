"""Connections of clients in Prometheus' families, asked for at scrape time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

#: why a listener may accept nobody; each gets a series, so that a graph shows the change
REASONS = ("connections", "descriptors")

Row = dict[str, Any]


def connection_metrics(rows: Iterable[Row]) -> Iterator[Metric]:
    """The families of the listeners in `IGatewayView.overview`."""
    rows = list(rows)
    limited = [(row["name"], row["capacity"]) for row in rows if row.get("capacity")]
    yield _gauge("connections", "Connections of clients.", _pairs(rows))
    accepting = [(name, float(capacity["accepting"])) for name, capacity in limited]
    text = "Whether the listener accepts connections (1) or has paused (0)."
    yield _gauge("accepting", text, accepting)
    pauses = CounterMetricFamily(
        "altlas_accept_pauses_total",
        "How often accepting paused, by what was short.",
        labels=("listener", "reason"),
    )
    dropped = CounterMetricFamily(
        "altlas_connections_dropped_total",
        "Connections turned away (client) or closed while idle to make room (idle).",
        labels=("listener", "reason"),
    )
    for name, capacity in limited:
        for reason in REASONS:
            pauses.add_metric((name, reason), capacity["pauses"].get(reason, 0))
        dropped.add_metric((name, "client"), capacity["refused"])
        dropped.add_metric((name, "idle"), capacity["closed"])
    yield pauses
    yield dropped


def _pairs(rows: Iterable[Row]) -> list[tuple[str, float]]:
    return [(row["name"], row.get("connections", 0)) for row in rows]


def _gauge(name: str, text: str, values: Iterable[tuple[str, float]]) -> Metric:
    metric = GaugeMetricFamily(f"altlas_{name}", text, labels=("listener",))
    for listener, value in values:
        metric.add_metric((listener,), value)
    return metric
