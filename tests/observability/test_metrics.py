"""Tests for `altlas.observability.metrics`."""

from __future__ import annotations

import shutil
import subprocess

from attrs import define
from prometheus_client import CollectorRegistry
from twisted.internet.task import Clock
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from altlas.errors import ConnectFailed, UpstreamCancelled
from altlas.observability.metrics import Metrics
from altlas.observability.record import ExchangeRecord
from altlas.resilience.outcome import classify_error, classify_status
from tests.observability.fixed_view import fixed_view


@define
class Told:
    """Metrics on a clock of their own, and a way to ask for one value."""

    clock: Clock
    registry: CollectorRegistry
    metrics: Metrics

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def told() -> Told:
    clock, registry = Clock(), CollectorRegistry()
    return Told(clock, registry, Metrics(registry, clock.seconds))


def record(**changes: object) -> ExchangeRecord:
    usual = {"listener": "public", "route": "r", "backend": "b", "method": b"GET", "status": 200}
    return ExchangeRecord(**(usual | changes))  # type: ignore[arg-type]


class ObserveTests(SynchronousTestCase):
    """Exchanges, as the client saw them."""

    def test_request(self) -> None:
        """An exchange counts once, by listener, route, method and status."""
        it = told()
        it.metrics.observe(record())
        it.metrics.observe(record())
        labels = {"listener": "public", "route": "r", "method": "GET", "code": "200"}
        self.assertEqual(it.value("altlas_requests_total", **labels), 2)

    def test_duration(self) -> None:
        """Its duration goes into the histogram of its route."""
        it = told()
        it.metrics.observe(record(duration=0.3))
        self.assertEqual(it.value("altlas_request_duration_seconds_sum", route="r"), 0.3)
        below = it.value("altlas_request_duration_seconds_bucket", route="r", le="0.25")
        within = it.value("altlas_request_duration_seconds_bucket", route="r", le="0.5")
        self.assertEqual((below, within), (0, 1))

    def test_no_route(self) -> None:
        """What no route took is told as route ``-``."""
        it = told()
        it.metrics.observe(record(route="", status=404))
        labels = {"listener": "public", "route": "-", "method": "GET", "code": "404"}
        self.assertEqual(it.value("altlas_requests_total", **labels), 1)

    def test_unknown_methods(self) -> None:
        """Methods that clients invent share one label, however many there are."""
        it = told()
        for n in range(10):
            it.metrics.observe(record(method=b"X%d" % n))
        labels = {"listener": "public", "route": "r", "method": "_OTHER", "code": "200"}
        self.assertEqual(it.value("altlas_requests_total", **labels), 10)

    def test_no_status(self) -> None:
        """An exchange that ended before a status was sent has the code ``-``."""
        it = told()
        it.metrics.observe(record(status=0))
        labels = {"listener": "public", "route": "r", "method": "GET", "code": "-"}
        self.assertEqual(it.value("altlas_requests_total", **labels), 1)

    def test_retries(self) -> None:
        """Tries after the first are retries of the backend; one try is none."""
        it = told()
        it.metrics.observe(record(tries=1))
        self.assertIsNone(it.value("altlas_upstream_retries_total", backend="b"))
        it.metrics.observe(record(tries=3))
        self.assertEqual(it.value("altlas_upstream_retries_total", backend="b"), 2)


class AttemptedTests(SynchronousTestCase):
    """Tries at instances."""

    def test_answered(self) -> None:
        """An answer counts by instance and status, and its time by backend."""
        it = told()
        it.metrics.attempted("b", "i:1", classify_status(200), 0.02)
        labels = {"backend": "b", "instance": "i:1", "code": "200"}
        self.assertEqual(it.value("altlas_upstream_requests_total", **labels), 1)
        self.assertEqual(it.value("altlas_upstream_duration_seconds_sum", backend="b"), 0.02)
        self.assertIsNone(it.value("altlas_upstream_failures_total", backend="b", cause="200"))

    def test_failed_status(self) -> None:
        """A status that counts against the backend is a failure by that cause as well."""
        it = told()
        it.metrics.attempted("b", "i:1", classify_status(502), 0.02)
        self.assertEqual(it.value("altlas_upstream_failures_total", backend="b", cause="502"), 1)

    def test_no_answer(self) -> None:
        """A try without an answer has the code ``-`` and no duration."""
        it = told()
        it.metrics.attempted("b", "i:1", classify_error(ConnectFailed()), 0.0)
        labels = {"backend": "b", "instance": "i:1", "code": "-"}
        self.assertEqual(it.value("altlas_upstream_requests_total", **labels), 1)
        failures = it.value("altlas_upstream_failures_total", backend="b", cause="connect")
        self.assertEqual(failures, 1)
        self.assertIsNone(it.value("altlas_upstream_duration_seconds_sum", backend="b"))

    def test_given_up(self) -> None:
        """A try that was given up counts as a try and as nobody's failure."""
        it = told()
        it.metrics.attempted("b", "i:1", classify_error(UpstreamCancelled()), 0.0)
        self.assertNotIn(b"altlas_upstream_failures_total{", it.metrics.render())


class RareEventTests(SynchronousTestCase):
    """Probes, the access log, reloads."""

    def test_probes(self) -> None:
        """Probes count by instance and result."""
        it = told()
        it.metrics.probed("b", "i:1", True)
        it.metrics.probed("b", "i:1", False)
        for result in ("success", "failure"):
            labels = {"backend": "b", "instance": "i:1", "result": result}
            self.assertEqual(it.value("altlas_probes_total", **labels), 1)

    def test_access_log(self) -> None:
        """Failed writes count from an explicit 0, so that an alert can be written on them."""
        it = told()
        self.assertEqual(it.value("altlas_access_log_errors_total"), 0)
        it.metrics.access_log_failed()
        self.assertEqual(it.value("altlas_access_log_errors_total"), 1)

    def test_reload(self) -> None:
        """A refused reload shows as such and leaves the moment of the one in effect."""
        it = told()
        it.metrics.reloaded(True, 1000.0)
        it.metrics.reloaded(False, 2000.0)
        self.assertEqual(it.value("altlas_config_last_reload_successful"), 0)
        self.assertEqual(it.value("altlas_config_last_reload_timestamp_seconds"), 1000.0)


class RenderTests(SynchronousTestCase):
    """The text."""

    def test_kept_for_a_second(self) -> None:
        """Scrapes within a second get the same text; the next one after it a new one."""
        it = told()
        before = it.metrics.render()
        it.metrics.observe(record())
        self.assertIs(it.metrics.render(), before)
        it.clock.advance(1.0)
        self.assertIn(b'altlas_requests_total{code="200"', it.metrics.render())

    def test_state_of_the_gateway(self) -> None:
        """A watched gateway's state is in the text, as it is when it is asked for."""
        it = told()
        it.metrics.watch(fixed_view())
        text = it.metrics.render()
        self.assertIn(b'altlas_build_info{version="0.1.0"} 1.0', text)

    def test_promtool(self) -> None:
        """Prometheus' own linter finds nothing to complain about in any of the families."""
        promtool = shutil.which("promtool")
        if promtool is None:
            raise SkipTest("promtool is not installed (it comes with Prometheus)")
        result = subprocess.run(
            [promtool, "check", "metrics"], input=_everything(), capture_output=True, timeout=30
        )
        self.assertEqual((result.returncode, result.stdout + result.stderr), (0, b""))


def _everything() -> bytes:
    it = told()
    it.metrics.watch(fixed_view())
    it.metrics.observe(record(route="", duration=0.01, tries=2))
    it.metrics.attempted('b"\\\n', "[::1]:1", classify_status(503), 0.01)
    it.metrics.probed("b", "i:1", True)
    it.metrics.reloaded(True, 1000.0)
    return it.metrics.render()
