"""From a file and the environment to settings, or to everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from altlas.kinds import Catalog
from altlas.settings.assembly import Assembled, Value, assemble
from altlas.settings.expansion import Expansion
from altlas.settings.files import INCLUDE_VARIABLE, Files, absolute
from altlas.settings.keys import Takes
from altlas.settings.overrides import Overrides
from altlas.settings.problems import Place, Problem, SettingsError
from altlas.settings.references import warnings, wrong_references
from altlas.settings.schema import slots
from altlas.settings.sections import Section, Sections
from altlas.settings.tree import SINGLE, AccessLog, Gateway, Settings


@frozen
class Loaded:
    """A configuration that can be used: its settings, doubts about it, and its sources.

    `provenance` has every key of every section in order, with its value as one would
    write it and the place that decided it.
    """

    settings: Settings
    warnings: tuple[Problem, ...]
    provenance: tuple[Value, ...]


def load(path: Path, environ: Mapping[str, str], catalog: Catalog) -> Loaded:
    """Read the file at `path`, what it includes, and the overrides in `environ`.

    Raises `SettingsError` with every problem there is.
    """
    sections = Sections()
    expansion = Expansion(environ)
    Files(sections, expansion).read(path, environ.get(INCLUDE_VARIABLE))
    Overrides(sections, catalog, environ).apply(expansion.named)
    for title in SINGLE:
        # Not written is the same as empty.
        sections.open(title, Place(str(path)))
    for section in sections:
        _make_absolute(section, path)
    assembled = [assemble(section, catalog) for section in sections]
    problems = [*sections.problems, *expansion.problems]
    problems += (problem for one in assembled for problem in one.problems)
    # A file that cannot be read at all lacks everything; that need not be said as well.
    if sections.read:
        problems += wrong_references(assembled, sections, Place(str(path)))
    if problems:
        raise SettingsError(sorted(problems, key=_order))
    found = tuple(sorted(warnings(assembled), key=_order))
    return Loaded(_settings(assembled), found, _provenance(assembled))


def _make_absolute(section: Section, main: Path) -> None:
    for slot in slots(section.settings):
        entry = section.entries.get(slot.name)
        if entry and slot.takes is Takes.FILE:
            section.entries[slot.name] = absolute(entry, main)


def _order(problem: Problem) -> tuple[str, int]:
    return problem.file, problem.line


def _settings(assembled: list[Assembled]) -> Settings:
    def of(kind: str) -> tuple[Any, ...]:
        return tuple(one.settings for one in assembled if one.section.kind == kind)

    gateway: tuple[Gateway] = of("gateway")
    access_log: tuple[AccessLog] = of("access-log")
    return Settings(
        gateway=gateway[0],
        listeners=of("listener"),
        backends=of("backend"),
        routes=of("route"),
        access_log=access_log[0],
    )


def _provenance(assembled: list[Assembled]) -> tuple[Value, ...]:
    return tuple(value for one in assembled for value in one.values)
