"""Contracts that are read before the reactor runs."""

from __future__ import annotations

from altlas.contracts.digesting import Unusable
from altlas.gateway.contracts.readings import Readings
from tests.gateway.contracts.world import BAD, Contracted, document


class ReadingsTests(Contracted):
    """Files that are looked at, and then serve."""

    def setUp(self) -> None:
        super().setUp()
        self.readings = Readings()

    def test_once(self) -> None:
        """A file is read once, however many look at it."""
        settings = self.by_file(document())
        self.assertIs(self.readings.of_file(settings), self.readings.of_file(settings))

    def test_changed(self) -> None:
        """A file that has changed is read again."""
        for version in ("7", "8"):
            (self.folder / "a.json").unlink(missing_ok=True)
            settings = self.by_file(document(version=version))
            self.assertEqual(self.readings.of_file(settings).contract.version, version)

    def test_unusable(self) -> None:
        """What cannot be read, or is of no use, is told by its flaws."""
        settings = self.by_file(BAD)
        self.assertRaises(Unusable, self.readings.of_file, settings)
        (self.folder / "a.json").unlink()
        with self.assertRaises(Unusable) as raised:
            self.readings.of_file(settings)
        (flaw,) = raised.exception.flaws
        self.assertEqual(flaw.message, "No such file or directory")

    def test_forgotten(self) -> None:
        """Nothing is kept of what is forgotten."""
        settings = self.by_file(document())
        first = self.readings.of_file(settings)
        self.readings.forget()
        self.assertIsNot(self.readings.of_file(settings), first)
