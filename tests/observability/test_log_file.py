"""Tests for `altlas.observability.log_file`."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from attrs import define, field
from twisted.trial.unittest import SynchronousTestCase

from altlas.observability.log_file import LogFile, open_sink


@define(eq=False)
class Reluctant:
    """A sink that takes so many bytes a call, and then has no space left."""

    takes: list[int | None]
    taken: bytes = b""
    closed: bool = field(default=False)

    def write(self, data: bytes, /) -> int | None:
        if not self.takes:
            raise OSError(errno.ENOSPC, "No space left on device")
        amount = self.takes.pop(0)
        self.taken += data[: amount or 0]
        return None if amount is None else min(amount, len(data))

    def close(self) -> None:
        self.closed = True


class LogFileTests(SynchronousTestCase):
    """A path held open."""

    def test_appends(self) -> None:
        """A file that is there is continued, one that is not is made for its owner and group."""
        path = Path(self.mktemp())
        for line in (b"one\n", b"two\n"):
            file = LogFile(str(path), open_sink)
            file.write(line)
            file.close()
        self.assertEqual(path.read_bytes(), b"one\ntwo\n")
        self.assertEqual(path.stat().st_mode & 0o137, 0)

    def test_mode(self) -> None:
        """A file that is made is for owner and group whatever the umask; others keep their mode."""
        path = Path(self.mktemp())
        self.addCleanup(os.umask, os.umask(0o077))
        file = LogFile(str(path), open_sink)
        path.rename(path.with_suffix(".1"))
        file.reopen()
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)
        path.chmod(0o604)
        file.reopen()
        file.close()
        self.assertEqual(path.stat().st_mode & 0o777, 0o604)

    def test_no_modes(self) -> None:
        """A file system that knows no modes is no reason not to log."""
        self.patch(os, "fchmod", _not_permitted)
        path = Path(self.mktemp())
        LogFile(str(path), open_sink).close()
        self.assertTrue(path.exists())

    def test_no_such_folder(self) -> None:
        """A path that cannot be opened is told at once."""
        with self.assertRaises(FileNotFoundError):
            LogFile(os.path.join(self.mktemp(), "log"), open_sink)

    def test_standard_output(self) -> None:
        """The dash is standard output, which closing leaves open."""
        LogFile("-", open_sink).close()
        os.fstat(1)

    def test_written_in_parts(self) -> None:
        """A sink that takes a part at a time gets everything, in order."""
        sink = Reluctant([2, 1, 100])
        LogFile("x", lambda _: sink).write(b"one\ntwo\n")
        self.assertEqual(sink.taken, b"one\ntwo\n")

    def test_torn_line(self) -> None:
        """After a write that broke off within a line the next one starts a line of its own."""
        sink = Reluctant([5])
        file = LogFile("x", lambda _: sink)
        with self.assertRaises(OSError):
            file.write(b"one\ntwo\n")
        sink.takes = [100, 100]
        file.write(b"three\n")
        file.write(b"four\n")
        self.assertEqual(sink.taken, b"one\nt\nthree\nfour\n")

    def test_takes_nothing(self) -> None:
        """A sink that would block is an error, not a wait."""
        with self.assertRaises(BlockingIOError):
            LogFile("x", lambda _: Reluctant([None])).write(b"one\n")

    def test_reopen(self) -> None:
        """After a rotation lines go to a new file under the old name."""
        path = Path(self.mktemp())
        file = LogFile(str(path), open_sink)
        file.write(b"one\n")
        old = path.rename(path.with_suffix(".1"))
        file.reopen()
        file.write(b"two\n")
        file.close()
        self.assertEqual((old.read_bytes(), path.read_bytes()), (b"one\n", b"two\n"))

    def test_reopen_fails(self) -> None:
        """A file that cannot be opened anew is told, and the old one stays in use."""
        first = Reluctant([100])
        sinks = iter([first])

        def open_once(_: str) -> Reluctant:
            for sink in sinks:
                return sink
            raise PermissionError(errno.EACCES, "Permission denied")

        file = LogFile("x", open_once)
        with self.assertRaises(PermissionError):
            file.reopen()
        file.write(b"one\n")
        self.assertEqual((first.taken, first.closed), (b"one\n", False))


def _not_permitted(descriptor: int, mode: int) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")
