"""The metrics of the gateway, in Prometheus' text format.

Names and units follow Prometheus' naming page. A label is the *name* of a listener, route,
backend or instance, never a path, so that no client can make new series.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator

from attrs import define, field
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from altlas.interfaces import IGatewayView
from altlas.observability.families import Family, Labels
from altlas.observability.gauges import ViewGauges
from altlas.observability.record import ExchangeRecord
from altlas.observability.tallies import BOUNDS, Counts, Durations
from altlas.resilience.outcome import Outcome, Verdict

#: what `Metrics.render` gives, for ``Content-Type``
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

#: methods that get a label of their own (OpenTelemetry's list); any other is ``_OTHER``
METHODS = {
    name.encode(): name
    for name in ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
}
OTHER = "_OTHER"
# Looked up once: a member of an Enum costs a call each time it is named by its class.
_FAILURE = Verdict.FAILURE

#: seconds for which one text is given again: making it walks every series, and a scraper
#: that asks too often shall not cost traffic its time
FRESH_FOR = 1.0

REQUESTS = Family(
    "altlas_requests_total",
    "Requests that ended, by the status sent to the client.",
    ("listener", "route", "method", "code"),
)
REQUEST_DURATION = Family(
    "altlas_request_duration_seconds",
    "From the first byte of a request to the last byte of its response.",
    ("route",),
)
UPSTREAM_REQUESTS = Family(
    "altlas_upstream_requests_total",
    "Tries at an instance that ended, by the status it answered.",
    ("backend", "instance", "code"),
)
UPSTREAM_RETRIES = Family(
    "altlas_upstream_retries_total", "Tries after the first of a request.", ("backend",)
)
UPSTREAM_FAILURES = Family(
    "altlas_upstream_failures_total",
    "Tries that failed by the backend's fault.",
    ("backend", "cause"),
)
UPSTREAM_DURATION = Family(
    "altlas_upstream_duration_seconds",
    "From a request sent to an instance to the headers of its response.",
    ("backend",),
)
PROBES = Family(
    "altlas_probes_total", "Health probes that ended.", ("backend", "instance", "result")
)
LOG_ERRORS = Family("altlas_access_log_errors_total", "Writes to the access log that failed.")


def _spell_request(key: tuple[str, str, str, int]) -> Labels:
    listener, route, method, status = key
    return listener, route or "-", method, _code(status)


def _spell_try(key: tuple[str, str, int]) -> Labels:
    backend, instance, status = key
    return backend, instance, _code(status)


def _code(status: int) -> str:
    return str(status) if status else "-"


def _as_it_is(key: Labels) -> Labels:
    return key


@define(eq=False)
class Metrics:
    """Counts what happens, and tells it in Prometheus' text format.

    `registry` should be one's own: the process' default registry would mix in the metrics of
    whatever else lives in the process. `seconds` is a monotonic clock.
    """

    _registry: CollectorRegistry = field(factory=CollectorRegistry)
    _seconds: Callable[[], float] = time.monotonic

    _requests: Counts[tuple[str, str, str, int]] = field(
        factory=lambda: Counts(REQUESTS, _spell_request), init=False
    )
    _durations: Durations = field(factory=lambda: Durations(REQUEST_DURATION), init=False)
    _tries: Counts[tuple[str, str, int]] = field(
        factory=lambda: Counts(UPSTREAM_REQUESTS, _spell_try), init=False
    )
    _retries: Counts[Labels] = field(
        factory=lambda: Counts(UPSTREAM_RETRIES, _as_it_is), init=False
    )
    _failures: Counts[Labels] = field(
        factory=lambda: Counts(UPSTREAM_FAILURES, _as_it_is), init=False
    )
    _answers: Durations = field(factory=lambda: Durations(UPSTREAM_DURATION), init=False)
    _probes: Counts[Labels] = field(factory=lambda: Counts(PROBES, _as_it_is), init=False)
    _log_errors: Counts[Labels] = field(factory=lambda: Counts(LOG_ERRORS, _as_it_is), init=False)
    _reload_ok: bool = field(default=True, init=False)
    _reloaded_at: float | None = field(default=None, init=False)
    _text: bytes = field(default=b"", init=False)
    _text_due: float = field(default=float("-inf"), init=False)

    def __attrs_post_init__(self) -> None:
        self._log_errors.by[()] = 0  # without labels there is nothing to wait for
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def watch(self, view: IGatewayView) -> None:
        """Tell the state of the gateway as well, asked of `view` at every scrape. Call once."""
        self._registry.register(ViewGauges(view))

    def observe(self, record: ExchangeRecord) -> None:
        """Count an exchange that has ended, and the retries that it took."""
        route, duration = record.route, record.duration
        method = METHODS.get(record.method, OTHER)
        self._requests.by[record.listener, route, method, record.status] += 1
        durations = self._durations.by[route]  # `observe`, without the call: at every request
        durations.counts[bisect_left(BOUNDS, duration)] += 1
        durations.sum += duration
        if record.tries > 1:
            self._retries.by[(record.backend,)] += record.tries - 1

    def attempted(self, backend: str, instance: str, outcome: Outcome, took: float) -> None:
        """Count a try at an instance; `took` is seconds from request sent to headers received."""
        status = outcome.status or 0
        self._tries.by[backend, instance, status] += 1
        if status:
            answers = self._answers.by[backend]  # as above
            answers.counts[bisect_left(BOUNDS, took)] += 1
            answers.sum += took
        if outcome.verdict is _FAILURE:
            self._failures.by[backend, outcome.cause] += 1

    def broken(self, backend: str, cause: str) -> None:
        """Count a body that broke off after its head was counted as a success."""
        self._failures.by[backend, cause] += 1

    def probed(self, backend: str, instance: str, ok: bool) -> None:
        """Count a health probe that has ended."""
        self._probes.by[backend, instance, "success" if ok else "failure"] += 1

    def access_log_failed(self) -> None:
        """Count a write to the access log that failed."""
        self._log_errors.by[()] += 1

    def reloaded(self, ok: bool, at: float) -> None:
        """Note that a configuration was read: whether it took effect, and when (epoch seconds)."""
        self._reload_ok = ok
        if ok:
            self._reloaded_at = at

    def render(self) -> bytes:
        """Everything in Prometheus' text format, at most `FRESH_FOR` seconds old."""
        now = self._seconds()
        if now >= self._text_due:
            self._text = generate_latest(self._registry)
            self._text_due = now + FRESH_FOR
        return self._text

    def collect(self) -> Iterator[Metric]:
        """All that was counted, family by family (prometheus_client's collector interface)."""
        yield self._requests.collect()
        yield self._durations.collect()
        yield self._tries.collect()
        yield self._retries.collect()
        yield self._failures.collect()
        yield self._answers.collect()
        yield self._probes.collect()
        yield self._log_errors.collect()
        yield from self._reload()

    def _reload(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "altlas_config_last_reload_successful",
            "Whether the configuration read last took effect (1) or was refused (0).",
            value=float(self._reload_ok),
        )
        if self._reloaded_at is not None:
            yield GaugeMetricFamily(
                "altlas_config_last_reload_timestamp_seconds",
                "When the configuration in effect was read.",
                value=self._reloaded_at,
            )
