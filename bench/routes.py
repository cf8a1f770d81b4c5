"""What a request costs with 10, 1,000 and 10,000 routes. The load asks for each of them in turn.

python -m bench.routes --rounds 1 --seconds 1
"""

from __future__ import annotations

import sys

from attrs import frozen

from bench.bars import Bar
from bench.choices import Choices, choices
from bench.load.wrk import tour
from bench.peers.gateway import ROUTED, Variant, peer
from bench.sizes import Size, Sizes, by_size
from bench.stage import Stage, stage

COUNTS = (10, 1_000, 10_000)


@frozen
class Routes:
    """What came out."""

    sizes: Sizes

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        return self.sizes.plain()

    def text(self) -> str:
        """The same as Markdown."""
        return self.sizes.text()

    def bars(self) -> list[Bar]:
        """The bar that it decides."""
        title = "10,000 routes: CPU as a multiple of that with 10"
        return [Bar(title, self.sizes.times(COUNTS[-1]), 1.1)]


def by_routes(ground: Stage, chosen: Choices) -> Routes:
    """Measure all counts, interleaved; raises `Failed`."""
    sizes = [
        Size(count, peer(f"{count}-routes", "", Variant(routes=count)), tour(ROUTED, count))
        for count in COUNTS
    ]
    return Routes(by_size(ground, "routes", sizes, chosen.rounds, chosen.seconds))


def main() -> None:
    """Measure and print."""
    chosen = choices(sys.argv[1:])
    with stage() as ground:
        print(by_routes(ground, chosen).text())


if __name__ == "__main__":
    main()
