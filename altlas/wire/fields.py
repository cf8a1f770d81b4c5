"""Header and trailer fields: names and values in the order and spelling of the wire."""

from __future__ import annotations

import re
from typing import Final

#: a field's name and value, without the blanks around the value
Field = tuple[bytes, bytes]
#: fields as they came; a name may come several times
Fields = list[Field]
#: where there are none; nobody adds to it
NO_FIELDS: Final[Fields] = []


def first(fields: Fields, lower_name: bytes) -> bytes | None:
    """The value of the first field of that name (given in lower case), or None."""
    for name, value in fields:
        if name.lower() == lower_name:
            return value
    return None


def lower_names(fields: Fields) -> frozenset[bytes]:
    """The names of the fields, in lower case."""
    return frozenset([name.lower() for name, _ in fields])


def first_values(fields: Fields) -> dict[bytes, bytes]:
    """The value of the first field of each name, by lower-case name."""
    return {name.lower(): value for name, value in reversed(fields)}


def values(fields: Fields, lower_name: bytes) -> list[bytes]:
    """The values of all fields of that name (given in lower case), in order."""
    return [value for name, value in fields if name.lower() == lower_name]


# field-line without its end: token ":" OWS field-value OWS (RFC 9112, 5; RFC 9110, 5.5)
_FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*)")


def read_field_lines(block: bytes, most: int) -> Fields:
    """The fields of lines that each end with CRLF, `most` of them at most.

    For trailers, which are few and rare; heads are read by httptools.
    Raises ValueError for a line that is no field, or too many.
    """
    lines = block.split(b"\r\n")[:-1]
    if len(lines) > most:
        raise ValueError("too many fields")
    fields = []
    for line in lines:
        match = _FIELD_LINE.fullmatch(line)
        if match is None:
            raise ValueError("a line that is not a field")
        fields.append((match[1], match[2].strip(b" \t")))
    return fields


def lines(first: bytes, fields: Fields) -> bytes:
    """A first line, the fields as lines, and the empty line after them, each with CRLF.

    Raises ValueError where a part would break its line, wherever it came from.
    """
    parts = [first, *map(b": ".join, fields), b"", b""]
    whole = b"\r\n".join(parts)
    # Counting a byte in the whole costs 20 ns; looking at each field would cost the most.
    ends = len(parts) - 1
    if whole.count(b"\n") != ends or whole.count(b"\r") != ends or 0 in whole:
        raise ValueError("A part of a head holds a line end or a NUL.")
    return whole
