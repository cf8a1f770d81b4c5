"""The gateway's state as gauges, asked for at scrape time, so that traffic pays nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import frozen
from prometheus_client.core import Metric

from altlas.interfaces import IGatewayView
from altlas.observability.connection_metrics import connection_metrics
from altlas.observability.contract_metrics import contract_metrics
from altlas.observability.families import Family, Samples
from altlas.observability.tls_metrics import tls_metrics

#: every state gets a series, so that a graph shows the change and not a hole
CIRCUIT_STATES = ("closed", "open", "half-open")

BUILD = Family("altlas_build_info", "Always 1; the version is in the label.", ("version",))
IN_FLIGHT = Family("altlas_requests_in_flight", "Requests under way.", ("listener",))
TUNNELS = Family(
    "altlas_tunnels_open", "Requests under way that became tunnels (WebSockets).", ("listener",)
)
QUEUED = Family("altlas_requests_queued", "Requests that wait for an instance.", ("backend",))
UP = Family(
    "altlas_instance_up",
    "Whether the instance gets requests (1) or is out of the pool (0).",
    ("backend", "instance"),
)
CIRCUITS = Family(
    "altlas_circuit_state",
    "1 for the state that the backend's breaker is in, 0 for the others.",
    ("backend", "state"),
)

Row = dict[str, Any]


@frozen(eq=False)
class ViewGauges:
    """Collector over an `IGatewayView`."""

    _view: IGatewayView

    def collect(self) -> Iterator[Metric]:
        """The state now, family by family (prometheus_client's collector interface)."""
        overview = self._view.overview()
        backends = self._view.backends()
        listeners = overview["listeners"]
        yield BUILD.gauge([((overview["version"],), 1)])
        yield IN_FLIGHT.gauge(((each["name"],), each["in_flight"]) for each in listeners)
        yield TUNNELS.gauge(((each["name"],), each["tunnels"]) for each in listeners)
        yield QUEUED.gauge(((each["name"],), each["queue"]["waiting"]) for each in backends)
        yield UP.gauge(_instances(backends))
        yield CIRCUITS.gauge(_circuits(backends))
        yield from connection_metrics(listeners)
        yield from tls_metrics(self._view.tls())
        yield from contract_metrics(self._view.contracts())


def _instances(backends: Iterable[Row]) -> Samples:
    for backend in backends:
        for instance in backend["instances"]:
            yield (backend["name"], instance["address"]), float(instance["healthy"])


def _circuits(backends: Iterable[Row]) -> Samples:
    for backend in backends:
        breaker = backend["breaker"]
        for state in CIRCUIT_STATES if breaker["enabled"] else ():
            yield (backend["name"], state), float(breaker["state"] == state)
