"""Tests for `altlas.observability.tallies`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Histogram as TheirHistogram
from twisted.trial.unittest import SynchronousTestCase

from altlas.observability.families import Family
from altlas.observability.tallies import BOUNDS, Counts, Durations, Histogram

durations = st.lists(
    st.one_of(st.sampled_from(BOUNDS), st.floats(min_value=0, max_value=100)), max_size=30
)


class HistogramTests(SynchronousTestCase):
    """Our histogram against the definition and against prometheus_client's own."""

    @given(durations)
    def test_buckets_are_cumulative(self, observed: list[float]) -> None:
        """Each bucket counts exactly what lies at or below its bound; the last counts all."""
        histogram = Histogram()
        for seconds in observed:
            histogram.observe(seconds)
        buckets = histogram.buckets()
        for bound, (_, count) in zip(BOUNDS, buckets, strict=False):
            self.assertEqual(count, sum(seconds <= bound for seconds in observed))
        self.assertEqual(buckets[-1], ("+Inf", len(observed)))

    @given(durations)
    def test_same_as_the_client_library(self, observed: list[float]) -> None:
        """The samples equal those of prometheus_client's histogram over the same durations."""
        theirs = TheirHistogram("t_seconds", "T.", ["route"], registry=None, buckets=BOUNDS)
        ours = Durations(Family("t_seconds", "T.", ("route",)))
        for seconds in observed:
            theirs.labels("r").observe(seconds)
            ours.by["r"].observe(seconds)
        expected = {
            (sample.name, sample.labels.get("le")): sample.value
            for metric in theirs.collect()
            for sample in metric.samples
            if not sample.name.endswith("_created")
        }
        got = {(s.name, s.labels.get("le")): s.value for s in ours.collect().samples}
        self.assertEqual(got, expected)


class CountsTests(SynchronousTestCase):
    """Counters by key."""

    def test_keys_are_spelt_at_scrape_time(self) -> None:
        """A key of any shape becomes label values by the family's own spelling."""
        counts: Counts[int] = Counts(
            Family("t_total", "T.", ("code",)), spell=lambda code: (str(code),)
        )
        counts.by[200] += 1
        counts.by[200] += 2
        (sample,) = counts.collect().samples
        self.assertEqual((sample.name, sample.labels), ("t_total", {"code": "200"}))
        self.assertEqual(sample.value, 3)

    def test_an_empty_label_is_a_dash(self) -> None:
        """A duration without a route is told under ``-``, since Prometheus drops empty labels."""
        ours = Durations(Family("t_seconds", "T.", ("route",)))
        ours.by[""].observe(0.1)
        self.assertEqual({s.labels["route"] for s in ours.collect().samples}, {"-"})
