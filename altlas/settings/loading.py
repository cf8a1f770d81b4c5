"""From a file and the environment to settings, or to everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from altlas.kinds import Catalog
from altlas.settings.assembly import Assembled, assemble
from altlas.settings.drafts import Draft, Loaded, in_order
from altlas.settings.expansion import Expansion
from altlas.settings.files import INCLUDE_VARIABLE, Files, absolute
from altlas.settings.keys import Takes
from altlas.settings.overrides import Overrides
from altlas.settings.problems import Place
from altlas.settings.references import warnings, wrong_references
from altlas.settings.schema import slots
from altlas.settings.sections import Section, Sections
from altlas.settings.tree import SINGLE, AccessLog, Gateway, Settings


def load(path: Path, environ: Mapping[str, str], catalog: Catalog) -> Loaded:
    """Read the file at `path`, what it includes, and the overrides in `environ`.

    Raises `SettingsError` with every problem there is.
    """
    return draft(path, environ, catalog).loaded()


def draft(path: Path, environ: Mapping[str, str], catalog: Catalog) -> Draft:
    """The same for those who look for more before they use a configuration or refuse it."""
    sections = Sections()
    expansion = Expansion(environ)
    Files(sections, expansion).read(path, environ.get(INCLUDE_VARIABLE))
    overrides = Overrides(sections, catalog, environ)
    overrides.apply(expansion.named)
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
    return Draft(
        _settings(assembled),
        in_order(problems),
        in_order([*overrides.doubts, *warnings(assembled)]),
        tuple(value for one in assembled for value in one.values),
        frozenset((one.section.title, key) for one in assembled for key in one.wrong_keys),
    )


def _make_absolute(section: Section, main: Path) -> None:
    for slot in slots(section.settings):
        entry = section.entries.get(slot.name)
        if entry and slot.takes in (Takes.FILE, Takes.FILES):
            section.entries[slot.name] = absolute(entry, main, slot.takes is Takes.FILES)


def _settings(assembled: list[Assembled]) -> Settings:
    def of(kind: str) -> tuple[Any, ...]:
        return tuple(one.settings for one in assembled if one.section.kind == kind)

    gateway: tuple[Gateway] = of("gateway")
    access_log: tuple[AccessLog] = of("access-log")
    return Settings(
        gateway=gateway[0],
        listeners=of("listener"),
        backends=of("backend"),
        contracts=of("contract"),
        routes=of("route"),
        access_log=access_log[0],
    )
