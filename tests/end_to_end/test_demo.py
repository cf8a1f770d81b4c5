"""``make run``, as its spectator sees it: the real gateway, real processes, a real kill."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from twisted.trial.unittest import SynchronousTestCase

from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
INI = """
[listener:public]
bind = tcp:{}:interface=127.0.0.1
[listener:admin]
bind = tcp:{}:interface=127.0.0.1
serves = admin
[backend:segmentation]
instances = http://127.0.0.1:{}
    http://127.0.0.1:{}
probe.interval = 200ms
probe.fast-interval = 100ms
[route:segmentation]
path = /words/
backend = segmentation
rewrite.prefix = /
[access-log]
enabled = no
"""


class DemoTests(SynchronousTestCase):
    """The show, from the first line to the last."""

    def setUp(self) -> None:
        self.ports = free_ports(4)
        self.public, self.admin = self.ports[:2]

    def process(self, *words: str) -> subprocess.Popen[str]:
        """A Python process that finds this checkout, ended after the test at the latest."""
        process = subprocess.Popen(
            [sys.executable, *words],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def clean_up() -> None:
            process.terminate()
            process.communicate(timeout=60)

        self.addCleanup(clean_up)
        return process

    def run_demo(self, text: str) -> subprocess.Popen[str]:
        """The demo of these settings."""
        config = Path(self.mktemp()).with_suffix(".ini").resolve()
        config.write_text(text)
        return self.process("-m", "altlas.demo", "--config", str(config))

    def guide(self, demo: subprocess.Popen[str]) -> str:
        """What the demo says until it has said what to try."""
        lines = []
        for line in demo.stdout:
            lines.append(line)
            if "Ctrl-C ends" in line:
                return "".join(lines)
        self.fail("no guide, but:\n" + "".join(lines))

    def instance(self) -> str:
        """Which instance answered a GET through the gateway; only 200 is an answer."""
        url = f"http://127.0.0.1:{self.public}/words/segment?text=One.+Two."
        with urlopen(url, timeout=10) as response:
            return str(json.load(response)["instance"])

    def states(self) -> dict[str, str]:
        """The state of each instance, by address, as the admin side has it."""
        with urlopen(f"http://127.0.0.1:{self.admin}/api/backends", timeout=10) as response:
            answer = json.load(response)
        (backend,) = answer["backends"] if isinstance(answer, dict) else answer
        return {each["address"]: each["state"] for each in backend["instances"]}

    def until(self, address: str, state: str) -> None:
        """Wait until an instance is in a state, asking through the gateway all the while."""
        deadline = time.monotonic() + 20
        while self.states()[address] != state:
            self.assertLess(time.monotonic(), deadline, f"{address} is never {state}")
            self.instance()

    def test_kill_and_return(self) -> None:
        """No GET fails while an instance is killed, is away, and comes back; TERM ends it all."""
        demo = self.run_demo(INI.format(*self.ports))
        guide = self.guide(demo)
        both = {"segmentation-1", "segmentation-2"}
        self.assertEqual({self.instance() for _ in range(4)}, both)
        first = f"127.0.0.1:{self.ports[2]}"
        found = re.search(rf"kill -9 (\d+) +# segmentation-1, {first}; back with\n +(.*)", guide)
        os.kill(int(found[1]), signal.SIGKILL)
        self.until(first, "down")
        self.assertEqual({self.instance() for _ in range(4)}, {"segmentation-2"})
        self.process(*found[2].split()[1:])
        self.until(first, "up")
        self.assertEqual({self.instance() for _ in range(4)}, both)
        demo.terminate()
        demo.communicate(timeout=60)
        self.assertEqual(demo.returncode, 0)
        for port in (self.public, self.admin, self.ports[3]):
            socket.create_server(("127.0.0.1", port)).close()

    def test_wrong_settings(self) -> None:
        """A mistake in the settings is said in one line each, and nothing is started."""
        ran = self.run_demo(INI.format(*self.ports).replace("rewrite.prefix", "rewrite.prefx"))
        complaint, _ = ran.communicate(timeout=60)
        self.assertEqual(ran.returncode, 1)
        (line,) = complaint.splitlines()
        self.assertIn("rewrite.prefix", line)
