"""Figures as Markdown."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.figures import Figures
from bench.tables import details, microseconds, number, overview, table, times


def figures(cpu: float, errors: int = 0) -> Figures:
    """What a proxy came to."""
    causes = f"{errors} read" if errors else ""
    return Figures(3, cpu, cpu, cpu, 1000.0, 1.0, 2.0, 1024 * 1024, errors, causes)


PEERS = {"haproxy": "HAProxy", "gateway": "gateway", "express": "Express"}


class TableTests(SynchronousTestCase):
    """How tables are written."""

    def test_table(self) -> None:
        """Columns are aligned, and a bar within a cell splits none."""
        self.assertEqual(
            table(("a", "bc"), [("x|y", "1")]),
            "| a    | bc |\n|------|----|\n| x\\|y |  1 |",
        )

    def test_numbers(self) -> None:
        """Three digits count; none is a dash."""
        shown = [number(value) for value in (12345.6, 123.4, 12.34, 1.234, 0.0, None)]
        self.assertEqual(shown, ["12,346", "123", "12.3", "1.23", "0.00", "-"])

    def test_units(self) -> None:
        """A millisecond and more is told in milliseconds."""
        self.assertEqual([microseconds(21.5), microseconds(8590)], ["21.5 µs", "8.59 ms"])
        self.assertEqual([microseconds(None), times(2), times(None)], ["-", "2.00x", "-"])

    def test_overview(self) -> None:
        """Each cell has the ratio to HAProxy; a proxy that never ran has no column."""
        text = overview(
            {"json": {"haproxy": figures(20), "gateway": figures(30)}}, PEERS, {"json": "JSON"}
        )
        self.assertIn("30.0 µs (1.50x)", text)
        self.assertNotIn("Express", text)

    def test_overview_without_haproxy(self) -> None:
        """Without HAProxy there are figures, but no ratios."""
        text = overview({"json": {"gateway": figures(30)}}, PEERS, {"json": "JSON"})
        self.assertIn("30.0 µs (-)", text)

    def test_details(self) -> None:
        """Errors are told with their sorts."""
        text = details({"gateway": figures(30, errors=4)}, PEERS)
        self.assertIn("4 (4 read)", text)
