"""A process on the leash is out of the terminal's reach, and outlives no parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from twisted.trial.unittest import SynchronousTestCase

from altlas.demo import leash

LEASH = [sys.executable, "-I", "-S", leash.__file__]
#: starts a process on the leash, says its pid, and is killed
PARENT = (
    "import os, signal, subprocess, sys\n"
    "child = subprocess.Popen([*sys.argv[1:], '/bin/sh', '-c', 'echo ready; exec sleep 60'],"
    " stdout=subprocess.PIPE)\n"
    "child.stdout.readline()\n"
    "print(child.pid, flush=True)\n"
    "os.kill(os.getpid(), signal.SIGKILL)\n"
)


class LeashTests(SynchronousTestCase):
    """With real processes, since it is about nothing else."""

    def test_group(self) -> None:
        """The command runs under the same pid, in a group of its own."""
        words = [*LEASH, "/bin/sh", "-c", 'echo $$ "$1"', "sh", "a word"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            pid, word = process.stdout.readline().strip().split(" ", 1)
        self.assertEqual((int(pid), word), (process.pid, "a word"))
        self.assertNotEqual(os.getpgrp(), process.pid)

    def test_ends_with_its_parent(self) -> None:
        """When its parent is killed it is ended."""
        ran = subprocess.run(
            [sys.executable, "-c", PARENT, *LEASH], stdout=subprocess.PIPE, text=True
        )
        self.assertEqual(ran.returncode, -signal.SIGKILL)
        pid, deadline = int(ran.stdout), time.monotonic() + 10
        while _runs(pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertFalse(_runs(pid))


def _runs(pid: int) -> bool:
    """Whether a process is there that has not ended (one that nobody buried has)."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
