"""The header section of a message that is to be written: its fields, and their lines.

What is passed on is nearly always what was passed on before with one field more, so the lines
are made, and checked, once; to add a field is to put one line behind them.
"""

from __future__ import annotations

from altlas.wire.fields import Field, Fields


class Section:
    """Fields in the order of the wire, and the same as lines that each end with CRLF.

    Nobody changes one: `plus` makes another. `framing` is the framing that the fields tell
    (see `altlas.wire.framing`) where they were made to agree with it, else None.
    """

    __slots__ = ("fields", "framing", "lines")

    def __init__(self, fields: Fields, lines: bytes, framing: int | None = None) -> None:
        """`lines` are those of `fields`: who does not know them to be so calls `of`."""
        self.fields = fields
        self.lines = lines
        self.framing = framing

    @classmethod
    def of(cls, fields: Fields, framing: int | None = None) -> Section:
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
        line = b"%b: %b\r\n" % field
        if line.count(b"\n") != 1 or line.count(b"\r") != 1 or 0 in line:
            raise ValueError("A field holds a line end or a NUL.")
        return Section([*self.fields, field], self.lines + line, self.framing)
