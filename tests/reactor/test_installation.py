"""Twistd knows the reactor, and it serves as a daemon."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from twisted.application.reactors import getReactorTypes
from twisted.trial.unittest import SynchronousTestCase

from altlas.reactor import available

ROOT = Path(__file__).parents[2]

APPLICATION = """
from twisted.application import internet, service
from twisted.internet import protocol, reactor

class Name(protocol.Protocol):
    def connectionMade(self):
        self.transport.write(type(reactor).__name__.encode())
        self.transport.loseConnection()

application = service.Application("test")
factory = protocol.Factory.forProtocol(Name)
internet.UNIXServer("served", factory).setServiceParent(application)
"""


class InstallationTests(SynchronousTestCase):
    """By twistd."""

    def test_available(self) -> None:
        """Where the tests run, uvloop is."""
        self.assertTrue(available())

    def test_known_to_twistd(self) -> None:
        """The plugin names the module whose `install` is called."""
        [kind] = [kind for kind in getReactorTypes() if kind.shortName == "altlas-uvloop"]
        self.assertEqual(kind.moduleName, "altlas.reactor")

    def test_daemon(self) -> None:
        """Daemonized by twistd, which forks after the reactor is chosen, it serves and stops."""
        folder = Path(tempfile.mkdtemp())
        (folder / "app.tac").write_text(APPLICATION)
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        twistd = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
        options = ["--reactor", "altlas-uvloop", "-y", "app.tac"]
        subprocess.run([*twistd, *options], cwd=folder, env=environ, check=True, timeout=30)
        pid = int((folder / "twistd.pid").read_text())
        self.addCleanup(_end, pid)
        with socket.socket(socket.AF_UNIX) as plain:
            plain.settimeout(10)
            _soon(lambda: plain.connect(str(folder / "served")))
            self.assertEqual(plain.recv(99), b"UvloopReactor")
        os.kill(pid, signal.SIGTERM)
        _soon(lambda: _gone(folder / "twistd.pid"))
        # Its last word, for which it has no pid file any more.
        _soon(lambda: _says(folder / "twistd.log", "Server Shut Down."))


def _soon(act: Callable[[], object], tries: int = 200) -> None:
    """Try until it works: the daemon starts and ends by itself."""
    for left in range(tries, 0, -1):
        try:
            act()
            return
        except OSError:
            if left == 1:
                raise
            time.sleep(0.05)


def _gone(path: Path) -> None:
    if path.exists():
        raise FileExistsError(path)


def _says(path: Path, words: str) -> None:
    if words not in path.read_text():
        raise FileNotFoundError(f"{words} in {path.read_text()}")


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
