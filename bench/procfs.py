"""What Linux says of a process and its children: processor time and resident memory."""

from __future__ import annotations

import os
from pathlib import Path

from attrs import frozen

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@frozen
class Stat:
    """One line of ``/proc/PID/stat``, as far as it matters here (proc(5))."""

    pid: int
    parent: int
    #: user and system time, in clock ticks; the kernel scales them to the exact run time
    ticks: int
    #: resident memory, in pages
    pages: int


def parse_stat(line: str) -> Stat:
    """Read a line of ``/proc/PID/stat``; the program's name in it may hold anything."""
    before, _, after = line.rpartition(")")
    words = after.split()
    # Field numbers of proc(5) begin with 1 at the pid; `words` begins with field 3.
    return Stat(
        pid=int(before.split()[0]),
        parent=int(words[4 - 3]),
        ticks=int(words[14 - 3]) + int(words[15 - 3]),
        pages=int(words[24 - 3]),
    )


def family(pid: int, stats: list[Stat]) -> list[Stat]:
    """Those of `stats` that are the process `pid` or came from it."""
    known = {pid}
    found = [stat for stat in stats if stat.pid == pid]
    while more := [s for s in stats if s.parent in known and s.pid not in known]:
        found += more
        known.update(stat.pid for stat in more)
    return found


def _stats() -> list[Stat]:
    stats = []
    for path in _PROC.glob("[0-9]*/stat"):
        try:
            stats.append(parse_stat(path.read_text()))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    return stats


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children so far, in seconds."""
    return sum(stat.ticks for stat in family(pid, _stats())) / _TICKS


def resident(pid: int) -> int:
    """Resident memory of a process and its children, in bytes; what they share counts for each."""
    return sum(stat.pages for stat in family(pid, _stats())) * _PAGE
