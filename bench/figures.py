"""From samples to medians, ratios and slopes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median

from attrs import frozen


@frozen
class Sample:
    """What one proxy did for one workload in one round."""

    requests: int
    #: seconds that the clients asked
    seconds: float
    #: processor time of the proxy and its children, in seconds
    cpu: float
    #: latencies, in milliseconds
    p50: float
    p99: float
    #: memory of the proxy and its children after the round, in bytes
    resident: int
    errors: int = 0
    causes: str = ""

    @property
    def cpu_each(self) -> float:
        """Processor time a request, in microseconds."""
        return self.cpu / self.requests * 1e6

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


@frozen
class Figures:
    """The medians of a proxy's rounds of one workload."""

    rounds: int
    #: microseconds a request: median, least and most
    cpu: float
    cpu_least: float
    cpu_most: float
    #: requests a second
    rate: float
    p50: float
    p99: float
    #: bytes
    resident: int
    #: of all rounds together
    errors: int
    causes: str = ""


def figures(samples: Sequence[Sample]) -> Figures | None:
    """The medians; None if no request was answered in any round."""
    answered = [sample for sample in samples if sample.requests]
    if not answered:
        return None
    cpu = [sample.cpu_each for sample in answered]
    return Figures(
        rounds=len(answered),
        cpu=median(cpu),
        cpu_least=min(cpu),
        cpu_most=max(cpu),
        rate=median(sample.rate for sample in answered),
        p50=median(sample.p50 for sample in answered),
        p99=median(sample.p99 for sample in answered),
        resident=int(median(sample.resident for sample in answered)),
        errors=sum(sample.errors for sample in samples),
        causes="; ".join(sample.causes for sample in samples if sample.causes),
    )


def ratio(value: float | None, reference: float | None) -> float | None:
    """How many times `reference` is in `value`; None if either is missing or the latter is 0."""
    if value is None or not reference:
        return None
    return value / reference


def ratios(values: Mapping[str, float], to: str) -> dict[str, float | None]:
    """Every value as a multiple of the one named `to`."""
    return {name: ratio(value, values.get(to)) for name, value in values.items()}


def slope(points: Iterable[tuple[float, float]]) -> float:
    """The slope of the straight line through points (least squares); 0 for fewer than two."""
    pairs = list(points)
    if len(pairs) < 2:
        return 0.0
    x_mean, y_mean = fmean(x for x, _ in pairs), fmean(y for _, y in pairs)
    spread = sum((x - x_mean) ** 2 for x, _ in pairs)
    if not spread:
        return 0.0
    return sum((x - x_mean) * (y - y_mean) for x, y in pairs) / spread


def rotated(names: Sequence[str], by: int) -> list[str]:
    """`names` in turn, begun `by` places later: so nobody is first, or after another, always."""
    cut = by % len(names) if names else 0
    return [*names[cut:], *names[:cut]]
