"""Instructions that the gateway's own code takes for a request, counted by valgrind's callgrind.

python -m bench.instructions

Time tells which is faster; this tells, to within a percent and on a busy machine too, whether a
change made the code do more. The kernel's part is not counted.
"""

from __future__ import annotations

import re
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from attrs import frozen

from bench.bars import Bar
from bench.children import Failed
from bench.choices import Choices, choices
from bench.peers.gateway import Variant, peer
from bench.peers.programs import run
from bench.stage import Contestant, Stage, say, stage
from bench.tables import number, table

#: requests until the interpreter has specialised its code and pools are full; and then counted
_WARM, _COUNTED, _TIMES = 500, 500, 3
_ASK = b"GET /json HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"
_SUMMARY = re.compile(r"^summary: (\d+)", re.MULTILINE)
_REACTORS = {"gateway": "", "epoll": "epoll"}


@frozen
class Instructions:
    """What came out: for each reactor the instructions a request, counted several times."""

    found: Mapping[str, tuple[float, ...]]
    skipped: Mapping[str, str]

    def plain(self) -> dict[str, object]:
        """The same as JSON has it."""
        found = {
            name: {"median": median(counts), "counts": [*counts]}
            for name, counts in self.found.items()
        }
        return {"reactors": found, "skipped": {**self.skipped}}

    def text(self) -> str:
        """The same as Markdown."""
        head = ("instructions a request, thousands", "median", "least", "most")
        rows = [
            (name, *(number(count / 1000) for count in (median(each), min(each), max(each))))
            for name, each in self.found.items()
        ]
        why = [f"- {name}: skipped, {reason}" for name, reason in self.skipped.items()]
        return "\n".join([table(head, rows), *(["", *why] if why else [])])

    def bars(self) -> list[Bar]:
        """No bar is set for it."""
        return []


def count_instructions(ground: Stage, _: Choices) -> Instructions:
    """Count them under each reactor."""
    found: dict[str, tuple[float, ...]] = {}
    skipped: dict[str, str] = {}
    for name, reactor in _REACTORS.items():
        say(f"instructions: {name}")
        try:
            found[name] = _counted(ground, reactor)
        except (Failed, OSError) as failure:
            skipped[name] = str(failure)
    return Instructions(found, skipped)


def _counted(ground: Stage, reactor: str) -> tuple[float, ...]:
    valgrind, control = shutil.which("valgrind"), shutil.which("callgrind_control")
    if valgrind is None or control is None:
        raise Failed("valgrind is not installed")
    output = ground.folder / f"callgrind-{reactor or 'default'}"
    under = (valgrind, "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={output}")
    variant = Variant(reactor=reactor, under=under)
    with ground.contestant(peer(f"counted-{reactor}", "", variant)) as proxy:
        return _counts(proxy, control, output)


def _counts(proxy: Contestant, control: str, output: Path) -> tuple[float, ...]:
    pid, port = str(proxy.child.pid), proxy.place.http
    _ask(port, _WARM)
    run([control, "-i", "on", pid])
    _ask(port, _WARM // 5)
    counts = []
    for time in range(1, _TIMES + 1):
        run([control, "-z", pid])
        _ask(port, _COUNTED)
        run([control, "-d", pid])
        counts.append(_summary(output.with_name(f"{output.name}.{time}")) / _COUNTED)
    return tuple(counts)


def _summary(path: Path) -> int:
    found = _SUMMARY.search(path.read_text(errors="replace"))
    if found is None:
        raise Failed("callgrind wrote no summary")
    return int(found.group(1))


def _ask(port: int, count: int) -> None:
    """Ask so many times, one after the other, over one connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for _ in range(count):
            connection.sendall(_ASK)
            answer = b""
            while not answer.endswith(b"}"):
                piece = connection.recv(65_536)
                if not piece:
                    raise Failed("the gateway hung up")
                answer += piece


def main() -> None:
    """Count and print."""
    chosen = choices(sys.argv[1:])
    with stage() as ground:
        print(count_instructions(ground, chosen).text())


if __name__ == "__main__":
    main()
