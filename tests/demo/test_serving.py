"""One instance, as a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.serving import SERVICES, Place, instance_of


class InstanceOfTests(SynchronousTestCase):
    """What is put in a place."""

    def test_every_service(self) -> None:
        """Every service can be put in a place, and is called by its name."""
        for service in SERVICES:
            instance = instance_of(Place(service, "x-1", 0, Path("store")), Clock())
            self.assertEqual(instance.answers.instance, "x-1")


class ProcessTests(SynchronousTestCase):
    """Real processes."""

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A process of the demo, ended after the test at the latest."""
        process = subprocess.Popen(
            [sys.executable, "-m", "altlas.demo", *words],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

        def clean_up() -> None:
            process.kill()
            process.communicate()

        self.addCleanup(clean_up)
        return process

    def test_instances_share(self) -> None:
        """Two instances say where they serve, share what they keep, and end on TERM."""
        store = self.mktemp()
        names = ("archive-1", "archive-2")
        processes = [
            self.start("archive", "--name", name, "--store", str(Path(store).resolve()))
            for name in names
        ]
        urls = []
        for name, process in zip(names, processes, strict=True):
            line = process.stdout.readline()
            self.assertIn(f"{name} (pid {process.pid}) serves http://127.0.0.1:", line)
            urls.append(line.split()[-1])
        put = Request(f"{urls[0]}/documents/a", b'"kept"', method="PUT")
        self.assertEqual(urlopen(put).status, 201)
        found = json.load(urlopen(f"{urls[1]}/documents/a"))
        self.assertEqual((found["document"], found["by"]), ("kept", "archive-1"))
        self.assertEqual(found["instance"], "archive-2")
        for process in processes:
            process.terminate()
            process.wait(10)

    def test_taken_port(self) -> None:
        """An instance whose port is taken says so in one line, and ends with 1."""
        with socket.create_server(("127.0.0.1", 0)) as somebody:
            port = somebody.getsockname()[1]
            process = self.start("runner", "--port", str(port))
            _, complaint = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 1)
        (line,) = complaint.splitlines()
        self.assertIn(f"runner-1: port {port} of 127.0.0.1 is not to be had: ", line)
