"""Tests for `altlas.observability.record`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.observability.record import ExchangeRecord


class ExchangeRecordTests(SynchronousTestCase):
    """What a record is before anyone wrote to it."""

    def test_empty(self) -> None:
        """A fresh record says that nothing happened and that nothing went wrong."""
        record = ExchangeRecord()
        self.assertEqual((record.route, record.instance, record.status), ("", "", 0))
        self.assertEqual((record.tries, record.flag), (0, "-"))

    def test_no_other_words(self) -> None:
        """A misspelt attribute is an error, not a value that nobody ever reads."""
        with self.assertRaises(AttributeError):
            ExchangeRecord().rute = "x"  # type: ignore[attr-defined]
