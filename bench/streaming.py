"""A large upload and a large download through a slow other side: how much memory does it take?

Starts a real gateway (twistd) and, in this process, a backend and a client on plain sockets
whose slow half takes its bytes in pauses. Prints the growth of the gateway's resident memory, in
MiB, over what it had before. Run as ``python -m bench.streaming [MiB]``; 1024 by default.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field

MIB = 1024 * 1024
PIECE = bytes(256 * 1024)
#: the slow side sleeps this long, in seconds, after each so many bytes
PAUSE, EVERY = 0.02, 8 * MIB

SETTINGS = """
[listener:public]
bind = tcp:{port}:interface=127.0.0.1
[backend:big]
instances = http://127.0.0.1:{backend}
probe.enabled = no
pool.idle = 0
[route:big]
path = /
backend = big
limit.body = 4GiB
timeout.total = off
[access-log]
enabled = no
"""


@define
class Slowly:
    """Takes bytes off a socket, with pauses, and counts them."""

    taken: int = 0
    _since: int = field(default=0, init=False)

    def take(self, connection: socket.socket, wanted: int) -> None:
        """Take `wanted` bytes; raises `EOFError` if the connection ends before."""
        end = self.taken + wanted
        while self.taken < end:
            piece = connection.recv(min(len(PIECE), end - self.taken))
            if not piece:
                raise EOFError(f"only {self.taken} bytes came")
            self.taken += len(piece)
            self._since += len(piece)
            if self._since >= EVERY:
                self._since = 0
                time.sleep(PAUSE)


def read_head(connection: socket.socket) -> tuple[str, bytes]:
    """A message's head, and what came of its body along with it."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            raise EOFError("the connection ended within a head")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode("latin-1").lower(), rest


def send(connection: socket.socket, size: int) -> None:
    """Send `size` bytes as fast as they are taken."""
    while size > 0:
        piece = PIECE[: min(size, len(PIECE))]
        connection.sendall(piece)
        size -= len(piece)


def backend(listening: socket.socket, size: int) -> None:
    """Serve two connections: GET answers `size` bytes fast, PUT takes its body slowly."""
    for _ in range(2):
        connection, _ = listening.accept()
        with connection:
            head, rest = read_head(connection)
            if head.startswith("get"):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
                send(connection, size)
            else:
                Slowly().take(connection, size - len(rest))
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            connection.recv(1)


def download(port: int, size: int) -> None:
    """Get `size` bytes, slowly."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /big HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        head, rest = read_head(connection)
        assert " 200 " in head, head
        Slowly().take(connection, size - len(rest))


def upload(port: int, size: int) -> None:
    """Put `size` bytes, as fast as they are taken."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        head = (
            b"PUT /big HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        )
        connection.sendall(head % size)
        send(connection, size)
        answer, _ = read_head(connection)
        assert " 204 " in answer, answer


def resident(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"process {pid} has no VmRSS")


def grown(pid: int, act: Callable[[], None]) -> tuple[int, float]:
    """By how many bytes a process grew at most while `act` ran, and the seconds that it took."""
    before, most, over = resident(pid), 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.02):
            most = max(most, resident(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.monotonic()
    try:
        act()
    finally:
        over.set()
        watcher.join()
    return most - before, time.monotonic() - started


@contextmanager
def gateway(port: int, backend_port: int) -> Iterator[int]:
    """A gateway in a process of its own; gives its pid."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "bench.ini"
        config.write_text(SETTINGS.format(port=port, backend=backend_port))
        twistd = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
        words = [*twistd, "-n", "--pidfile=", "altlas-gateway", "--config", str(config)]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        try:
            wait_for(port, process)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once somebody listens at `port`."""
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("the gateway ended")
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the gateway does not listen")


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return int(trial.getsockname()[1])


def main() -> None:
    """Measure both directions and print a line each."""
    size = int(sys.argv[1] if len(sys.argv) > 1 else 1024) * MIB
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=backend, args=(listening, size), daemon=True)
        serving.start()
        port = free_port()
        with gateway(port, listening.getsockname()[1]) as pid:
            for act in (download, upload):
                growth, took = grown(pid, lambda act=act: act(port, size))  # type: ignore[misc]
                print(
                    f"{act.__name__:8} {size // MIB} MiB in {took:.1f} s: "
                    f"the gateway grew by {growth / MIB:.1f} MiB"
                )


if __name__ == "__main__":
    main()
