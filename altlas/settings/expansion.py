"""``${NAME}`` and ``${NAME:-default}`` within values, out of the environment.

``$$`` stands for ``$``; any other ``$`` is left as it is, for regexes end with it. A
variable that is unset or empty takes the default; unset without one is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import define, evolve, field

from altlas.settings.ini import Entry, Line, Section
from altlas.settings.problems import Place, Problem, nearest

_REFERENCE = re.compile(r"\$\$|\$\{([^{}]*)\}|\$\{")
_INSIDE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


@define
class Expansion:
    """Expands entries, remembering the problems met and the variables that were named."""

    _environ: Mapping[str, str]
    problems: list[Problem] = field(factory=list)
    named: set[str] = field(factory=set)

    def section(self, section: Section) -> Section:
        """The section with every value expanded."""
        entries = tuple(self._entry(section.title, entry) for entry in section.entries)
        return evolve(section, entries=entries)

    def _entry(self, title: str, entry: Entry) -> Entry:
        lines: list[Line] = []
        before = len(self.problems)
        for line in entry.lines:
            where = Problem(Place(entry.place.file, line.number), title, entry.key, line.text)
            # A variable may bring several lines; all were written on this one.
            lines += (Line(line.number, text) for text in self._text(where).split("\n"))
        return evolve(entry, lines=tuple(lines), broken=len(self.problems) > before)

    def _text(self, where: Problem) -> str:
        return _REFERENCE.sub(lambda match: self._value(match, where), where.value)

    def _value(self, match: re.Match[str], where: Problem) -> str:
        if match[0] == "$$":
            return "$"
        inside = _INSIDE.fullmatch(match[1] or "")
        if inside is None:
            wanted = "${NAME} or ${NAME:-default}; $$ stands for a $"
            self.problems.append(evolve(where, expected=wanted))
            return ""
        return self._variable(inside[1], inside[2], where)

    def _variable(self, name: str, default: str | None, where: Problem) -> str:
        self.named.add(name)
        value = self._environ.get(name, "")
        if value or (default is None and name in self._environ):
            return value
        if default is None:
            wanted = f"the environment to have {name}, or a default: ${{{name}:-...}}"
            close = nearest(name, self._environ)
            self.problems.append(evolve(where, expected=wanted, nearest=close))
        return default or ""
