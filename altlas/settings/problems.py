"""What is wrong with a configuration, said so that it can be mended at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from attrs import frozen

#: values are shown to this length
_SHOWN = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_COMMENT = re.compile(r"\s[;#]")


@frozen
class Place:
    """Where something was written: a line of a file, or ``environment NAME`` with line 0."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


#: the place of values that nobody wrote
DEFAULT = Place("default")


@frozen
class Problem:
    """One mistake: where it is, what stands there, what was expected, what was perhaps meant.

    `section`, `key`, `value` and `nearest` are empty where there is none. `fault` is said
    in place of what was expected, of a value that is well written and yet cannot be used.
    """

    place: Place
    section: str = ""
    key: str = ""
    value: str = ""
    expected: str = ""
    nearest: str = ""
    fault: str = ""

    @property
    def order(self) -> tuple[str, int]:
        """What problems are sorted by: file and line."""
        return self.file, self.line

    @property
    def file(self) -> str:
        """The file, as it was named, or ``environment NAME``."""
        return self.place.file

    @property
    def line(self) -> int:
        """The line in it, from 1; 0 where there is none."""
        return self.place.line

    def __str__(self) -> str:
        return ": ".join(filter(None, [str(self.place), self._subject(), self._wish()]))

    def _subject(self) -> str:
        # A fault is about what the value names, such as a file: then all of it matters.
        value = self.value if self.fault else _shown(self.value)
        written = f"{self.key} = {value}" if self.key else value
        return " ".join(filter(None, [f"[{self.section}]" if self.section else "", written]))

    def _wish(self) -> str:
        if self.fault:
            return self.fault
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        # A blank and a semicolon within a value that does not fit: nearly always this.
        if _COMMENT.search(self.value):
            hint += " (a comment needs a line of its own)"
        return f"expected {self.expected}{hint}"


class SettingsError(Exception):
    """A configuration cannot be used; `problems` has every reason, in order of place."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of the names that was most likely meant, or nothing."""
    return next(iter(get_close_matches(name, tuple(names), 1)), "")


def _shown(value: str) -> str:
    line = _CONTROL.sub(" ", " / ".join(value.split("\n")))
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."
