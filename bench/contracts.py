"""What a contract costs that is swapped while the gateway serves.

python -m bench.contracts openapi.json other.yaml

Each document has a process of its own, with the gateway's reactor. It takes the place of a small
one ("first"), and then, with a blank more, of itself ("again"): then it is held against another one
as large, which is let go of. Told are the seconds from the change to the swap, the longest time in
which the reactor did nothing else, by a call that is due every 5 ms, and the memory of both
processes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from attrs import asdict, define, field, frozen

from bench import procfs
from bench.tables import MIB, number, table

#: seconds between two calls that tell how long the reactor was busy
TICK = 0.005
#: seconds, after the old contract is let go of, in which what a swap leaves behind may show
AFTER = 0.5
#: seconds that a swap may take here
PATIENCE = 120.0

SMALL = {"openapi": "3.1.0", "info": {"title": "small", "version": "1"}, "paths": {}}


@frozen
class Swap:
    """One swap: seconds until it served, the longest stall in milliseconds."""

    seconds: float
    stall: float


@frozen
class Measured:
    """One document: sizes in bytes, what its swaps cost."""

    name: str
    size: int
    operations: int
    first: Swap
    again: Swap
    #: what it holds in the gateway, and the most that the child had
    held: int
    child: int


@define
class Stalls:
    """The longest time between two calls that are due every `TICK`."""

    longest: float = 0.0
    _last: float = field(factory=time.perf_counter)

    def tick(self) -> None:
        """One of the calls."""
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last - TICK), now

    def begin(self) -> None:
        """Count from now."""
        self.longest, self._last = 0.0, time.perf_counter()


async def measure(reactor: Any, document: Path, folder: Path) -> Measured:
    """Swap a document in, twice."""
    from twisted.internet.task import LoopingCall

    from altlas.gateway.collecting import collect_rarely, spare
    from altlas.gateway.contracts.keeping import Contracts
    from altlas.gateway.contracts.means import Means
    from altlas.settings.tree import Contract

    file, data = folder / "contract", document.read_bytes()
    file.write_text(json.dumps(SMALL))
    settings = Contract(name="it", file=str(file), poll=None, max_size=len(data) + 1)
    contracts = Contracts.of((settings,), Means.of(reactor, time.time, Random()))
    contracts.replaced = spare
    contracts.start()
    collect_rarely()
    stalls = Stalls()
    ticking = LoopingCall(stalls.tick)
    ticking.start(TICK)
    before = procfs.resident(_own())
    swaps = []
    for each in (data, data + b"\n"):
        file.write_bytes(each)
        swaps.append(await _swap(reactor, contracts, stalls))
    held = procfs.resident(_own()) - before
    ticking.stop()
    contracts.stop()
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    serving = contracts.kept["it"].contract
    assert serving is not None
    count = len(serving.operations)
    return Measured(document.name, len(data), count, swaps[0], swaps[1], held, child)


async def _swap(reactor: Any, contracts: Any, stalls: Stalls) -> Swap:
    from twisted.internet.defer import Deferred
    from twisted.internet.task import deferLater

    from altlas.gateway.contracts.retirement import FORGOTTEN

    swapped: Deferred[str] = Deferred()
    contracts.on_change = swapped.callback
    began = time.perf_counter()
    stalls.begin()
    contracts.renew()
    try:
        await swapped.addTimeout(PATIENCE, reactor)
    except Exception:
        (row,) = contracts.rows()
        raise SystemExit(f"it was not taken: {row['failure'] or row['unusable']}") from None
    seconds = time.perf_counter() - began
    await deferLater(reactor, FORGOTTEN + AFTER)
    return Swap(seconds, stalls.longest * 1000)


def _own() -> int:
    return int(Path("/proc/self").resolve().name)


def _one(document: str) -> None:
    """Measure in this process, and say it as JSON."""
    from altlas.reactor import available, install

    if available():
        install()
    from twisted.internet import reactor, task  # noqa: TID251 (the gateway has that one)

    task.react(lambda clock: _in_folder(clock, Path(document)), (), reactor)


async def _in_folder(reactor: Any, document: Path) -> None:
    with TemporaryDirectory() as folder:
        print(json.dumps(asdict(await measure(reactor, document, Path(folder)))))


def text(found: list[Measured]) -> str:
    """A table of it, in Markdown."""
    head = ("document", "MiB", "operations", "first s", "again s")
    rows = [
        (
            each.name,
            number(each.size / MIB),
            f"{each.operations:,}",
            number(each.first.seconds),
            number(each.again.seconds),
            number(each.first.stall),
            number(each.again.stall),
            number(each.held / MIB),
            number(each.child / MIB),
        )
        for each in found
    ]
    return table((*head, "first stall ms", "again stall ms", "held MiB", "child MiB"), rows)


def main(words: list[str]) -> None:
    """Measure each document that is named, and print a table."""
    if words[:1] == ["--one"]:
        _one(words[1])
        return
    if not words:
        raise SystemExit("python -m bench.contracts DOCUMENT...")
    found = []
    for word in words:
        command = [sys.executable, "-m", "bench.contracts", "--one", word]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            print(f"{word}: {(ran.stdout + ran.stderr).strip()[-500:]}", file=sys.stderr)
            continue
        said = json.loads(ran.stdout)
        swaps = {name: Swap(**said.pop(name)) for name in ("first", "again")}
        found.append(Measured(**said, **swaps))
    print(text(found))


if __name__ == "__main__":
    main(sys.argv[1:])
