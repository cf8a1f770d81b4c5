"""A minute of mixed load on the gateway: does its memory grow?

python -m bench.soak --soak 60

The mix: small JSON, 2 KiB POSTs, 64 KiB responses, connections that close.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from bench import procfs
from bench.bars import Bar
from bench.choices import Choices, choices
from bench.figures import slope
from bench.load.wrk import Report, mixture
from bench.peers.gateway import GATEWAY
from bench.stage import Stage, say, stage
from bench.tables import MIB, number, table
from bench.workloads import WORKLOADS

#: seconds between two looks at the memory
_EVERY = 0.5
#: the part of the run that is not looked at: caches and pools fill
_SETTLING = 1 / 3

_MIX = [each for each in WORKLOADS if each.name in ("json", "post", "64k", "connect")]


@frozen
class Soak:
    """What came out."""

    report: Report
    #: seconds since the start, and bytes
    memory: tuple[tuple[float, int], ...]

    @property
    def settled(self) -> list[tuple[float, int]]:
        """The memory after the beginning."""
        last = self.memory[-1][0] if self.memory else 0.0
        return [point for point in self.memory if point[0] >= last * _SETTLING]

    @property
    def growth(self) -> float:
        """Bytes a minute, once it has settled."""
        return slope(self.settled) * 60

    @property
    def growth_each(self) -> float:
        """Bytes a request, once it has settled."""
        requests_a_minute = self.report.requests / self.report.seconds * 60
        return self.growth / requests_a_minute if requests_a_minute else 0.0

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        return {
            "seconds": self.report.seconds,
            "requests": self.report.requests,
            "errors": self.report.errors,
            "bytes a minute": round(self.growth),
            "bytes a request": round(self.growth_each, 2),
            "memory": [[round(at, 1), size] for at, size in self.memory],
        }

    def text(self) -> str:
        """The same as Markdown."""
        sizes = [size / MIB for _, size in self.settled] or [0.0]
        head = (
            "soak",
            "requests",
            "MiB settled",
            "MiB at its end",
            "MiB a minute",
            "bytes each",
            "errors",
        )
        row = (
            f"{self.report.seconds:.0f} s",
            f"{self.report.requests:,}",
            number(sizes[0]),
            number(sizes[-1]),
            number(self.growth / MIB),
            number(self.growth_each),
            str(self.report.errors),
        )
        return table(head, [row])

    def bars(self) -> list[Bar]:
        """No bar is set for it."""
        return []


def soak(ground: Stage, chosen: Choices) -> Soak:
    """Run it; raises `Failed`."""
    say(f"soak: {chosen.soak} seconds")
    with ground.contestant(GATEWAY) as proxy, _watched(proxy.child.pid) as memory:
        report = ground.load(mixture(_MIX), proxy.url(WORKLOADS[0]), 64, chosen.soak)
    return Soak(report, tuple(memory))


@contextmanager
def _watched(pid: int) -> Iterator[list[tuple[float, int]]]:
    points: list[tuple[float, int]] = []
    over = threading.Event()
    started = time.monotonic()

    def watch() -> None:
        while not over.wait(_EVERY):
            points.append((time.monotonic() - started, procfs.resident(pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield points
    finally:
        over.set()
        watcher.join()


def main() -> None:
    """Measure and print."""
    chosen = choices(sys.argv[1:])
    with stage() as ground:
        print(soak(ground, chosen).text())


if __name__ == "__main__":
    main()
