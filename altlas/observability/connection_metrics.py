"""Connections of clients in Prometheus' families, asked for at scrape time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client.core import Metric

from altlas.observability.families import Family, Samples

#: why a listener may accept nobody; each gets a series, so that a graph shows the change
REASONS = ("connections", "descriptors")

CONNECTIONS = Family("altlas_connections", "Connections of clients.", ("listener",))
ACCEPTING = Family(
    "altlas_accepting",
    "Whether the listener accepts connections (1) or has paused (0).",
    ("listener",),
)
PAUSES = Family(
    "altlas_accept_pauses_total",
    "How often accepting paused, by what was short.",
    ("listener", "reason"),
)
DROPPED = Family(
    "altlas_connections_dropped_total",
    "Connections turned away (client) or closed while idle to make room (idle).",
    ("listener", "reason"),
)

Row = dict[str, Any]


def connection_metrics(rows: Iterable[Row]) -> Iterator[Metric]:
    """The families of the listeners in `IGatewayView.overview`."""
    rows = list(rows)
    limited = [(row["name"], row["capacity"]) for row in rows if row.get("capacity")]
    yield CONNECTIONS.gauge(((row["name"],), row.get("connections", 0)) for row in rows)
    yield ACCEPTING.gauge(((name,), float(each["accepting"])) for name, each in limited)
    yield PAUSES.counter(
        ((name, reason), each["pauses"].get(reason, 0))
        for name, each in limited
        for reason in REASONS
    )
    yield DROPPED.counter(_dropped(limited))


def _dropped(limited: Iterable[tuple[str, Row]]) -> Samples:
    for name, each in limited:
        yield (name, "client"), each["refused"]
        yield (name, "idle"), each["closed"]
