"""Finds keys that were glued to the value above by blanks in front of them.

An ini file continues a value on indented lines, so ``  key = value`` is a part of the
value above, where nobody looks for it. Such lines are told, and then read as the keys
that they were meant to be, so that what follows is judged rightly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import evolve

from altlas.settings.ini import Entry, Line

_GLUED = re.compile(r"([a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*)\s*=\s*(.*)")


def parted(entry: Entry, is_key: Callable[[str], bool]) -> Iterator[Entry]:
    """The entry itself, without the keys that are glued to it, and then each of these.

    `is_key` says whether a word, followed by ``=`` on a line of its own, is a key there.
    """
    for index, line in enumerate(entry.lines):
        match = _GLUED.fullmatch(line.text)
        # What stands on the key's own line is its value, and so is all of a variable's.
        if match and line.number > entry.place.line > 0 and is_key(match[1]):
            lines = entry.lines[:index] or (Line(entry.place.line, ""),)
            yield evolve(entry, lines=lines)
            place = evolve(entry.place, line=line.number)
            rest = (Line(line.number, match[2]), *entry.lines[index + 1 :])
            yield from parted(Entry(match[1], place, rest, entry.broken), is_key)
            return
    yield entry
