"""Fields are found by name and written one a line."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.fields import first, first_values, lines, read_field_lines, values

FIELDS = [(b"A", b"1"), (b"b", b"2"), (b"a", b"3")]


class FieldTests(SynchronousTestCase):
    """A list of fields."""

    def test_finding(self) -> None:
        """A name is found in any spelling, the first of them or all."""
        self.assertEqual(first(FIELDS, b"a"), b"1")
        self.assertIsNone(first(FIELDS, b"c"))
        self.assertEqual(values(FIELDS, b"a"), [b"1", b"3"])
        self.assertEqual(values(FIELDS, b"c"), [])
        self.assertEqual(first_values(FIELDS), {b"a": b"1", b"b": b"2"})

    def test_lines(self) -> None:
        """A head is its first line, a line for each field, and an empty one."""
        self.assertEqual(lines(b"X", FIELDS), b"X\r\nA: 1\r\nb: 2\r\na: 3\r\n\r\n")
        self.assertEqual(lines(b"X", []), b"X\r\n\r\n")
        for evil in (b"\r", b"\n", b"\x00"):
            self.assertRaises(ValueError, lines, b"X" + evil, [])

    def test_reading(self) -> None:
        """Lines are read back as fields, as many as are allowed."""
        self.assertEqual(read_field_lines(b"A: 1\r\nb:2\t\r\na:\t3\r\n", 3), FIELDS)
        self.assertRaises(ValueError, read_field_lines, b"A: 1\r\nb:2\r\n", 1)
        self.assertRaises(ValueError, read_field_lines, b"A 1\r\n", 1)
