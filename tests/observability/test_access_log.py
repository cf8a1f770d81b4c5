"""Tests for `altlas.observability.access_log`."""

from __future__ import annotations

import errno
import json

from attrs import define, evolve, field
from twisted.internet.task import Clock
from twisted.logger import Logger, LogPublisher
from twisted.trial.unittest import SynchronousTestCase

from altlas.observability import access_log as module
from altlas.observability.access_log import AccessLog
from altlas.observability.record import ExchangeRecord
from altlas.settings.tree import AccessLog as AccessLogSettings
from altlas.timers import Timers

SETTINGS = AccessLogSettings(enabled=True, path="log", format="json", buffer=1000, flush=1.0)


@define(eq=False)
class Paper:
    """A file in memory that remembers each write, or fails when it is told to."""

    blocks: list[bytes] = field(factory=list)
    opened: list[str] = field(factory=list)
    full: bool = False
    forbidden: bool = False
    closed: bool = False

    def open(self, path: str) -> Paper:
        if self.forbidden:
            raise PermissionError(errno.EACCES, "Permission denied")
        self.opened.append(path)
        return self

    def write(self, data: bytes, /) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.blocks.append(data)
        return len(data)

    def close(self) -> None:
        self.closed = True

    @property
    def lines(self) -> list[bytes]:
        return b"".join(self.blocks).splitlines()


@define(eq=False)
class Desk:
    """An access log with everything around it."""

    clock: Clock
    paper: Paper
    failures: list[None]
    log: AccessLog


def desk(settings: AccessLogSettings = SETTINGS) -> Desk:
    clock, paper, failures = Clock(), Paper(), list[None]()
    log = AccessLog(settings, Timers(clock), paper.open, lambda: failures.append(None))
    return Desk(clock, paper, failures, log)


class AccessLogTests(SynchronousTestCase):
    """When lines are written, and where."""

    def test_flushed_in_time(self) -> None:
        """A line is in the file when the flush interval has passed, and not before."""
        it = desk()
        it.log.write(ExchangeRecord(request_id="a"))
        it.clock.advance(0.5)
        self.assertEqual(it.paper.lines, [])
        it.clock.advance(0.5)
        self.assertEqual([json.loads(line)["request_id"] for line in it.paper.lines], ["a"])

    def test_flushed_at_size(self) -> None:
        """Lines go out in one block as soon as they fill the buffer."""
        it = desk()
        while not it.paper.blocks:
            it.log.write(ExchangeRecord())
        self.assertEqual(len(it.paper.blocks), 1)
        self.assertGreaterEqual(len(it.paper.blocks[0]), SETTINGS.buffer)
        it.clock.advance(10)
        self.assertEqual(len(it.paper.blocks), 1)

    def test_no_buffer(self) -> None:
        """With a buffer of 0 each line is written at once."""
        it = desk(evolve(SETTINGS, buffer=0))
        it.log.write(ExchangeRecord())
        it.log.write(ExchangeRecord())
        self.assertEqual(len(it.paper.blocks), 2)

    def test_every_line(self) -> None:
        """No record is left out or changes its place, however many wait for their lines."""
        it = desk(evolve(SETTINGS, buffer=64 * 1024))
        wanted = [str(n) for n in range(1000)]
        for each in wanted:
            it.log.write(ExchangeRecord(request_id=each))
        it.log.close()
        self.assertGreater(len(it.paper.blocks), 1)
        self.assertEqual([json.loads(line)["request_id"] for line in it.paper.lines], wanted)

    def test_combined(self) -> None:
        """The format is the one in the settings."""
        it = desk(evolve(SETTINGS, format="combined"))
        it.log.write(ExchangeRecord(client="203.0.113.9"))
        it.log.flush()
        self.assertTrue(it.paper.lines[0].startswith(b"203.0.113.9 - - ["))

    def test_off(self) -> None:
        """A log that is switched off opens nothing and writes nothing."""
        it = desk(evolve(SETTINGS, enabled=False))
        it.log.write(ExchangeRecord())
        it.log.reopen()
        it.log.close()
        self.assertEqual((it.paper.opened, it.paper.blocks), ([], []))

    def test_close(self) -> None:
        """Closing writes out what is there; what comes later is dropped, timers included."""
        it = desk()
        it.log.write(ExchangeRecord())
        it.log.close()
        it.log.write(ExchangeRecord())
        it.clock.advance(10)
        self.assertEqual((len(it.paper.lines), it.paper.closed), (1, True))

    def test_reopen(self) -> None:
        """Reopening writes out into the old file before it opens the new one."""
        it = desk()
        it.log.write(ExchangeRecord())
        it.log.reopen()
        self.assertEqual((len(it.paper.lines), it.paper.opened), (1, ["log", "log"]))


class FullDiskTests(SynchronousTestCase):
    """What happens when lines cannot be written."""

    def complaints(self) -> list[str]:
        told: list[str] = []
        publisher = LogPublisher(
            lambda event: told.append(f"{event['reason']}. {event['meaning']}")
        )
        self.patch(module, "log", Logger("test", observer=publisher))
        return told

    def test_goes_on(self) -> None:
        """Nothing is raised, each failed write is told to who counts, later lines arrive."""
        self.complaints()
        it = desk()
        it.paper.full = True
        for _ in range(3):
            it.log.write(ExchangeRecord())
            it.log.flush()
        self.assertEqual(len(it.failures), 3)
        it.paper.full = False
        it.log.write(ExchangeRecord(request_id="later"))
        it.log.flush()
        self.assertEqual([json.loads(line)["request_id"] for line in it.paper.lines], ["later"])

    def test_complains_once_a_minute(self) -> None:
        """The log of events gets the system's reason, once a minute at most."""
        complaints = self.complaints()
        it = desk()
        it.paper.full = True
        for _ in range(121):
            it.log.write(ExchangeRecord())
            it.clock.advance(1.0)
        self.assertEqual(complaints, ["No space left on device. Lines are lost until it can."] * 3)

    def test_reopen_fails(self) -> None:
        """A file that cannot be reopened is told, and that lines still go to the old one."""
        complaints = self.complaints()
        it = desk()
        it.paper.forbidden = True
        it.log.reopen()
        said = ["Permission denied. Lines still go to the old file."]
        self.assertEqual((complaints, len(it.failures)), (said, 1))
        it.log.write(ExchangeRecord())
        it.log.flush()
        self.assertEqual(len(it.paper.lines), 1)
