"""The guide's command lines are what they are said to be."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.guide import command, guide
from altlas.demo.plan import plan
from tests.demo.settings import INI, demo_settings

SEGMENT = "/api/v1/segmentation/segment"


class GuideTests(SynchronousTestCase):
    """What the spectator reads."""

    def setUp(self) -> None:
        self.plan = plan(demo_settings(self.mktemp()), Path("altlas.ini"), Path("a store"))
        self.pids = {place.name: 4000 + at for at, place in enumerate(self.plan.places)}
        self.text = guide(self.plan, self.pids)

    def test_every_route(self) -> None:
        """There is a curl for every route that has a plain path."""
        for path in ("/api/v1/segmentation/segment", "/hello", "/"):
            self.assertIn(f"http://127.0.0.1:8080{path}\n", self.text)

    def test_admin(self) -> None:
        """The admin side is named, and what to ask it."""
        self.assertIn("its admin side at http://127.0.0.1:9901.", self.text)
        self.assertIn("http://127.0.0.1:9901/api/backends", self.text)

    def test_kill_and_bring_back(self) -> None:
        """Every instance has its pid to kill, and the command line that brings it back."""
        for place in self.plan.places:
            self.assertIn(f"kill -9 {self.pids[place.name]} ", self.text)
            self.assertIn(f"--port {place.port} --name {place.name} --store 'a store'", self.text)

    def test_words_for_the_shell(self) -> None:
        """Every line that is to be typed can be read by a shell."""
        for line in self.text.splitlines():
            if line.startswith("  curl"):
                self.assertEqual(shlex.split(line, comments=True)[0], "curl")

    def test_contracts(self) -> None:
        """Where a contract is held to, the guide says what breaks it, and where it is shown."""
        self.assertNotIn("breaks a contract", self.text)
        text = INI.replace("tcp:8080", "tcp:8080\nopenapi.path = /openapi.json")
        text = text.replace("[backend:segmentation]", "[backend:segmentation]\ncontract = words")
        text += "[contract:words]\nurl = http://127.0.0.1:9001/openapi.json\n"
        held = plan(demo_settings(self.mktemp(), text), Path("altlas.ini"), Path("a store"))
        lines = guide(held, self.pids).splitlines()
        for url in (held.public.url + "/openapi.json", held.admin.url + "/api/contracts"):
            self.assertTrue(any(f"curl -s {url}   # " in line for line in lines), url)
        (line,) = [line for line in lines if line.endswith("400: text is no string")]
        self.assertEqual(shlex.split(line, comments=True)[-1], held.public.url + SEGMENT)

    def test_command(self) -> None:
        """An instance is started by this Python."""
        words = command(self.plan.places[0])
        self.assertEqual(words[:4], [sys.executable, "-m", "altlas.demo", "segmentation"])
