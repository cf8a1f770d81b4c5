"""Contracts and drift in Prometheus' families, asked for at scrape time.

Labels are names of the configuration and of the documents: operations have series once they were
used, so that there are never more than the documents have operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client.core import Metric

from altlas.observability.families import Family, Samples

Row = dict[str, Any]

UP = Family(
    "altlas_contract_up",
    "Whether the contract's source last gave the document that serves (1) or not (0).",
    ("contract",),
)
INFO = Family(
    "altlas_contract_info",
    "Always 1; the labels tell the document that serves.",
    ("contract", "version", "fingerprint"),
)
CHANGES = Family(
    "altlas_contract_changes_total",
    "New documents of a contract, by what became of them.",
    ("contract", "result"),
)
REQUESTS = Family(
    "altlas_contract_requests_total",
    "Requests of an operation, by whether they kept to the contract.",
    ("contract", "operation", "result"),
)
MISMATCHES = Family(
    "altlas_contract_mismatches_total",
    "Messages that broke the contract, by the part of them that did.",
    ("contract", "operation", "side", "in"),
)
UNDOCUMENTED = Family(
    "altlas_contract_undocumented_total",
    "What traffic had and the contract has not, by kind.",
    ("contract", "kind"),
)
UNLOOKED = Family(
    "altlas_contract_unlooked_total",
    "Messages whose bodies were not looked into, by the reason.",
    ("contract", "operation", "side", "reason"),
)


def contract_metrics(rows: Iterable[Row]) -> Iterator[Metric]:
    """The families of `IGatewayView.contracts`."""
    rows = list(rows)
    used = [*_used(rows)]
    yield UP.gauge(((row["name"],), float(row["up"])) for row in rows)
    yield INFO.gauge(_served(rows))
    yield CHANGES.counter(_by_name((row["name"], row["changes"]) for row in rows))
    yield REQUESTS.counter(_results(used))
    yield MISMATCHES.counter(_mismatches(used))
    totals = ((row["name"], row["undocumented"]["totals"]) for row in rows)
    yield UNDOCUMENTED.counter(_by_name(totals))
    yield UNLOOKED.counter(_unlooked(used))


def _served(rows: Iterable[Row]) -> Samples:
    for row in rows:
        if row["fingerprint"] is not None:
            yield (row["name"], row["version"], row["fingerprint"]), 1


def _by_name(counts: Iterable[tuple[str, dict[str, int]]]) -> Samples:
    return (((name, kind), count) for name, kinds in counts for kind, count in kinds.items())


def _results(used: Iterable[tuple[str, Row]]) -> Samples:
    for name, each in used:
        invalid = each["invalid"]
        yield (name, each["operation"], "valid"), each["requests"] - invalid["total"]
        for result in ("refused", "reported"):
            yield (name, each["operation"], result), invalid[result]


def _mismatches(used: Iterable[tuple[str, Row]]) -> Samples:
    for name, each in used:
        for side, told in (("request", each["invalid"]), ("response", each["invalid_answers"])):
            for where, count in told["by"].items():
                yield (name, each["operation"], side, where), count


def _unlooked(used: Iterable[tuple[str, Row]]) -> Samples:
    for name, each in used:
        for side, reasons in each["unlooked"].items():
            for reason, count in reasons.items():
                yield (name, each["operation"], side, reason), count


def _used(rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    """Every operation that was used, with its contract's name."""
    return (
        (row["name"], each)
        for row in rows
        for each in row["operations"]
        if each["requests"] or each["answers"] or each["unlooked"]
    )
