"""Contracts and drift in Prometheus' families, asked for at scrape time.

Labels are names of the configuration and of the documents: operations have series once they were
used, so that there are never more than the documents have operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

Row = dict[str, Any]


def contract_metrics(rows: Iterable[Row]) -> Iterator[Metric]:
    """The families of `IGatewayView.contracts`."""
    rows = list(rows)
    yield _up(rows)
    yield _info(rows)
    yield _changes(rows)
    yield _requests(rows)
    yield _mismatches(rows)
    yield _undocumented(rows)
    yield _unlooked(rows)


def _up(rows: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_contract_up",
        "Whether the contract's source last gave the document that serves (1) or not (0).",
        labels=("contract",),
    )
    for row in rows:
        metric.add_metric((row["name"],), float(row["up"]))
    return metric


def _info(rows: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_contract_info",
        "Always 1; the labels tell the document that serves.",
        labels=("contract", "version", "fingerprint"),
    )
    for row in rows:
        if row["fingerprint"] is not None:
            metric.add_metric((row["name"], row["version"], row["fingerprint"]), 1)
    return metric


def _changes(rows: Iterable[Row]) -> Metric:
    metric = CounterMetricFamily(
        "altlas_contract_changes_total",
        "New documents of a contract, by what became of them.",
        labels=("contract", "result"),
    )
    for row in rows:
        for result, count in row["changes"].items():
            metric.add_metric((row["name"], result), count)
    return metric


def _requests(rows: Iterable[Row]) -> Metric:
    metric = CounterMetricFamily(
        "altlas_contract_requests_total",
        "Requests of an operation, by whether they kept to the contract.",
        labels=("contract", "operation", "result"),
    )
    for name, each in _used(rows):
        invalid = each["invalid"]
        valid = each["requests"] - invalid["total"]
        told = (("valid", valid), *((key, invalid[key]) for key in ("refused", "reported")))
        for result, count in told:
            metric.add_metric((name, each["operation"], result), count)
    return metric


def _mismatches(rows: Iterable[Row]) -> Metric:
    metric = CounterMetricFamily(
        "altlas_contract_mismatches_total",
        "Messages that broke the contract, by the part of them that did.",
        labels=("contract", "operation", "side", "in"),
    )
    for name, each in _used(rows):
        sides = (("request", each["invalid"]), ("response", each["invalid_answers"]))
        for side, told in sides:
            for where, count in told["by"].items():
                metric.add_metric((name, each["operation"], side, where), count)
    return metric


def _undocumented(rows: Iterable[Row]) -> Metric:
    metric = CounterMetricFamily(
        "altlas_contract_undocumented_total",
        "What traffic had and the contract has not, by kind.",
        labels=("contract", "kind"),
    )
    for row in rows:
        for kind, count in row["undocumented"]["totals"].items():
            metric.add_metric((row["name"], kind), count)
    return metric


def _unlooked(rows: Iterable[Row]) -> Metric:
    metric = CounterMetricFamily(
        "altlas_contract_unlooked_total",
        "Messages whose bodies were not looked into, by the reason.",
        labels=("contract", "operation", "side", "reason"),
    )
    for name, each in _used(rows):
        for side, reasons in each["unlooked"].items():
            for reason, count in reasons.items():
                metric.add_metric((name, each["operation"], side, reason), count)
    return metric


def _used(rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    """Every operation that was used, with its contract's name."""
    return (
        (row["name"], each)
        for row in rows
        for each in row["operations"]
        if each["requests"] or each["answers"] or each["unlooked"]
    )
