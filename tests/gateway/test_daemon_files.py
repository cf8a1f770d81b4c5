"""What can be said of the files of twistd before it opens them."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.daemon_files import unusable_files

BACKGROUND = {"nodaemon": 0, "debug": 0, "logfile": None, "pidfile": "twistd.pid"}


class UnusableFilesTests(SynchronousTestCase):
    """In a folder of the test's own."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)

    def found(self, **more: object) -> list[str]:
        """What is found in the options of a daemon that are right but for what is given."""
        return list(unusable_files(BACKGROUND | more))

    def test_right(self) -> None:
        """Files that can be made are fine, and are not made."""
        self.assertEqual(self.found(logfile="x.log"), [])
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_wrong(self) -> None:
        """Each file that cannot be is told with its option."""
        self.assertEqual(
            self.found(logfile="no/x.log", pidfile="/no-such/x.pid"),
            [
                f"--logfile=no/x.log: {self.folder}/no is no folder",
                "--pidfile=/no-such/x.pid: /no-such is no folder",
            ],
        )

    def test_usual_log(self) -> None:
        """Without a name a daemon logs to a usual one, and a process in the foreground to none."""
        (self.folder / "twistd.log").mkdir()
        self.assertEqual(self.found(), ["--logfile=twistd.log: it is a folder"])
        self.assertEqual(self.found(nodaemon=1), [])
        self.assertEqual(self.found(debug=1), [])

    def test_none(self) -> None:
        """Where twistd writes no file of that name, nothing is wrong with it."""
        for more in (
            {"syslog": 1, "logfile": "no/x"},
            {"logger": object(), "logfile": "no/x"},
            {"logfile": "-", "nodaemon": 1},
            {"pidfile": ""},
            {"pidfile": "/no/x", "chroot": "/jail"},
        ):
            self.assertEqual(self.found(**more), [], more)
