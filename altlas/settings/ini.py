"""Reads the text of an ini file into sections, and knows the line of everything.

The grammar is configparser's with ``=`` only, comments on lines of their own and no
interpolation. It is read here because configparser stops at the first fault, gives no
line for a value, and glues an indented ``key = value`` silently to the value above.
"""

from __future__ import annotations

import re

from attrs import define, evolve, field, frozen

from altlas.settings.problems import Place, Problem

_HEADER = re.compile(r"\[([^\[\]]*)\]")
_INDENTED_HEADER = re.compile(r"\[[a-z-]+(?::[A-Za-z0-9_.-]+)?\]")
_SETTING = re.compile(r"([^=]*[^=\s])\s*=\s*(.*)")


@frozen
class Line:
    """One line of a value, and the number of the line it was written on."""

    number: int
    text: str


@frozen
class Entry:
    """A key with its value as written, line by line.

    `broken` says that the value is known to be wrong already, and not to be read.
    """

    key: str
    place: Place
    lines: tuple[Line, ...]
    broken: bool = False

    @property
    def value(self) -> str:
        """The value, its lines parted by line feeds."""
        return "\n".join(line.text for line in self.lines)

    def at(self, index: int) -> Place:
        """The place of a line of the value."""
        return evolve(self.place, line=self.lines[index].number)


@frozen
class Section:
    """A header and the entries below it."""

    title: str
    place: Place
    entries: tuple[Entry, ...]


@frozen
class Reading:
    """What a file holds, and what of it could not be understood."""

    sections: tuple[Section, ...]
    problems: tuple[Problem, ...]


def read(text: str, file: str) -> Reading:
    """Read the text of `file`. Sections and keys may repeat; whether that is right is not asked."""
    reader = _Reader(file)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        reader.take(Line(number, line))
    return Reading(reader.sections(), tuple(reader.problems))


@define
class _Open:
    """A section that is still being read."""

    title: str
    place: Place
    entries: list[Entry] = field(factory=list)

    def closed(self) -> Section:
        return Section(self.title, self.place, tuple(map(_trimmed, self.entries)))


@define
class _Reader:
    _file: str
    problems: list[Problem] = field(factory=list)
    _opened: list[_Open] = field(factory=list)
    #: after a header that is no header, what follows belongs nowhere and is not complained about
    _lost: bool = False

    def sections(self) -> tuple[Section, ...]:
        return tuple(section.closed() for section in self._opened)

    def take(self, line: Line) -> None:
        bare = Line(line.number, line.text.strip())
        if bare.text.startswith(("#", ";")):
            return
        if not bare.text or line.text[0].isspace():
            self._continue(bare)
        elif bare.text.startswith("["):
            self._header(bare)
        else:
            self._setting(bare)

    def _continue(self, line: Line) -> None:
        entries = self._opened[-1].entries if self._opened else []
        if line.text and _INDENTED_HEADER.fullmatch(line.text):
            self._complain(line, "a section without blanks in front of it")
            self._header(line)
        elif entries and not self._lost:
            entries[-1] = evolve(entries[-1], lines=(*entries[-1].lines, line))
        elif line.text and not self._lost:
            self._complain(line, "a section or a key without blanks in front of it")
            self._setting(line)

    def _header(self, line: Line) -> None:
        match = _HEADER.fullmatch(line.text)
        self._lost = match is None
        if match is None:
            self._complain(line, "a section such as [backend:name], and nothing after it")
        else:
            self._opened.append(_Open(match[1].strip(), Place(self._file, line.number)))

    def _setting(self, line: Line) -> None:
        match = _SETTING.fullmatch(line.text)
        if self._lost:
            return
        if match is None:
            self._complain(line, "key = value")
        elif not self._opened:
            self._complain(line, "a section such as [gateway] before the first key")
        else:
            place = Place(self._file, line.number)
            value = (Line(line.number, match[2]),)
            self._opened[-1].entries.append(Entry(match[1], place, value))

    def _complain(self, line: Line, expected: str) -> None:
        section = self._opened[-1].title if self._opened else ""
        place = Place(self._file, line.number)
        self.problems.append(Problem(place, section, value=line.text, expected=expected))


def _trimmed(entry: Entry) -> Entry:
    """The entry without the empty lines around its value; one line at least stays."""
    lines = entry.lines
    while len(lines) > 1 and not lines[-1].text:
        lines = lines[:-1]
    while len(lines) > 1 and not lines[0].text:
        lines = lines[1:]
    return evolve(entry, lines=lines)
