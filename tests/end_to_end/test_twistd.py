"""The ways to start the gateway, with the real twistd, in another folder than this."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from twisted.trial.unittest import SynchronousTestCase

from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
TWISTD = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
INI = """
[listener:public]
bind = tcp:{}:interface=127.0.0.1
[listener:admin]
bind = tcp:{}:interface=127.0.0.1
serves = admin
[route:hello]
path = /hello
respond.status = 200
respond.body = hello
[access-log]
path = access.log
"""


class TwistdTests(SynchronousTestCase):
    """Started, asked, ended."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir()
        self.config = self.folder / "altlas.ini"
        self.public, self.admin = free_ports(2)
        self.config.write_text(INI.format(self.public, self.admin))
        self.environ = os.environ | {"PYTHONPATH": str(ROOT), "ALTLAS_CONFIG": str(self.config)}

    def twistd(self, *words: str) -> subprocess.Popen[str]:
        """A twistd in a folder of the test's own, ended after it at the latest."""
        process = subprocess.Popen(
            [*TWISTD, *words],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def clean_up() -> None:
            process.terminate()
            process.communicate(timeout=60)

        self.addCleanup(clean_up)
        return process

    def serves(self) -> None:
        """Wait until the gateway is alive, and see that it serves."""
        deadline = time.monotonic() + 30
        while not self.answers(self.admin, "/livez"):
            self.assertLess(time.monotonic(), deadline, "never alive")
            time.sleep(0.05)
        self.assertEqual(self.answers(self.public, "/hello"), "hello")

    def answers(self, port: int, path: str) -> str:
        """What is answered there, or nothing."""
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return str(response.read().decode())
        except URLError:
            return ""

    def test_foreground(self) -> None:
        """With -n the command serves until TERM, and has written its log by then."""
        process = self.twistd("-n", "--pidfile=", "altlas-gateway", "--config", "altlas.ini")
        self.serves()
        process.terminate()
        process.communicate(timeout=60)
        self.assertIn("/hello", (self.folder / "access.log").read_text())
        self.assertFalse((self.folder / "twistd.pid").exists())

    def test_daemon(self) -> None:
        """Without -n the command goes to the background, and TERM to its pid file ends it."""
        process = self.twistd("altlas-gateway", "--config", "altlas.ini")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        pidfile = self.folder / "twistd.pid"
        try:
            self.serves()
        finally:
            os.kill(int(pidfile.read_text()), 15)
        deadline = time.monotonic() + 30
        while pidfile.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertFalse(pidfile.exists())

    def test_tac(self) -> None:
        """The .tac file serves what ALTLAS_CONFIG names."""
        self.twistd("-n", "--pidfile=", "-y", str(ROOT / "altlas.tac"))
        self.serves()

    def test_tac_with_mistakes(self) -> None:
        """The .tac file says in one line each what is wrong, without a traceback."""
        self.config.write_text("[listener:public]\nbindd = tcp:8080\n")
        process = self.twistd("-n", "--pidfile=", "-y", str(ROOT / "altlas.tac"))
        said, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("bindd", said)
        self.assertNotIn("Traceback", said)

    def test_taken_port(self) -> None:
        """A port that is taken is found before the daemon is one, and named."""
        self.twistd("-n", "--pidfile=", "altlas-gateway", "--config", "altlas.ini")
        self.serves()
        process = self.twistd("--pidfile=other.pid", "altlas-gateway", "--config", "altlas.ini")
        said, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("Address already in use", said)
        self.assertIn("listener:public", said)
        self.assertNotIn("Traceback", said)
