"""Status codes and sets of them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.backends import causes
from altlas.settings.statuses import StatusRange, final_status, redirect_status
from altlas.settings.units import Misfits


class StatusTests(SynchronousTestCase):
    """What stands for which statuses."""

    def test_ranges(self) -> None:
        """A code, a class and a range each hold what they say, ends included."""
        self.assertIn(204, StatusRange.parse("204"))
        self.assertIn(299, StatusRange.parse("2xx"))
        self.assertNotIn(300, StatusRange.parse("2xx"))
        self.assertEqual(StatusRange.parse("200 - 204"), StatusRange(200, 204))

    def test_refused_ranges(self) -> None:
        """What is no status, or runs backwards, is refused."""
        for written in ("", "99", "600", "6xx", "20x", "204-200", "2xx-3xx"):
            self.assertRaises(ValueError, StatusRange.parse, written)

    def test_causes(self) -> None:
        """``retry.on`` takes failures by name, 429 and any 5xx, and ``none`` for nothing."""
        self.assertEqual(causes("reset, 503 429"), frozenset({"reset", "503", "429"}))
        self.assertEqual(causes("none"), frozenset())
        self.assertRaises(Misfits, causes, "reset, 404")

    def test_answers(self) -> None:
        """Redirects have the five statuses that send on; other answers anything but 1xx."""
        self.assertEqual([redirect_status("308"), final_status("204")], [308, 204])
        self.assertRaises(ValueError, redirect_status, "304")
        self.assertRaises(ValueError, final_status, "100")
