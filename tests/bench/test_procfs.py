"""What Linux says of processes."""

from __future__ import annotations

import os
import time

from twisted.trial.unittest import SynchronousTestCase

from bench.procfs import Stat, cpu_seconds, family, parse_stat, resident

LINE = (
    "4321 (a ) (name) S 17 4321 17 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 99 1000000 "
    "777 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n"
)


class StatTests(SynchronousTestCase):
    """Reading /proc."""

    def test_line(self) -> None:
        """A program's name may hold blanks and brackets."""
        self.assertEqual(parse_stat(LINE), Stat(pid=4321, parent=17, ticks=300, pages=777))

    def test_family(self) -> None:
        """Children's children belong to it, in whatever order they are listed; others do not."""
        stats = [Stat(4, 3, 1, 1), Stat(3, 2, 1, 1), Stat(2, 1, 1, 1), Stat(9, 1, 1, 1)]
        self.assertEqual({stat.pid for stat in family(2, stats)}, {2, 3, 4})

    def test_this_process(self) -> None:
        """The time that this process takes is seen, and it has memory."""
        before = cpu_seconds(os.getpid())
        until = time.process_time() + 0.05
        while time.process_time() < until:
            pass
        self.assertGreater(cpu_seconds(os.getpid()), before)
        self.assertGreater(resident(os.getpid()), 1024 * 1024)
