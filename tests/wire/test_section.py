"""A section's lines are its fields, however it was put together."""

from __future__ import annotations

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.fields import Fields
from altlas.wire.section import Section
from tests.wire import messages

LIST = [(b"A", b"b"), (b"a", b"\xff c"), (b"Empty", b"")]


class SectionTests(SynchronousTestCase):
    """`Section` as a whole."""

    def test_lines(self) -> None:
        """Each field is a line with its spelling, in order."""
        self.assertEqual(Section.of(LIST).lines, b"A: b\r\na: \xff c\r\nEmpty: \r\n")
        self.assertEqual(Section.of([]).lines, b"")

    def test_what_breaks_a_line_is_refused(self) -> None:
        """A line end or a NUL in a name or value never becomes a line, at once or added."""
        for evil in (b"a\rb", b"a\nb", b"a\r\nb: c", b"a\0"):
            for one in ((b"A", evil), (evil, b"A")):
                self.assertRaises(ValueError, Section.of, [one])
                self.assertRaises(ValueError, Section.of([]).plus, one)

    @given(messages.plain_fields, messages.plain_fields)
    def test_plus(self, some: Fields, more: Fields) -> None:
        """Adding fields one by one is the same as having had them all, and changes nothing."""
        begun = section = Section.of(some, 3)
        for one in more:
            section = section.plus(one)
        whole = Section.of([*some, *more], 3)
        self.assertEqual(section.fields, whole.fields)
        self.assertEqual(section.lines, whole.lines)
        self.assertEqual(section.framing, 3)
        self.assertEqual(begun.fields, some)
