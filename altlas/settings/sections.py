"""The sections of all files together, each key with the place that decides it.

There are three layers: the file itself, the files it includes, the environment. A
later layer may change what an earlier one says, and add to its sections. Within a
layer nothing is said twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import define, field

from altlas.settings import ini
from altlas.settings.problems import Place, Problem, nearest
from altlas.settings.tree import NAMED, SINGLE

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@define
class Section:
    """A section put together from everything that speaks of it."""

    title: str
    #: its headers, one a file; or the variable of the environment that made it
    places: list[Place]
    entries: dict[str, ini.Entry] = field(factory=dict)
    #: by key, the layer that decides it
    _layers: dict[str, int] = field(factory=dict, init=False)

    @property
    def place(self) -> Place:
        """Where it is spoken of first."""
        return self.places[0]

    @property
    def kind(self) -> str:
        """What stands before the colon."""
        return self.title.partition(":")[0]

    @property
    def name(self) -> str:
        """What stands after it; empty for a section that stands once."""
        return self.title.partition(":")[2]

    @property
    def settings(self) -> type:
        """The class that the section becomes."""
        return SINGLE.get(self.kind) or NAMED[self.kind]

    def put(self, entry: ini.Entry, layer: int) -> Problem | None:
        """Let `entry` decide its key, unless its own layer has decided that already."""
        if self._layers.get(entry.key) == layer:
            first = self.entries[entry.key].place
            wanted = f"each key once; the first is at {first}"
            return Problem(entry.place, self.title, entry.key, entry.value, wanted)
        self.entries[entry.key] = entry
        self._layers[entry.key] = layer
        return None


@define
class Sections:
    """All sections by title, in the order of their first appearance."""

    problems: list[Problem] = field(factory=list)
    #: the names of sections whose titles are wrong: they are meant to be there
    lost: set[str] = field(factory=set)
    #: how many files could be read
    read: int = 0
    _by_title: dict[str, Section] = field(factory=dict)

    def __iter__(self) -> Iterator[Section]:
        return iter(self._by_title.values())

    def get(self, title: str) -> Section | None:
        """The section of that title, if anything speaks of it."""
        return self._by_title.get(title)

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of the sections of a kind."""
        return tuple(section.name for section in self if section.kind == kind)

    def open(self, title: str, place: Place) -> Section:
        """The section of that title, made if need be."""
        return self._by_title.setdefault(title, Section(title, [place]))

    def add(self, found: ini.Section, layer: int) -> None:
        """Merge a section of a file."""
        wrong = _wrong_title(found)
        if wrong:
            self.problems.append(wrong)
            self.lost.add(found.title.partition(":")[2].strip())
            return
        section = self.open(found.title, found.place)
        first = next((place for place in section.places if place.file == found.place.file), None)
        repeated = first not in (None, found.place)
        if repeated:
            wanted = f"each section once a file; the first is at {first}"
            self.problems.append(Problem(found.place, found.title, expected=wanted))
        elif first is None:
            section.places.append(found.place)
        for entry in found.entries:
            # In a repeated section the one problem is enough.
            if not (repeated and entry.key in section.entries):
                self._put(section, entry, layer)

    def _put(self, section: Section, entry: ini.Entry, layer: int) -> None:
        problem = section.put(entry, layer)
        if problem:
            self.problems.append(problem)


def _wrong_title(found: ini.Section) -> Problem | None:
    kind, colon, name = found.title.partition(":")
    if kind in SINGLE:
        wanted = f"[{kind}] without a name" if colon else ""
    elif kind not in NAMED:
        known = [*SINGLE, *(f"{kind}:NAME" for kind in NAMED)]
        wanted = "one of the sections " + ", ".join(f"[{title}]" for title in known)
        close = nearest(kind.strip().lower(), [*SINGLE, *NAMED])
        meant = f"[{close}:{name.strip()}]" if close in NAMED else f"[{close}]" if close else ""
        return Problem(found.place, found.title, expected=wanted, nearest=meant)
    else:
        fits = _NAME.fullmatch(name)
        wanted = "" if fits else f"[{kind}:NAME], the name of letters, digits, -, _ and dots"
    return Problem(found.place, found.title, expected=wanted) if wanted else None
