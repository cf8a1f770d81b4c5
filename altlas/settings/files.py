"""The configuration file and those that it includes, read into sections."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import define, evolve

from altlas.settings import ini
from altlas.settings.expansion import Expansion
from altlas.settings.problems import Place, Problem
from altlas.settings.sections import Sections
from altlas.settings.tls import PATHS_PARTED_BY
from altlas.settings.units import items, text

#: layers of `Sections`: what a later one says holds
MAIN, INCLUDED, ENVIRONMENT = range(3)

_INCLUDE = "include"
#: sets the includes whole; named here since files are read before other overrides apply
INCLUDE_VARIABLE = "ALTLAS_INCLUDE__FILES"


@define
class Files:
    """Reads files into `sections`, expanding variables on the way."""

    sections: Sections
    expansion: Expansion

    def read(self, main: Path, include: str | None) -> None:
        """Read the main file and what it includes; `include` replaces its own patterns."""
        for section in self._sections_of(main):
            self.sections.add(section, MAIN)
        if include is not None:
            place = Place(f"environment {INCLUDE_VARIABLE}")
            line = ini.Line(0, include)
            self.sections.open(_INCLUDE, place).put(ini.Entry("files", place, (line,)), ENVIRONMENT)
        for included in self._included(main):
            for section in self._sections_of(included):
                self._add(section)

    def _add(self, section: ini.Section) -> None:
        if section.title == _INCLUDE:
            wanted = "no [include] in a file that is included itself"
            self.sections.problems.append(Problem(section.place, _INCLUDE, expected=wanted))
        else:
            self.sections.add(section, INCLUDED)

    def _sections_of(self, file: Path) -> tuple[ini.Section, ...]:
        try:
            reading = ini.read(file.read_bytes().decode("utf-8-sig"), str(file))
        except OSError as error:
            wanted = f"a file that can be read ({error.strerror or error})"
            self.sections.problems.append(Problem(Place(str(file)), expected=wanted))
            return ()
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            wanted = f"text in UTF-8 (byte {error.object[error.start]:#x} is not)"
            self.sections.problems.append(Problem(Place(str(file), line), expected=wanted))
            return ()
        self.sections.read += 1
        self.sections.problems += reading.problems
        return tuple(map(self.expansion.section, reading.sections))

    def _included(self, main: Path) -> Iterator[Path]:
        section = self.sections.get(_INCLUDE)
        entry = section.entries.get("files") if section else None
        if entry is None or entry.broken:
            return
        try:
            patterns = items(text)(entry.value)
        except ValueError:
            return  # the section itself is judged later, with all others
        seen = {main}
        for pattern in patterns:
            found = sorted(glob.glob(pattern, root_dir=main.parent or os.curdir))
            if not found and not glob.has_magic(pattern):
                wanted = "a file that is there, or a pattern such as conf.d/*.ini"
                self.sections.problems.append(
                    Problem(entry.place, _INCLUDE, "files", pattern, wanted)
                )
            fresh = [main.parent / name for name in found if main.parent / name not in seen]
            seen.update(fresh)
            yield from fresh


def beside(file: str, value: str) -> str:
    """The path `value`, taken from the folder of `file`."""
    return os.path.abspath(os.path.join(os.path.dirname(file), value))


def absolute(entry: ini.Entry, main: Path, several: bool = False) -> ini.Entry:
    """The entry of a path (or of `several`) with the path made absolute; ``-`` and nothing stay.

    Relative ones count from the folder of the file that names them, or of the main
    file when the environment does.
    """
    if entry.value in ("", "-"):
        return entry
    file = entry.place.file if entry.place.line else str(main)
    if several:
        lines = (evolve(line, text=_all_beside(file, line.text)) for line in entry.lines)
        return evolve(entry, lines=tuple(lines))
    line = evolve(entry.lines[0], text=beside(file, entry.value))
    return evolve(entry, lines=(line,))


def _all_beside(file: str, written: str) -> str:
    paths = re.split(PATHS_PARTED_BY, written)
    return ", ".join(beside(file, path) if path else path for path in paths)
