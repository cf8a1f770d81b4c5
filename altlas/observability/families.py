"""Families of samples in Prometheus' sense, made at scrape time of what is known then."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

Labels = tuple[str, ...]
#: values of labels, and what is measured under them
Samples = Iterable[tuple[Labels, float]]


@frozen
class Family:
    """What a family of metrics is called, what it means, and the names of its labels."""

    name: str
    help: str
    labels: Labels = ()

    def gauge(self, samples: Samples) -> GaugeMetricFamily:
        """The family of values that go up and down."""
        metric = GaugeMetricFamily(self.name, self.help, labels=self.labels)
        for labels, value in samples:
            metric.add_metric(labels, value)
        return metric

    def counter(self, samples: Samples) -> CounterMetricFamily:
        """The family of counts since the start."""
        metric = CounterMetricFamily(self.name, self.help, labels=self.labels)
        for labels, count in samples:
            metric.add_metric(labels, count)
        return metric
