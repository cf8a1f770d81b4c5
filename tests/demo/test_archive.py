"""Documents are kept by one instance and found by every other."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.archive import Archive
from altlas.demo.shelf import Shelf
from tests.demo.served import Served


class ArchiveTests(SynchronousTestCase):
    """The service."""

    def setUp(self) -> None:
        shelf = Shelf(Path(self.mktemp()))
        self.one, self.other = (
            Served(self, lambda answers: Archive(answers, shelf, lambda: 100.0)) for _ in range(2)
        )

    def test_put(self) -> None:
        """A document is new once, and replaced after that."""
        self.assertEqual(self.one.ask("PUT", "/documents/a", {"x": 1}).status, 201)
        self.assertEqual(self.other.ask("PUT", "/documents/a", {"x": 2}).status, 200)
        reply = self.one.ask("GET", "/documents/a")
        self.assertEqual((reply.json["document"], reply.json["kept"]), ({"x": 2}, 100.0))

    def test_all(self) -> None:
        """The names of all documents are listed, whoever keeps them."""
        self.one.ask("PUT", "/documents/b", 1)
        self.other.ask("PUT", "/documents/a", 2)
        self.assertEqual(self.one.ask("GET", "/documents").json["documents"], ["a", "b"])

    def test_delete(self) -> None:
        """A deleted document is found by nobody, and cannot be deleted again."""
        self.one.ask("PUT", "/documents/a", 1)
        self.assertEqual(self.other.ask("DELETE", "/documents/a").status, 200)
        self.assertEqual(self.one.ask("GET", "/documents/a").status, 404)
        self.assertEqual(self.one.ask("DELETE", "/documents/a").status, 404)

    def test_refused(self) -> None:
        """A bad name, and a body that is not JSON, are refused."""
        self.assertEqual(self.one.ask("PUT", "/documents/.a", 1).status, 400)
        for body in (b"{", b""):
            self.assertEqual(self.one.ask("PUT", "/documents/a", body).status, 400)
        self.assertEqual(self.one.ask("GET", "/documents/.a").status, 404)

    def test_about(self) -> None:
        """The root says what can be asked."""
        self.assertEqual(self.one.ask("GET", "/").json["service"], "archive")
