"""The proxies side by side: every workload on each of them in turn, round after round.

python -m bench.comparison --rounds 1 --seconds 1 --only json,haproxy,gateway
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack

from attrs import asdict, frozen

from bench.bars import Bar, compared
from bench.children import Failed
from bench.choices import Choices, choices
from bench.figures import Figures, Sample, figures, rotated
from bench.measuring import measure
from bench.peers import PEERS
from bench.peers.peer import Peer
from bench.stage import Contestant, Stage, ready, say, stage
from bench.tables import all_details, overview
from bench.workloads import WORKLOADS, Workload

PEER_TITLES = {peer.name: peer.title for peer in PEERS}
TITLES = {workload.name: workload.title for workload in WORKLOADS}
#: the names, beside those of the parts, that a caller may choose among
NAMES = (*PEER_TITLES, *TITLES)


@frozen
class Comparison:
    """What came out."""

    #: by the workload's name, then the proxy's
    found: Mapping[str, Mapping[str, Figures]]
    versions: Mapping[str, str]
    #: why a proxy was not measured
    skipped: Mapping[str, str]

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        found = {
            name: {peer: asdict(each) for peer, each in row.items()}
            for name, row in self.found.items()
        }
        return {"versions": {**self.versions}, "skipped": {**self.skipped}, "workloads": found}

    def text(self) -> str:
        """The same as Markdown."""
        whos = [f"- {PEER_TITLES[name]}: {words}" for name, words in self.versions.items()]
        whos += [f"- {PEER_TITLES[name]}: skipped, {why}" for name, why in self.skipped.items()]
        short = overview(self.found, PEER_TITLES, TITLES)
        return "\n\n".join(["\n".join(whos), short, all_details(self.found, PEER_TITLES, TITLES)])

    def bars(self) -> list[Bar]:
        """The bars that it decides."""
        return [*compared(self.found, TITLES)]


def compare(ground: Stage, chosen: Choices) -> Comparison:
    """Run all rounds. All proxies run all the time; only one has something to do."""
    wanted_peers, wanted = chosen.among(tuple(PEER_TITLES)), chosen.among(tuple(TITLES))
    with ExitStack() as until_done:
        peers = [peer for peer in PEERS if peer.name in wanted_peers]
        proxies, versions, skipped = contestants(ground, peers, until_done)
        workloads = [each for each in WORKLOADS if each.name in wanted]
        samples = _Rounds(ground, proxies, workloads, chosen).run()
    found = {name: _medians(row) for name, row in samples.items()}
    return Comparison(found, versions, skipped)


def contestants(
    ground: Stage, peers: list[Peer], until_done: ExitStack
) -> tuple[dict[str, Contestant], dict[str, str], dict[str, str]]:
    """Those that run now, the versions of these, and why the others do not."""
    versions, skipped = ready(peers)
    proxies: dict[str, Contestant] = {}
    for peer in (peer for peer in peers if peer.name in versions):
        try:
            proxies[peer.name] = until_done.enter_context(ground.contestant(peer))
        except Failed as failure:
            skipped[peer.name] = str(failure)
            del versions[peer.name]
    for name, reason in skipped.items():
        say(f"{name} is skipped: {reason}")
    return proxies, versions, skipped


def _medians(row: Mapping[str, list[Sample]]) -> dict[str, Figures]:
    return {peer: each for peer, taken in row.items() if (each := figures(taken)) is not None}


Samples = dict[str, dict[str, list[Sample]]]


@frozen
class _Rounds:
    _ground: Stage
    _proxies: dict[str, Contestant]
    _workloads: list[Workload]
    _chosen: Choices

    def run(self) -> Samples:
        samples: Samples = {each.name: defaultdict(list) for each in self._workloads}
        for number in range(self._chosen.rounds):
            for workload in self._workloads:
                say(f"round {number + 1} of {self._chosen.rounds}: {workload.title}")
                for name in rotated([*self._proxies], number):
                    if number == 0:
                        # It does not count: compilers compile, pools fill.
                        self._sample(name, workload, 1)
                    samples[workload.name][name] += self._sample(
                        name, workload, self._chosen.seconds
                    )
        return samples

    def _sample(self, name: str, workload: Workload, seconds: int) -> list[Sample]:
        try:
            sample = measure(self._ground, self._proxies[name], workload, seconds)
        except Failed as failure:
            say(f"  {name}: {failure}")
            return []
        if sample.errors:
            say(f"  {name}: {sample.causes} errors, {sample.requests} requests")
        return [sample]


def main() -> None:
    """Compare and print."""
    chosen = choices(sys.argv[1:], NAMES)
    with stage() as ground:
        print(compare(ground, chosen).text())


if __name__ == "__main__":
    main()
