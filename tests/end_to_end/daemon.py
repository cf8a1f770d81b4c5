"""The gateway as a process of its own, under the real twistd, seen by blocking sockets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen
from twisted.trial.unittest import SynchronousTestCase

from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
TWISTD = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
#: seconds that anything here may take, on a machine that is busy with other things
PATIENCE = 20.0

INI = """
[gateway]
drain.timeout = 10s
[listener:public]
bind = tcp:{public}:interface=127.0.0.1
[listener:admin]
bind = tcp:{admin}:interface=127.0.0.1
serves = admin
[backend:slow]
instances = http://127.0.0.1:{backend}
probe.enabled = no
retry.tries = 0
[route:slow]
path = /slow/
backend = slow
[route:hello]
path = /hello
respond.status = 200
respond.body = hello
[access-log]
path = access.log
flush = 10ms
"""


@frozen
class Answer:
    """What an HTTP client got."""

    status: int
    body: str
    fields: dict[str, str]


def ask(port: int, path: str) -> Answer | None:
    """Ask on a connection of its own; None when there is none to be had."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, response.read().decode(), fields)
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


class Daemon(SynchronousTestCase):
    """Tests with a folder of their own, in which twistd runs."""

    def setUp(self) -> None:
        folder = TemporaryDirectory(prefix="altlas-")  # short, for paths of UNIX sockets
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.backend = socket.create_server(("127.0.0.1", 0))
        self.backend.settimeout(PATIENCE)
        self.addCleanup(self.backend.close)
        self.public, self.admin = free_ports(2)
        self.config = self.folder / "altlas.ini"
        self.configure()

    def configure(self, old: str = "", new: str = "", more: str = "") -> None:
        """Write the settings, with `old` replaced by `new`, and `more` behind them."""
        ports = {"public": self.public, "admin": self.admin}
        text = INI.format(**ports, backend=self.backend.getsockname()[1])
        self.assertIn(old, text)
        self.config.write_text(text.replace(old, new) + more)

    # --- processes

    def twistd(self, *words: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """A twistd that finds this checkout, ended after the test at the latest."""
        process = subprocess.Popen(
            [*TWISTD, *words],
            cwd=folder or self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "ALTLAS_CONFIG": str(self.config)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def clean_up() -> None:
            if process.returncode is None:
                process.kill()
                process.communicate()

        self.addCleanup(clean_up)
        return process

    def foreground(self) -> subprocess.Popen[str]:
        """A gateway with ``-n``, which is ready."""
        process = self.twistd("-n", "--pidfile=", "altlas-gateway", "--config", "altlas.ini")
        self.until_ready()
        return process

    def ended(self, process: subprocess.Popen[str]) -> str:
        """Wait for the end of a process; everything that it said."""
        said, _ = process.communicate(timeout=PATIENCE)
        return said

    def daemon(self, *words: str, folder: Path | None = None) -> int:
        """The pid of a gateway in the background, which is ready; killed after the test."""
        starting = self.twistd(*words, "altlas-gateway", "-c", str(self.config), folder=folder)
        self.assertEqual((self.ended(starting), starting.returncode), ("", 0))
        pid = int((self.folder / "twistd.pid").read_text())

        def clean_up() -> None:
            if self.alive(pid):
                os.kill(pid, signal.SIGKILL)

        self.addCleanup(clean_up)
        self.until_ready()
        return pid

    def alive(self, pid: int) -> bool:
        """Whether there is such a process (and not only what is left of it)."""
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    # --- waiting

    def until(self, true: Callable[[], object], what: str) -> None:
        """Wait until something is true."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            self.assertLess(time.monotonic(), deadline, f"never {what}")
            time.sleep(0.02)

    def until_ready(self) -> None:
        """Wait until the gateway says that it is."""
        self.until(lambda: self.readiness() == 200, "ready")

    def readiness(self) -> int:
        """The status of /readyz, 0 when nobody answers."""
        answer = ask(self.admin, "/readyz")
        return answer.status if answer else 0

    # --- raw connections

    def connected(self, port: int = 0) -> socket.socket:
        """A connection to the gateway."""
        connection = socket.create_connection(("127.0.0.1", port or self.public), PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def under_way(self, path: str = "/slow/") -> tuple[socket.socket, socket.socket]:
        """A client whose request has come to the backend, and the backend's end of it."""
        client = self.connected()
        client.sendall(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode())
        instance, _ = self.backend.accept()
        self.addCleanup(instance.close)
        instance.settimeout(PATIENCE)
        while not instance.recv(65536).endswith(b"\r\n\r\n"):
            pass
        return client, instance


def received(connection: socket.socket) -> bytes:
    """Everything up to the end of a connection; that it was cut is an end as well."""
    data = b""
    try:
        while more := connection.recv(65536):
            data += more
    except ConnectionError:
        pass
    return data
