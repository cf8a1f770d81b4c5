"""Processes of the run: each on one processor, gone when the run is."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import field, frozen

_LIBC = ctypes.CDLL(None)
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
#: seconds that a process may take to listen, and to end
_START, _STOP = 60.0, 10.0


class Failed(Exception):
    """A program did not do what the run needs; str() says why."""


@frozen
class Launch:
    """How a program is started."""

    words: list[str]
    #: on top of the environment of the run
    environment: Mapping[str, str] = field(factory=dict)


@frozen
class Child:
    """A process that was started for the run."""

    process: subprocess.Popen[bytes]
    #: what it printed
    output: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def stop(self) -> None:
        """End it, kindly at first. A second time does nothing."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(_STOP)


def _environment(launch: Launch) -> dict[str, str]:
    # A setting of the gateway in the caller's environment would change what is measured.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALTLAS_")}
    return {**kept, **launch.environment}


@contextmanager
def running(launch: Launch, cpu: int | None, output: Path, folder: Path) -> Iterator[Child]:
    """The program, on processor `cpu`, started in `folder`, until the end of the block."""

    def prepare() -> None:
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
        _LIBC.prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)

    with output.open("wb") as sink:
        process = subprocess.Popen(
            launch.words,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=_environment(launch),
            preexec_fn=prepare,
        )
    child = Child(process, output)
    try:
        yield child
    finally:
        child.stop()


def await_listening(child: Child, *ports: int, within: float = _START) -> float:
    """Return once the child listens at all `ports`: the seconds that it took.

    Raises `Failed` with the end of what it printed if it ends or takes too long.
    """
    started = time.monotonic()
    for port in ports:
        while not _listens(port):
            if child.process.poll() is not None:
                raise Failed(f"ended at once: {_last_words(child.output)}")
            if time.monotonic() - started > within:
                raise Failed(f"does not listen: {_last_words(child.output)}")
            time.sleep(0.02)
    return time.monotonic() - started


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _last_words(output: Path) -> str:
    lines = output.read_text(errors="replace").strip().splitlines()
    return " / ".join(lines[-3:]) or "it said nothing"


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nobody has just now.

    From below the range that the system hands out to clients: else a connection of the run could
    take one before its server does.
    """
    found: list[int] = []
    port = 20_000 + os.getpid() % 7_000
    while len(found) < count:
        port += 1
        if port not in _GIVEN and _free(port):
            found.append(port)
            _GIVEN.add(port)
    return tuple(found)


_GIVEN: set[int] = set()


def _free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
