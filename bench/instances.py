"""What a request costs when a backend has 2 or 200 instances, all of them probed.

python -m bench.instances --rounds 1 --seconds 1
"""

from __future__ import annotations

import sys

from attrs import frozen

from bench.bars import Bar
from bench.choices import Choices, choices
from bench.load.wrk import script
from bench.peers.gateway import Variant, peer
from bench.sizes import Size, Sizes, by_size
from bench.stage import INSTANCES, Stage, stage
from bench.workloads import WORKLOADS

COUNTS = (2, INSTANCES)


@frozen
class Instances:
    """What came out."""

    sizes: Sizes

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        return self.sizes.plain()

    def text(self) -> str:
        """The same as Markdown."""
        return self.sizes.text()

    def bars(self) -> list[Bar]:
        """No bar is set for it."""
        return []


def by_instances(ground: Stage, chosen: Choices) -> Instances:
    """Measure both counts, interleaved; raises `Failed`."""
    sizes = [
        Size(count, peer(f"{count}-instances", "", Variant()), script(WORKLOADS[0]), count)
        for count in COUNTS
    ]
    return Instances(by_size(ground, "instances", sizes, chosen.rounds, chosen.seconds))


def main() -> None:
    """Measure and print."""
    chosen = choices(sys.argv[1:])
    with stage() as ground:
        print(by_instances(ground, chosen).text())


if __name__ == "__main__":
    main()
