"""What the caller chose: how long, how often, which of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from attrs import frozen

#: the parts of the run, in their order
PARTS = ("comparison", "idle", "routes", "instances", "soak", "instructions")


@frozen(kw_only=True)
class Choices:
    """How long and which."""

    rounds: int = 3
    #: seconds of load for each proxy and workload in a round; whole ones
    seconds: int = 3
    #: names of parts, workloads and proxies; empty for all
    only: tuple[str, ...] = ()
    #: seconds of the soak
    soak: int = 60
    #: connections that idle
    connections: int = 10_000
    keep: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that are wanted; a workload or proxy alone asks for the comparison."""
        if self.only and not {*self.only} & {*PARTS}:
            return ("comparison",)
        return self.among(PARTS)

    def among(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `names` that are wanted: the ones that were chosen, or all if none was."""
        chosen = tuple(name for name in names if name in self.only)
        return chosen or names


def choices(words: Sequence[str], known: Sequence[str] = ()) -> Choices:
    """Read a command line; ends the program with a line that helps if it is wrong.

    `known` are the names, beside those of the parts, that ``--only`` may hold.
    """
    defaults = Choices()
    parser = argparse.ArgumentParser(description="Measure the gateway beside its peers.")
    parser.add_argument("--rounds", type=_positive, default=defaults.rounds)
    parser.add_argument("--seconds", type=_positive, default=defaults.seconds)
    parser.add_argument("--soak", type=_positive, default=defaults.soak)
    parser.add_argument("--connections", type=_positive, default=defaults.connections)
    parser.add_argument(
        "--only", default="", help="parts, workloads or proxies: " + ", ".join((*PARTS, *known))
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the results even if --only left something out"
    )
    read = parser.parse_args(words)
    only = tuple(word for word in read.only.replace(",", " ").split())
    if unknown := [word for word in only if word not in (*PARTS, *known)]:
        parser.error(f"--only does not know {', '.join(unknown)}")
    return Choices(
        rounds=read.rounds,
        seconds=read.seconds,
        only=only,
        soak=read.soak,
        connections=read.connections,
        keep=read.keep,
    )


def _positive(written: str) -> int:
    number = int(written)
    if number < 1:
        raise ValueError
    return number
