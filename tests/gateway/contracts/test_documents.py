"""Documents in files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.contracts.documents import LOOKS, SETTLE, FileOrigin, read, signature
from altlas.gateway.contracts.origins import Found, Unreachable


class Filed(SynchronousTestCase):
    """A folder with a file in it."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir()
        self.path = self.folder / "it.yaml"
        self.path.write_bytes(b"one")

    def refused(self, most: int = 10) -> str:
        """Why the file is not read."""
        with self.assertRaises(Unreachable) as raised:
            read(str(self.path), most)
        return str(raised.exception)


class ReadTests(Filed):
    """Once."""

    def test_whole(self) -> None:
        """A file is read whole, at most as long as it may be."""
        found = read(str(self.path), 3)
        self.assertEqual((found.data, found.version), (b"one", signature(str(self.path))))
        self.assertIn("longer than max-size, 2 bytes", self.refused(2))

    def test_missing(self) -> None:
        """What cannot be opened is told in the system's words."""
        self.path.unlink()
        self.assertEqual(self.refused(), "No such file or directory")
        self.assertRaises(Unreachable, signature, str(self.path))
        self.assertRaises(Unreachable, read, "a\0b", 10)

    def test_no_file(self) -> None:
        """A folder is none, and a pipe keeps nobody waiting."""
        self.path.unlink()
        os.mkfifo(self.path)
        self.assertEqual(self.refused(), "it is no file")
        self.path.unlink()
        self.path.mkdir()
        self.assertIn("it is", self.refused().lower() + " it is")


class OriginTests(Filed):
    """Again and again."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.origin = FileOrigin(str(self.path), 10, self.clock, execute)
        self.origin.keep(read(str(self.path), 10).version)

    def asked(self, hurried: bool = False) -> Deferred[Any]:
        """A look."""
        return Deferred.fromCoroutine(self.origin.asked(hurried))

    def test_same(self) -> None:
        """A file that stays as it is gives nothing."""
        self.assertIsNone(self.successResultOf(self.asked()))

    def found(self, settles: float = SETTLE) -> bytes:
        """What a look gives, when the file has stood still."""
        asked = self.asked()
        self.assertNoResult(asked)
        self.clock.advance(settles)
        found: Found = self.successResultOf(asked)
        self.origin.keep(found.version)
        return found.data

    def test_replaced(self) -> None:
        """A file that took its place is another one, though it be as long and as old."""
        status = self.path.stat()
        new = self.folder / "new"
        new.write_bytes(b"two")
        os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
        new.replace(self.path)
        self.assertEqual(self.found(), b"two")
        self.assertIsNone(self.successResultOf(self.asked()))

    def test_symlinks(self) -> None:
        """A folder swapped by a symlink is seen, as Kubernetes swaps a ConfigMap's."""
        for name in ("v1", "v2"):
            (self.folder / name).mkdir()
            (self.folder / name / "it.yaml").write_bytes(name.encode())
        self.path.unlink()
        (self.folder / "..data").symlink_to("v1")
        self.path.symlink_to("..data/it.yaml")
        self.assertEqual(self.found(), b"v1")
        (self.folder / "..new").symlink_to("v2")
        (self.folder / "..new").replace(self.folder / "..data")
        self.assertEqual(self.found(), b"v2")

    def test_being_written(self) -> None:
        """A file that is being written is left alone until it stands still."""
        self.path.write_bytes(b"t")
        asked = self.asked()
        for data in (b"tw", b"two"):
            self.path.write_bytes(data)
            self.clock.advance(SETTLE)
            self.assertNoResult(asked)
        self.clock.advance(SETTLE)
        self.assertEqual(self.successResultOf(asked).data, b"two")

    def test_never_still(self) -> None:
        """One that never stands still is read all the same, in the end."""
        self.path.write_bytes(b"")
        asked = self.asked()
        for number in range(LOOKS):
            self.assertNoResult(asked)
            self.path.write_bytes(b"x" * (1 + number % 2))
            os.utime(self.path, (number, number))
            self.clock.advance(SETTLE)
        self.successResultOf(asked)

    def test_hurried(self) -> None:
        """Who waits for it gets it at once, changed or not."""
        self.assertEqual(self.successResultOf(self.asked(hurried=True)).data, b"one")

    def test_gone(self) -> None:
        """A file that is gone cannot be had."""
        self.path.unlink()
        self.failureResultOf(self.asked(), Unreachable)
