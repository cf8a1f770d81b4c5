"""Certificates and handshakes in Prometheus' families, asked for at scrape time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client.core import Metric

from altlas.observability.families import Family, Samples

Row = dict[str, Any]

ENDS = Family(
    "altlas_certificate_expiry_timestamp_seconds",
    "When the first certificate in the file ends.",
    ("section", "file"),
)
RENEWED = Family(
    "altlas_certificate_last_reload_successful",
    "Whether the section's certificates read last took effect (1) or were refused (0).",
    ("section",),
)
HANDSHAKES = Family(
    "altlas_tls_handshakes_total",
    "TLS handshakes of clients that ended, by what became of them.",
    ("listener", "result"),
)


def tls_metrics(rows: Iterable[Row]) -> Iterator[Metric]:
    """The families of `IGatewayView.tls`."""
    rows = list(rows)
    yield ENDS.gauge(_ends(rows))
    yield RENEWED.gauge(((row["section"],), float(row["renewed"])) for row in rows)
    yield HANDSHAKES.counter(_handshakes(rows))


def _ends(rows: Iterable[Row]) -> Samples:
    for row in rows:
        for certificate in row["certificates"]:
            yield (row["section"], certificate["file"]), certificate["ends"]


def _handshakes(rows: Iterable[Row]) -> Samples:
    for row in rows:
        for result, count in (row["handshakes"] or {}).items():
            yield (row["section"].partition(":")[2], result), count
