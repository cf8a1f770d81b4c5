"""Programs of Debian: those of the machine, else unpacked into a folder of the run.

Unpacked, not installed: that asks for no rights, starts no service and leaves the machine alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from attrs import frozen

from bench.children import Failed
from bench.machine import PEERS

_DEBIAN = PEERS / "debian"
#: where servers are, which is on the path of administrators only
_PLACES = ("/usr/sbin", "/usr/local/sbin", "/sbin")
_PACKAGES = {"nginx": "nginx-light", "haproxy": "haproxy", "wrk": "wrk", "openssl": "openssl"}


@frozen
class Program:
    """A program, and the environment that it needs beside the usual one."""

    path: str
    environment: dict[str, str]


@cache
def program(name: str) -> Program:
    """The program of that name, fetched if it is missing; raises `Failed` with the reason."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *_PLACES]))
    if found is not None:
        return Program(found, {})
    if not _unpacked(name):
        _unpack(_PACKAGES[name])
    if not _unpacked(name):
        raise Failed(f"the package {_PACKAGES[name]} has no {name}")
    libraries = sorted({str(path.parent) for path in _DEBIAN.rglob("*.so*")})
    return Program(_unpacked(name), {"LD_LIBRARY_PATH": os.pathsep.join(libraries)})


def _unpacked(name: str) -> str:
    places = [str(_DEBIAN / "usr" / "bin"), str(_DEBIAN / "usr" / "sbin")]
    return shutil.which(name, path=os.pathsep.join(places)) or ""


def _unpack(package: str) -> None:
    """Unpack a package with all that it needs and the machine lacks."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise Failed(f"{package} is not installed, and this is no Debian to get it from")
    _DEBIAN.mkdir(parents=True, exist_ok=True)
    plan = run(["apt-get", "install", "--simulate", "--no-install-recommends", package])
    names = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
    run(["apt-get", "download", *names], _DEBIAN)
    for archive in _DEBIAN.glob("*.deb"):
        run(["dpkg", "-x", str(archive), str(_DEBIAN)])
        archive.unlink()


def run(words: list[str], folder: Path | None = None, seconds: float = 180) -> str:
    """What a command prints; raises `Failed` if it fails, or takes too long."""
    try:
        ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"{words[0]}: {type(error).__name__}") from None
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip().splitlines() or ["nothing"]
        raise Failed(f"{Path(words[0]).name} {words[1]} failed: {said[-1]}")
    return ran.stdout + ran.stderr
