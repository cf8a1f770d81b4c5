"""What a fuzzer calls holds for all that it starts from, and for a while of its own choice."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.fuzz.seeds import FOUND, LONGEST, seeds, written
from tests.fuzz.targets import TARGETS, Broken, same
from tests.house import ROOT

#: inputs that each target is tried with in `make test`; a few seconds of one core
RUNS = {"request": 4000, "response": 3000, "chunked": 8000, "settings": 1000}
MISSING = None if find_spec("atheris") else "atheris is not installed: it has no wheel everywhere"


class SeedTests(SynchronousTestCase):
    """What is known already."""

    def test_seeds(self) -> None:
        """Every seed passes, cut at several places."""
        for name, target in TARGETS.items():
            count = 0
            for seed in seeds(name):
                for first in (0, 64, 128, 200, 255) if name != "settings" else seed[:1]:
                    target(bytes((first,)) + seed[1:])
                count += 1
            self.assertGreater(count, 10, name)

    def test_found(self) -> None:
        """What once broke something is among them, and belongs to a target."""
        for path in FOUND.iterdir():
            name = path.name.partition("-")[0]
            self.assertIn(name, TARGETS)
            self.assertIn(path.read_bytes(), list(seeds(name)))

    def test_written(self) -> None:
        """They are written once each, as short as a fuzzer likes them."""
        folder = Path(self.mktemp())
        for name in TARGETS:
            written(name, folder / name)
            sizes = [path.stat().st_size for path in (folder / name).iterdir()]
            self.assertEqual(len(sizes), len(set(seeds(name))))
            self.assertLessEqual(max(sizes), LONGEST)

    def test_disagreement(self) -> None:
        """A reader to which pieces matter is found."""
        with self.assertRaises(Broken):
            same(lambda pieces: [(len(list(pieces)),)], b"\x80abc")
        self.assertEqual(same(lambda pieces: [(b"".join(pieces),)], b"\x80abc"), [(b"abc",)])


class GuidedTests(SynchronousTestCase):
    """A short run of the coverage-guided fuzzer."""

    skip = MISSING

    def fuzzed(self, target: str) -> None:
        """Try as many inputs as `RUNS` says, from the same beginning each time."""
        folder = Path(self.mktemp()).absolute()
        command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", "60"]
        ran = subprocess.run(
            [*command, "--runs", str(RUNS[target]), "--keep", str(folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
        )
        self.assertEqual(ran.returncode, 0, ran.stdout[-3000:] + ran.stderr[-3000:])
        self.assertIn("DONE", ran.stderr)

    def test_requests(self) -> None:
        """Requests, and what goes on of them."""
        self.fuzzed("request")

    def test_responses(self) -> None:
        """Responses, and what the client gets of them."""
        self.fuzzed("response")

    def test_chunks(self) -> None:
        """Chunked bodies."""
        self.fuzzed("chunked")

    def test_settings(self) -> None:
        """Configuration files."""
        self.fuzzed("settings")
