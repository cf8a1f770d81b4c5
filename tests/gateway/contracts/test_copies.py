"""The last good copy of each document."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.testing import EventLoggingObserver
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from altlas.gateway.contracts.copies import Copies, Copy, unkept
from altlas.gateway.contracts.fetching import Validators
from altlas.settings.tree import Contract
from tests.gateway.contracts.world import URL

SETTINGS = Contract(name="a", url=URL)


def copy_of(data: bytes = b"data", url: str = URL) -> Copy:
    """A copy."""
    return Copy(url, Validators('W/"é\n"', "then"), 7.5, data)


class CopiesTests(SynchronousTestCase):
    """A folder of them."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.copies = Copies(self.folder)
        self.log = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)

    @property
    def file(self) -> Path:
        """The file of the one copy."""
        (path,) = (self.folder / "contracts").iterdir()
        return path

    @settings(max_examples=50)
    @given(st.binary(), st.text(min_size=1, max_size=20).filter(lambda name: "\ud800" not in name))
    def test_there_and_back(self, data: bytes, name: str) -> None:
        """What was saved is loaded, whatever the contract is called."""
        try:
            name.encode()
        except UnicodeEncodeError:
            return
        mine = Contract(name=name, url=URL)
        self.copies.save(mine, copy_of(data))
        loaded = self.copies.load(mine)
        assert loaded is not None
        self.assertEqual((loaded.data, loaded.validators), (data, copy_of().validators))
        self.assertEqual((loaded.url, loaded.fetched), (URL, 7.5))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["contracts"])

    def test_none(self) -> None:
        """Where there is no copy, or no folder, there is none, without a word."""
        self.assertIsNone(self.copies.load(SETTINGS))
        Copies(None).save(SETTINGS, copy_of())
        self.assertIsNone(Copies(None).load(SETTINGS))
        self.assertEqual([*self.log], [])

    def test_elsewhere(self) -> None:
        """A copy of what another address served is not used."""
        self.copies.save(SETTINGS, copy_of(url="http://other/"))
        self.assertIsNone(self.copies.load(SETTINGS))

    def test_mode(self) -> None:
        """Nobody else may read it: who can fetch it is the backend's business."""
        self.copies.save(SETTINGS, copy_of())
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.file.parent.stat().st_mode & 0o777, 0o700)

    def test_corrupt(self) -> None:
        """A copy that is not whole, or no copy, is told and not used."""
        self.copies.save(SETTINGS, copy_of())
        whole = self.file.read_bytes()
        for data in (b"", b"\n", b"x" * 99, b"[]\n", b'{"url": 1}\ndata', whole[:-1], whole + b"x"):
            self.file.write_bytes(data)
            self.assertIsNone(self.copies.load(SETTINGS))
            (event,) = self.log
            self.assertEqual(event["path"], str(self.file))
            self.log._events.clear()
        self.file.write_bytes(whole)
        self.assertIsNotNone(self.copies.load(SETTINGS))

    def test_unreadable(self) -> None:
        """What cannot be read is told in the system's words."""
        self.copies.save(SETTINGS, copy_of())
        file = self.file
        file.unlink()
        file.mkdir()
        self.assertIsNone(self.copies.load(SETTINGS))
        (event,) = self.log
        self.assertEqual(event["reason"], "Is a directory")

    def test_torn(self) -> None:
        """What fails on the way leaves the one before, and nothing else."""
        self.copies.save(SETTINGS, copy_of(b"old"))

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        for name in ("fsync", "replace"):
            with self.subTest(name):
                self.patch(os, name, fail)
                self.assertRaises(OSError, self.copies.save, SETTINGS, copy_of(b"new"))
        loaded = self.copies.load(SETTINGS)
        assert loaded is not None
        self.assertEqual((loaded.data, self.file.name), (b"old", "a.copy"))


class UnkeptTests(SynchronousTestCase):
    """Whether copies could be kept."""

    def test_kept(self) -> None:
        """A folder that could be made is as good as one that is there; looking makes none."""
        folder = Path(self.mktemp()).resolve()
        self.assertEqual(unkept(folder / "a" / "b"), "")
        self.assertFalse(folder.exists())
        folder.mkdir()
        self.assertEqual(unkept(folder), "")

    def test_in_the_way(self) -> None:
        """A file in the way, and no folder at all, are told."""
        path = Path(self.mktemp()).resolve()
        path.touch()
        self.assertIn(f"{path} cannot be written to", unkept(path / "a"))
        self.assertIn("no folder", unkept(None))

    def test_not_ours(self) -> None:
        """So is a folder of others."""
        if os.geteuid() == 0:
            raise SkipTest("root may write everything")
        path = Path(self.mktemp()).resolve()
        path.mkdir(mode=0o500)
        self.assertIn("cannot be written to", unkept(path))
