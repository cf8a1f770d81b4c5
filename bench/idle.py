"""What an idle connection costs: memory of each proxy under 10,000 of them, all kept alive.

python -m bench.idle --connections 10000 --only gateway,haproxy
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

from attrs import asdict, frozen

from bench import procfs
from bench.bars import Bar
from bench.children import Failed
from bench.choices import Choices, choices
from bench.comparison import NAMES, PEER_TITLES
from bench.load.idlers import idlers
from bench.load.wrk import script
from bench.peers import PEERS
from bench.peers.peer import Peer
from bench.stage import Contestant, Stage, ready, say, stage
from bench.tables import MIB, number, table
from bench.workloads import KIB, WORKLOADS

#: descriptors of a proxy beside its clients': instances, logs, listeners
_SPARE = 1_500
#: the most that a connection may cost the gateway, in KiB
_BAR = 12.0


@frozen
class Idle:
    """The memory of one proxy, in bytes."""

    connections: int
    before: int
    during: int
    after: int

    @property
    def each(self) -> float:
        """Bytes a connection."""
        return (self.during - self.before) / self.connections


@frozen
class IdleMemory:
    """What came out, by the proxy's name."""

    found: Mapping[str, Idle]
    skipped: Mapping[str, str]

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        found = {name: {**asdict(idle), "each": idle.each} for name, idle in self.found.items()}
        return {"proxies": found, "skipped": {**self.skipped}}

    def text(self) -> str:
        """The same as Markdown."""
        head = ("idle memory", "connections", "KiB each", "before MiB", "during MiB", "closed MiB")
        rows = []
        for name, idle in self.found.items():
            sizes = (number(size / MIB) for size in (idle.before, idle.during, idle.after))
            each = number(idle.each / KIB)
            rows.append((PEER_TITLES[name], f"{idle.connections:,}", each, *sizes))
        why = [f"- {PEER_TITLES[name]}: skipped, {why}" for name, why in self.skipped.items()]
        return "\n".join([table(head, rows), *(["", *why] if why else [])])

    def bars(self) -> list[Bar]:
        """The bars that it decides."""
        idle = self.found.get("gateway")
        return [Bar("an idle connection: KiB", idle.each / KIB if idle else None, _BAR)]


def idle_memory(ground: Stage, chosen: Choices) -> IdleMemory:
    """One proxy after another: a warm one, then with idle connections, then without them."""
    wanted = chosen.among(tuple(PEER_TITLES))
    peers = [peer for peer in PEERS if peer.name in wanted]
    if ground.files < chosen.connections + _SPARE:
        why = f"{ground.files} descriptors are allowed, too few for {chosen.connections}"
        return IdleMemory({}, {peer.name: why for peer in peers})
    versions, skipped = ready(peers)
    found: dict[str, Idle] = {}
    for peer in (peer for peer in peers if peer.name in versions):
        say(f"idle connections: {peer.title}")
        try:
            found[peer.name] = _one(ground, peer, chosen.connections)
        except (Failed, OSError) as failure:
            skipped[peer.name] = str(failure)
    return IdleMemory(found, skipped)


def _one(ground: Stage, peer: Peer, count: int) -> Idle:
    with ground.contestant(peer) as proxy:
        ground.load(script(WORKLOADS[0]), proxy.url(WORKLOADS[0]), 64, 1)
        before = _settled(proxy)
        with idlers(proxy.place.http, count):
            during = _settled(proxy)
        return Idle(count, before, during, _settled(proxy))


def _settled(proxy: Contestant) -> int:
    time.sleep(1)
    return procfs.resident(proxy.child.pid)


def main() -> None:
    """Measure and print."""
    chosen = choices(sys.argv[1:], NAMES)
    with stage() as ground:
        print(idle_memory(ground, chosen).text())


if __name__ == "__main__":
    main()
