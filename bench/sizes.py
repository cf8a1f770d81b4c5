"""One gateway in several sizes side by side: does the size of a configuration cost anything?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from attrs import asdict, frozen

from bench.figures import Figures, Sample, figures, ratio, rotated
from bench.measuring import measure
from bench.peers.peer import Peer
from bench.stage import Contestant, Stage, say
from bench.tables import MIB, microseconds, number, table, times
from bench.workloads import Workload


@frozen
class Size:
    """One size: so many of something."""

    count: int
    peer: Peer
    #: the Lua script of the load
    lua: str
    #: instances of the backend
    instances: int = 2


@frozen
class Grown:
    """What one size came to."""

    figures: Figures
    #: seconds until it listened
    start: float


@frozen
class Sizes:
    """What all sizes came to, by their count."""

    what: str
    found: Mapping[int, Grown]

    def times(self, count: int) -> float | None:
        """The processor time of a request at this size, as a multiple of the least size's."""
        cpu = {each: grown.figures.cpu for each, grown in self.found.items()}
        return ratio(cpu.get(count), cpu.get(min(cpu, default=0)))

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        return {
            str(count): {**asdict(grown.figures), "start": grown.start, "times": self.times(count)}
            for count, grown in self.found.items()
        }

    def text(self) -> str:
        """The same as Markdown."""
        head = (self.what, "CPU a request", "times", "requests/s", "RSS MiB", "starts in s")
        rows = [
            (
                f"{count:,}",
                microseconds(grown.figures.cpu),
                times(self.times(count)),
                number(grown.figures.rate),
                number(grown.figures.resident / MIB),
                number(grown.start),
            )
            for count, grown in self.found.items()
        ]
        return table(head, rows)


def by_size(ground: Stage, what: str, sizes: list[Size], rounds: int, seconds: int) -> Sizes:
    """Interleaved rounds over all sizes; raises `Failed`."""
    workload = Workload(name=what, title=what)
    samples: dict[str, list[Sample]] = {size.peer.name: [] for size in sizes}
    of = {size.peer.name: size for size in sizes}
    with ExitStack() as until_done:
        proxies: dict[str, Contestant] = {}
        for size in sizes:
            say(f"starting: {size.count} {what}")
            entered = ground.contestant(size.peer, size.instances)
            proxies[size.peer.name] = until_done.enter_context(entered)
        for number_ in range(rounds):
            say(f"round {number_ + 1} of {rounds}: {what}")
            for name in rotated([*of], number_):
                if number_ == 0:
                    measure(ground, proxies[name], workload, 1, of[name].lua)
                taken = measure(ground, proxies[name], workload, seconds, of[name].lua)
                samples[name].append(taken)
        starts = {name: proxy.start for name, proxy in proxies.items()}
    return Sizes(
        what,
        {
            of[name].count: Grown(each, starts[name])
            for name, taken in samples.items()
            if (each := figures(taken)) is not None
        },
    )
