"""The machine that is measured on, and the commit that is measured."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parent.parent
#: what is installed for the run only; within a folder that git ignores
PEERS = ROOT / ".venv" / "bench"


@frozen
class Processors:
    """Who runs where. None: wherever the system likes."""

    proxy: int | None
    load: int | None


def processors() -> Processors:
    """One processor for the proxy, another one for load and backends; none if there is but one."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        return Processors(None, None)
    # Devices mostly interrupt the first one, so the proxy gets the last.
    return Processors(proxy=usable[-1], load=usable[-2])


def raise_file_limit(wanted: int = 65_536) -> int:
    """Let this process and its children have many descriptors; returns how many it became."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (wanted, hard):
        if soft >= limit:
            break
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, max(limit, hard)))
        except (ValueError, OSError):
            continue
        break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def facts(cpus: Processors) -> dict[str, object]:
    """What must be known to read the figures; no names of machine, user or folders."""
    return {
        "processor": _processor(),
        "processors": len(os.sched_getaffinity(0)),
        "pinned": cpus.proxy is not None,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load average before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def commit() -> str:
    """The short name of the commit, or ``nogit`` outside of a repository."""
    return _git("rev-parse", "--short", "HEAD") or "nogit"


def changed() -> bool:
    """Whether the checkout differs from its commit."""
    return bool(_git("status", "--porcelain", "--untracked-files=no"))


def _git(*words: str) -> str:
    try:
        ran = subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.strip()
