"""Files that are watched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from attrs import define, field
from twisted.internet.testing import EventLoggingObserver
from twisted.logger import LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from altlas.tls.defects import Defect, Unusable
from altlas.tls.renewal import Renewal


@define(eq=False)
class Made:
    """Something made of files; what was read, and whether it is refused."""

    files: tuple[str, ...]
    read: list[str] = field(factory=list)
    bad: bool = False

    def renew(self, now: float) -> None:
        missing = [file for file in self.files if not Path(file).exists()]
        if missing:
            raise Unusable([Defect("key", "No such file or directory", missing[0])])
        self.read.append("".join(Path(file).read_text() for file in self.files))
        if self.bad:
            raise Unusable([Defect("key", "it does not fit", self.files[-1])])

    def doubts(self, now: float) -> Iterator[Defect]:
        yield Defect("certificate", f"doubted at {now:g}", self.files[0])

    def certificates(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        return iter(())


class RenewalTests(SynchronousTestCase):
    """A certificate and its key, written one after the other."""

    def setUp(self) -> None:
        folder = Path(self.mktemp())
        folder.mkdir()
        self.paths = [folder / "a.pem", folder / "a.key"]
        for path in self.paths:
            path.write_text("1")
        self.made = Made(tuple(map(str, self.paths)))
        self.renewal = Renewal("listener:public", self.made)
        self.log = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)

    def write(self, which: int, text: str) -> None:
        """Put another file in the place of one."""
        other = self.paths[which].with_suffix(".new")
        other.write_text(text)
        os.replace(other, self.paths[which])

    def look(self, times: int = 1) -> list[str]:
        """Look so many times; what has been read by then."""
        for _ in range(times):
            self.renewal.look(1.0)
        return self.made.read

    def levels(self) -> list[LogLevel]:
        """The levels of what was logged."""
        return [event["log_level"] for event in self.log]

    def test_unchanged(self) -> None:
        """Nothing is read while nothing changes."""
        self.assertEqual(self.look(5), [])

    def test_settled(self) -> None:
        """A change is read once it has stood still for a look, so never between two files."""
        self.write(0, "2")
        self.assertEqual(self.look(), [])
        self.write(1, "2")
        self.assertEqual(self.look(), [])
        self.assertEqual(self.look(), ["22"])
        self.assertEqual(self.look(5), ["22"])
        self.assertTrue(self.renewal.ok)

    def test_gone(self) -> None:
        """A file that goes away is told; once it is back it is read."""
        self.paths[1].unlink()
        self.assertEqual(self.look(5), [])
        self.assertEqual((self.renewal.ok, self.levels()), (False, [LogLevel.critical]))
        self.paths[1].write_text("2")
        self.assertEqual(self.look(2), ["12"])
        self.assertTrue(self.renewal.ok)

    def test_refused(self) -> None:
        """Files that cannot be used are told loudly, once, until they change again."""
        self.made.bad = True
        self.write(0, "3")
        self.assertEqual(self.look(5), ["31"])
        self.assertEqual((self.renewal.ok, self.levels()), (False, [LogLevel.critical]))
        self.made.bad = False
        self.write(1, "3")
        self.assertEqual(self.look(2), ["31", "33"])
        self.assertTrue(self.renewal.ok)

    def test_at_once(self) -> None:
        """Who asks for it has the files read at once, whether they have changed or not."""
        self.renewal.renew(1.0)
        self.assertEqual(self.made.read, ["11"])
        self.assertEqual(self.look(3), ["11"])

    def test_doubts(self) -> None:
        """What should be looked at is told at each renewal, and when asked for."""
        self.renewal.renew(5.0)
        self.renewal.tell_doubts(6.0)
        self.assertEqual(self.levels(), [LogLevel.info, LogLevel.warn, LogLevel.warn])
        said = [str(event["doubt"]) for event in self.log if "doubt" in event]
        self.assertEqual([line.rpartition(" ")[2] for line in said], ["5", "6"])
