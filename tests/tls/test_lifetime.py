"""Ends of certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from twisted.trial.unittest import SynchronousTestCase

from altlas.tls.lifetime import begins, chain_untimely, ending, ends, untimely
from tests.tls.authority import issue

DAY = 86400.0
#: begun a day ago; ends in ninety, and in five
LONG = issue(ends=90).certificate
SHORT = issue(ends=5).certificate


class LifetimeTests(SynchronousTestCase):
    """When a certificate is good, and when it ought to be spoken of."""

    def test_untimely(self) -> None:
        """Before its first second and after its last one it is not valid."""
        for moment, words in (
            (begins(LONG) - 1, "begins only on"),
            (begins(LONG), ""),
            (ends(LONG), ""),
            (ends(LONG) + 1, "it ended on"),
        ):
            said = untimely(LONG, moment)
            self.assertTrue(said.startswith(words) if not words else words in said, said)

    def test_day(self) -> None:
        """The moment is told in UTC."""
        day = datetime.fromtimestamp(ends(SHORT), UTC).strftime("%Y-%m-%d %H:%M UTC")
        self.assertEqual(untimely(SHORT, ends(SHORT) + 1), f"it ended on {day}")

    def test_chain(self) -> None:
        """Of a chain the first is told that is not valid, and which it is."""
        moment = ends(SHORT) + 1
        self.assertEqual(chain_untimely((LONG, LONG), moment), "")
        self.assertTrue(chain_untimely((SHORT, LONG), moment).startswith("it ended"))
        said = chain_untimely((LONG, SHORT), moment)
        self.assertTrue(said.startswith("certificate number 2 in it: it ended"))

    def test_ending(self) -> None:
        """It is spoken of in its last two weeks, or in the last third of a short life."""
        for certificate, left, spoken in (
            (LONG, 14.1, False),
            (LONG, 13.9, True),
            (SHORT, 2.1, False),
            (SHORT, 1.9, True),
        ):
            said = ending([certificate], ends(certificate) - left * DAY)
            self.assertEqual(bool(said), spoken, (left, said))

    def test_left(self) -> None:
        """How much is left is told in the widest unit."""
        for left, words in (
            (timedelta(days=3, hours=1), "in 3 days"),
            (timedelta(days=1, hours=5), "in 1 day"),
            (timedelta(hours=2), "in 2 hours"),
            (timedelta(seconds=90), "in 1 minute"),
            (timedelta(seconds=9), "in less than a minute"),
            (timedelta(seconds=-9), "UTC"),
        ):
            said = ending([LONG], ends(LONG) - left.total_seconds())
            self.assertTrue(said.endswith(words), said)

    def test_first_of_chain(self) -> None:
        """Of a chain, that which ends first counts."""
        self.assertIn("in 1 day", ending([LONG, SHORT], ends(SHORT) - 1.5 * DAY))
