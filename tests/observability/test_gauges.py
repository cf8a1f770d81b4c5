"""Tests for `altlas.observability.gauges`."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from altlas.interfaces import IGatewayView
from altlas.observability.gauges import ViewGauges
from tests.observability.fixed_view import FixedView, backend, fixed_view, instance


def gauges(view: FixedView) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(ViewGauges(view))
    return registry


class ViewGaugesTests(SynchronousTestCase):
    """The gateway's state in numbers."""

    def test_fixed_view(self) -> None:
        """The view that these tests use keeps to the interface."""
        verifyObject(IGatewayView, fixed_view())

    def test_instances(self) -> None:
        """An instance in the pool is 1, one out of it 0."""
        down = instance("127.0.0.1:9002", healthy=False, state="down")
        registry = gauges(fixed_view(backend(instances=[instance(), down])))
        for address, up in (("127.0.0.1:9001", 1), ("127.0.0.1:9002", 0)):
            labels = {"backend": "segmentation", "instance": address}
            self.assertEqual(registry.get_sample_value("altlas_instance_up", labels), up)

    def test_breaker(self) -> None:
        """The breaker's state is 1 and its other states are 0."""
        row = backend()
        row["breaker"]["state"] = "half-open"
        registry = gauges(fixed_view(row))
        values = {
            state: registry.get_sample_value(
                "altlas_circuit_state", {"backend": "segmentation", "state": state}
            )
            for state in ("closed", "open", "half-open")
        }
        self.assertEqual(values, {"closed": 0, "open": 0, "half-open": 1})

    def test_no_breaker(self) -> None:
        """A backend without a breaker has no state to show."""
        row = backend()
        row["breaker"]["enabled"] = False
        labels = {"backend": "segmentation", "state": "closed"}
        self.assertIsNone(gauges(fixed_view(row)).get_sample_value("altlas_circuit_state", labels))

    def test_load(self) -> None:
        """Requests under way are told by listener, those that wait by backend."""
        registry = gauges(fixed_view(backend(queue={"waiting": 7, "size": 1024})))
        in_flight = registry.get_sample_value("altlas_requests_in_flight", {"listener": "public"})
        queued = registry.get_sample_value("altlas_requests_queued", {"backend": "segmentation"})
        self.assertEqual((in_flight, queued), (2, 7))

    def test_asked_at_every_scrape(self) -> None:
        """Nothing is kept between scrapes: a change shows in the next one."""
        view = fixed_view()
        registry = gauges(view)
        view.about["listeners"][0]["in_flight"] = 5
        value = registry.get_sample_value("altlas_requests_in_flight", {"listener": "public"})
        self.assertEqual(value, 5)
