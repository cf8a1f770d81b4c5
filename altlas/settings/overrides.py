"""Keys set whole from the environment: ``ALTLAS_BACKEND__SEGMENTATION__PROBE_INTERVAL``.

Kind, name and key are parted by two underscores, in capitals, with dots and dashes as
underscores. Variables that values name themselves (``${...}``) are never overrides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import define, evolve, field

from altlas.kinds import Catalog
from altlas.settings.assembly import possible_keys
from altlas.settings.files import ENVIRONMENT, INCLUDE_VARIABLE
from altlas.settings.ini import Entry, Line
from altlas.settings.problems import Place, Problem, nearest
from altlas.settings.sections import Sections
from altlas.settings.tree import NAMED, SINGLE

_OURS = "ALTLAS_"
_OVERRIDE = re.compile(r"ALTLAS_[A-Z0-9_]*?__.+")
_NAMED = re.compile(r"ALTLAS_(BACKEND|CONTRACT|LISTENER|ROUTE)__(.+)__(.+)")
_NEW_BACKEND = re.compile(r"ALTLAS_BACKEND__([A-Z0-9][A-Z0-9_]*)__INSTANCES")


@define
class Overrides:
    """Puts what the environment says into the sections."""

    _sections: Sections
    _catalog: Catalog
    _environ: Mapping[str, str]
    #: variables that hardly are meant as they are written
    doubts: list[Problem] = field(factory=list, init=False)
    #: what a variable may stand for: titles and keys, more than one if names are too alike
    _targets: dict[str, list[tuple[str, str]]] = field(factory=dict, init=False)

    def apply(self, named: set[str]) -> None:
        """Apply every override; variables that are `named` in files are left alone."""
        ours = {name for name in self._environ if name.startswith(_OURS)}
        ours -= {*named, INCLUDE_VARIABLE}
        if not ours:
            return
        for title in SINGLE:
            self._offer(title)
        for section in self._sections:
            self._offer(section.title)
        found = sorted(filter(_OVERRIDE.fullmatch, ours))
        self._new_backends(found)
        for variable in found:
            self._override(variable)
        self._doubt(sorted(ours.difference(found)))

    def _offer(self, title: str) -> None:
        kind = title.partition(":")[0]
        for key in possible_keys(SINGLE.get(kind) or NAMED[kind], self._catalog):
            targets = self._targets.setdefault(variable_name(title, key), [])
            if (title, key) not in targets:
                targets.append((title, key))

    def _new_backends(self, found: list[str]) -> None:
        for variable in found:
            match = _NEW_BACKEND.fullmatch(variable)
            if match and variable not in self._targets:
                title = f"backend:{self._new_name(match[1])}"
                self._sections.open(title, Place(f"environment {variable}"))
                self._offer(title)

    def _new_name(self, capitals: str) -> str:
        """The name that a route asks for, else the variable's own in small letters."""
        for section in self._sections:
            wanted = section.entries.get("backend") if section.kind == "route" else None
            if wanted and _capitals(wanted.value) == capitals:
                return wanted.value
        return capitals.lower()

    def _override(self, variable: str) -> None:
        place = Place(f"environment {variable}")
        value = self._environ[variable]
        targets = self._targets.get(variable, [])
        if len(targets) == 1:
            title, key = targets[0]
            lines = tuple(Line(0, line.strip()) for line in value.strip().split("\n"))
            self._sections.open(title, place).put(Entry(key, place, lines), ENVIRONMENT)
            return
        if targets:
            wanted = "a name that stands for one key only, not " + " and ".join(
                f"[{title}] {key}" for title, key in targets
            )
            problem = Problem(place, value=value, expected=wanted)
        else:
            problem = self._unknown(variable, Problem(place, value=value))
        self._sections.problems.append(problem)

    def _unknown(self, variable: str, problem: Problem) -> Problem:
        """What is said of a variable that sets nothing. Only a name that is near is offered."""
        wanted = "the name of a section and key that are there"
        match = _NAMED.fullmatch(variable)
        if match is None:
            return evolve(problem, expected=wanted, nearest=nearest(variable, self._targets))
        kind, name = match[1].lower(), match[2]
        there = {_capitals(there): there for there in self._sections.names(kind)}
        meant = nearest(name, there)
        if name not in there:
            wanted = f"the name of a {kind} that is there"
            wanted += (
                f", or {variable_name(f'backend:{name}', 'instances')}, which makes one"
                if kind == "backend"
                else f" ({kind}s cannot be made from the environment)"
            )
        head = variable_name(f"{kind}:{meant}", "")
        keys = [target for target in self._targets if meant and target.startswith(head)]
        return evolve(problem, expected=wanted, nearest=nearest(head + match[3], keys))

    def _doubt(self, variables: list[str]) -> None:
        """Doubt those that differ from an override in their underscores only."""
        targets = {target.replace("_", ""): target for target in self._targets}
        for variable in variables:
            meant = targets.get(variable.replace("_", ""))
            if meant is not None:
                place, value = Place(f"environment {variable}"), self._environ[variable]
                wanted = "two underscores between section, name and key; nothing reads this"
                self.doubts.append(Problem(place, value=value, expected=wanted, nearest=meant))


def variable_name(title: str, key: str) -> str:
    """The variable that sets `key` of the section ``[title]``."""
    return "ALTLAS_" + "__".join(map(_capitals, [*title.split(":", 1), key]))


def _capitals(word: str) -> str:
    return re.sub(r"[.-]", "_", word).upper()
