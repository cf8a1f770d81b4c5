"""What the caller chose."""

from __future__ import annotations

import sys
from io import StringIO

from twisted.trial.unittest import SynchronousTestCase

from bench.choices import PARTS, choices


class ChoiceTests(SynchronousTestCase):
    """Which parts are run."""

    def test_all(self) -> None:
        """Nothing chosen is all of it."""
        chosen = choices(["--only", ""])
        self.assertEqual(chosen.parts, PARTS)
        self.assertEqual(chosen.among(("json", "post")), ("json", "post"))

    def test_part(self) -> None:
        """A part that is named is the only one."""
        chosen = choices(["--only", "idle,haproxy"], ["haproxy", "nginx"])
        self.assertEqual(chosen.parts, ("idle",))
        self.assertEqual(chosen.among(("haproxy", "nginx")), ("haproxy",))

    def test_workload(self) -> None:
        """A workload or proxy that is named asks for the comparison alone."""
        chosen = choices(["--only", "json haproxy"], ["json", "post", "haproxy"])
        self.assertEqual(chosen.parts, ("comparison",))
        self.assertEqual(chosen.among(("json", "post")), ("json",))

    def test_unknown(self) -> None:
        """A name that nobody knows ends the program."""
        self.patch(sys, "stderr", StringIO())
        self.assertRaises(SystemExit, choices, ["--only", "jsn"], ["json"])
