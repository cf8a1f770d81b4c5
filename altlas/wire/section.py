"""The header section of a message that is to be written: its fields, and their lines.

What is passed on is nearly always what was passed on before with one field more, so the lines
are made, and checked, once; to add a field is to put one line behind them.
"""

from __future__ import annotations

from typing import Self

from altlas.wire.fields import Field, Fields


class Section:
    """Fields in the order of the wire, and the same as lines that each end with CRLF.

    Nobody changes one: `plus` makes another. `framing` is the framing that the fields tell
    (see `altlas.wire.framing`) where they were made to agree with it, else None.
    """

    __slots__ = ("_begun", "_more", "framing", "lines")

    def __init__(self, fields: Fields, lines: bytes, framing: int | None = None) -> None:
        """`lines` are those of `fields`: who does not know them to be so calls `of`."""
        self._begun = fields
        self._more: tuple[Field, ...] = ()
        self.lines = lines
        self.framing = framing

    @property
    def fields(self) -> Fields:
        """The fields; nobody changes the list."""
        # On the way through only the lines are looked at: the list is for who asks.
        return [*self._begun, *self._more] if self._more else self._begun

    @classmethod
    def of(cls, fields: Fields, framing: int | None = None) -> Self:
        """The section of those fields.

        Raises ValueError where a name or value would break its line.
        """
        lines = b"".join([b"%b: %b\r\n" % field for field in fields])
        ends = len(fields)
        if lines.count(b"\n") != ends or lines.count(b"\r") != ends or 0 in lines:
            raise ValueError("A field holds a line end or a NUL.")
        return cls(fields, lines, framing)

    def plus(self, field: Field) -> Section:
        """The same with one field more, at the end; it must be no framing field.

        Raises ValueError where it would break its line.
        """
        line = b"%b: %b" % field
        # To look for a number costs 20 ns, to count a bytes object 100.
        if 10 in line or 13 in line or 0 in line:
            raise ValueError("A field holds a line end or a NUL.")
        more = Section.__new__(Section)  # its __init__ would be a third of the price of all this
        more._begun = self._begun
        more._more = (*self._more, field)
        more.lines = b"%b%b\r\n" % (self.lines, line)
        more.framing = self.framing
        return more


class ResponseSection(Section):
    """The section of a response that is passed on, with what nearly always stands before it."""

    __slots__ = ("beginning", "plain")

    #: the status line and the lines, without the empty one
    beginning: bytes
    #: whether the response told its Date and no X-Request-ID, as nearly all do
    plain: bool
