"""The bars that the gateway wants to clear, and whether it did. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from bench.figures import Figures, ratio
from bench.tables import number, table

Row = Mapping[str, Figures]


@frozen
class Bar:
    """One promise: a figure of the gateway, mostly as a multiple of another's."""

    title: str
    #: what came out; None: it could not be measured
    found: float | None
    limit: float
    #: whether `limit` is the most, or else the least
    at_most: bool = True

    @property
    def holds(self) -> bool | None:
        """Whether the promise is kept; None if nobody knows."""
        if self.found is None:
            return None
        return self.found <= self.limit if self.at_most else self.found >= self.limit

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        return {
            "bar": self.title,
            "found": self.found,
            "limit": self.limit,
            "most": self.at_most,
            "holds": self.holds,
        }


#: workload, whose processor time is the measure, how many times of it are allowed
_CPU = (
    ("json", "haproxy", 2.0),
    ("json", "express", 0.25),
    ("json", "fastify", 0.6),
    ("post", "haproxy", 2.2),
    ("64k", "nginx", 1.5),
    ("10m", "nginx", 1.2),
    ("upload", "nginx", 1.2),
    ("connect", "haproxy", 2.5),
    ("tls", "haproxy", 3.0),
)


def compared(found: Mapping[str, Row], titles: Mapping[str, str]) -> Iterator[Bar]:
    """The bars of the comparison; those of workloads that were not run are left out."""
    for workload, other, limit in _CPU:
        if workload in found:
            row = found[workload]
            cpu = ratio(_figure(row, "gateway", "cpu"), _figure(row, other, "cpu"))
            yield Bar(f"{titles[workload]}: CPU as a multiple of {other}'s", cpu, limit)
    if "json" in found:
        row = found["json"]
        rate = ratio(_figure(row, "gateway", "rate"), _figure(row, "express", "rate"))
        yield Bar("requests/s as a multiple of express's", rate, 4.0, at_most=False)
    if "held" in found:
        row = found["held"]
        held = ratio(_figure(row, "contract", "cpu"), _figure(row, "gateway", "cpu"))
        yield Bar(f"{titles['held']}: CPU as a multiple of what it is without", held, 1.5)
    if "512" in found:
        row = found["512"]
        p99 = ratio(_figure(row, "gateway", "p99"), _figure(row, "haproxy", "p99"))
        yield Bar(f"{titles['512']}: p99 as a multiple of haproxy's", p99, 3.0)
        yield Bar(f"{titles['512']}: errors", _figure(row, "gateway", "errors"), 0)


def _figure(row: Row, name: str, figure: str) -> float | None:
    return float(getattr(row[name], figure)) if name in row else None


def bar_table(bars: list[Bar]) -> str:
    """The bars, and whether they hold."""
    words = {True: "yes", False: "NO", None: "not measured"}
    return table(
        ("bar", "allowed", "found", "holds"),
        (
            (
                bar.title,
                f"{'<=' if bar.at_most else '>='} {bar.limit:g}",
                number(bar.found),
                words[bar.holds],
            )
            for bar in bars
        ),
    )
