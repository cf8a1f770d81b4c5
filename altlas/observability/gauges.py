"""The gateway's state as gauges, asked for at scrape time, so that traffic pays nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import frozen
from prometheus_client.core import GaugeMetricFamily, Metric

from altlas.interfaces import IGatewayView
from altlas.observability.connection_metrics import connection_metrics
from altlas.observability.contract_metrics import contract_metrics
from altlas.observability.tls_metrics import tls_metrics

#: every state gets a series, so that a graph shows the change and not a hole
CIRCUIT_STATES = ("closed", "open", "half-open")

Row = dict[str, Any]


@frozen(eq=False)
class ViewGauges:
    """Collector over an `IGatewayView`."""

    _view: IGatewayView

    def collect(self) -> Iterator[Metric]:
        """The state now, family by family (prometheus_client's collector interface)."""
        overview = self._view.overview()
        backends = self._view.backends()
        yield _build(overview)
        yield _in_flight(overview["listeners"])
        yield _tunnels(overview["listeners"])
        yield _queued(backends)
        yield _up(backends)
        yield _circuits(backends)
        yield from connection_metrics(overview["listeners"])
        yield from tls_metrics(self._view.tls())
        yield from contract_metrics(self._view.contracts())


def _build(overview: Row) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_build_info", "Always 1; the version is in the label.", labels=("version",)
    )
    metric.add_metric((overview["version"],), 1)
    return metric


def _in_flight(listeners: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_requests_in_flight", "Requests under way.", labels=("listener",)
    )
    for listener in listeners:
        metric.add_metric((listener["name"],), listener["in_flight"])
    return metric


def _tunnels(listeners: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_tunnels_open",
        "Requests under way that became tunnels (WebSockets).",
        labels=("listener",),
    )
    for listener in listeners:
        metric.add_metric((listener["name"],), listener["tunnels"])
    return metric


def _queued(backends: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_requests_queued", "Requests that wait for an instance.", labels=("backend",)
    )
    for backend in backends:
        metric.add_metric((backend["name"],), backend["queue"]["waiting"])
    return metric


def _up(backends: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_instance_up",
        "Whether the instance gets requests (1) or is out of the pool (0).",
        labels=("backend", "instance"),
    )
    for backend in backends:
        for instance in backend["instances"]:
            metric.add_metric((backend["name"], instance["address"]), float(instance["healthy"]))
    return metric


def _circuits(backends: Iterable[Row]) -> Metric:
    metric = GaugeMetricFamily(
        "altlas_circuit_state",
        "1 for the state that the backend's breaker is in, 0 for the others.",
        labels=("backend", "state"),
    )
    for backend in backends:
        breaker = backend["breaker"]
        for state in CIRCUIT_STATES if breaker["enabled"] else ():
            metric.add_metric((backend["name"], state), float(breaker["state"] == state))
    return metric
