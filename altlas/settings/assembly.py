"""Makes the settings of one section out of its entries, and says what is wrong with them.

A key that cannot be read takes its default (a required one its example) for the time
being, so that everything else about the section can be judged in the same run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, evolve, field, frozen

from altlas.kinds import Catalog, UnknownKind
from altlas.settings.constraints import Complaint, complaints
from altlas.settings.gluing import parted
from altlas.settings.ini import Entry
from altlas.settings.keys import Choosing, Group, Key, Takes, declarations
from altlas.settings.problems import DEFAULT, Place, Problem, nearest
from altlas.settings.schema import Path, Slot, key_name, slots
from altlas.settings.sections import Section
from altlas.settings.units import Misfits, NotAmong


@frozen
class Value:
    """What a key of a section has in the end, as one would write it, and where it comes from.

    `written` is None for a key that nobody set and that has no default. `lines` has the
    number of each of its lines where it stands in a file.
    """

    section: str
    key: str
    written: str | None
    place: Place
    lines: tuple[int, ...] = ()

    def of(self, item: str) -> tuple[str, Place]:
        """An item of a list with its place; all of the value where that is not one's own line."""
        for text, number in zip((self.written or "").split("\n"), self.lines, strict=False):
            if item and item in text:
                return item, evolve(self.place, line=number)
        return self.written or "", self.place


@frozen
class Assembled:
    """A section's settings, where each value comes from, and what is wrong."""

    section: Section
    settings: Any
    values: tuple[Value, ...]
    problems: tuple[Problem, ...]
    #: keys that have a problem of their own, so that their values mean nothing
    wrong_keys: frozenset[str] = frozenset()

    def wrong(self, key: str) -> bool:
        """Whether the key has a problem of its own."""
        return key in self.wrong_keys

    def wrote(self, key: str) -> bool:
        """Whether somebody wrote the key."""
        return self._value(key).place is not DEFAULT

    def problem(self, key: str, expected: str, nearest: str = "") -> Problem:
        """A problem of the key: at its place, or at the section's where nobody wrote it."""
        value = self._value(key)
        if value.place is DEFAULT:
            return Problem(self.section.place, self.section.title, expected=expected)
        written = value.written or ""
        return Problem(value.place, self.section.title, key, written, expected, nearest)

    def _value(self, key: str) -> Value:
        return next(value for value in self.values if value.key == key)


def assemble(section: Section, catalog: Catalog) -> Assembled:
    """Read every entry of the section and make its settings."""
    assembly = _Assembly(section, catalog)
    settings = assembly.make()
    problems, wrong = tuple(assembly.problems), frozenset(assembly.wrong)
    return Assembled(section, settings, assembly.values(), problems, wrong)


def possible_keys(settings: type[Any], catalog: Catalog) -> Iterator[str]:
    """Every key that a section may have, whichever kinds it chooses."""
    for slot in slots(settings):
        yield slot.name
        if isinstance(slot.declaration, Choosing):
            for kind in catalog.names(slot.declaration.group):
                chosen = catalog.get(slot.declaration.group, kind).settings
                yield from (inner.name for inner in slots(chosen, slot.path))


@define
class _Assembly:
    _section: Section
    _catalog: Catalog
    problems: list[Problem] = field(factory=list, init=False)
    _entries: dict[str, Entry] = field(factory=dict, init=False)
    _slots: dict[str, Slot] = field(factory=dict, init=False)
    #: the settings classes of the chosen kinds, and the values read, by attributes
    _chosen: dict[Path, type[Any]] = field(factory=dict, init=False)
    _read: dict[Path, Any] = field(factory=dict, init=False)
    wrong: set[str] = field(factory=set, init=False)
    #: all keys there can be, and those whose values may look like keys
    _known: frozenset[str] = field(init=False)
    _free: frozenset[str] = field(init=False)

    @_known.default
    def _all_keys(self) -> frozenset[str]:
        return frozenset(possible_keys(self._section.settings, self._catalog))

    @_free.default
    def _free_keys(self) -> frozenset[str]:
        found = slots(self._section.settings)
        return frozenset(slot.name for slot in found if slot.takes is Takes.LINES)

    def make(self) -> Any:
        """The settings, whatever is wrong with them."""
        for entry in self._section.entries.values():
            self._take(entry)
        self._find_slots()
        self._refuse_unknown()
        for slot in self._slots.values():
            if isinstance(slot.declaration, Key):
                self._read_slot(slot, slot.declaration)
        settings = self._build(self._section.settings, ())
        self._judge(settings, ())
        return settings

    def values(self) -> tuple[Value, ...]:
        """Where every key has its value from, in the order of declaration."""
        return tuple(self._value(slot) for slot in self._slots.values())

    # --- what is written ----------------------------------------------------------

    def _take(self, entry: Entry) -> None:
        """Take an entry, and any that was glued to it."""
        free = entry.key in self._free
        own, *glued = parted(entry, lambda word: word in self._known or not free)
        self._entries.setdefault(own.key, own)
        for other in glued:
            wanted = "a key without blanks in front of it"
            self.problems.append(
                Problem(other.place, self._section.title, other.key, other.value, wanted)
            )
            self._entries.setdefault(other.key, other)

    def _find_slots(self) -> None:
        for slot in slots(self._section.settings):
            self._slots[slot.name] = slot
            if isinstance(slot.declaration, Choosing):
                self._choose(slot, slot.declaration)

    def _choose(self, slot: Slot, choosing: Choosing) -> None:
        entry = self._entries.get(slot.name)
        if entry and entry.broken:
            self.wrong.add(slot.name)
            return
        name = entry.value if entry else choosing.written
        try:
            kind = self._catalog.get(choosing.group, name)
        except UnknownKind as unknown:
            self._complain(slot.name, NotAmong(unknown.known))
            return
        self._chosen[slot.path] = kind.settings
        for inner in slots(kind.settings, slot.path):
            self._slots[inner.name] = inner

    def _refuse_unknown(self) -> None:
        for name, entry in self._entries.items():
            unread = any(name.startswith(f"{slot}.") for slot in self.wrong)
            if name not in self._slots and not unread:
                wanted, among = self._home(name)
                close = nearest(name.lower().replace("_", "-"), among)
                self.problems.append(
                    Problem(entry.place, self._section.title, name, entry.value, wanted, close)
                )

    def _home(self, name: str) -> tuple[str, list[str]]:
        """What an unknown key should have been, and the names it is to be compared with."""
        for path in self._chosen:
            head = key_name(path)
            if name.startswith(f"{head}."):
                entry = self._entries.get(head)
                owner = f"{head} = {entry.value}" if entry else f"the default {head}"
                names = [slot for slot in self._slots if slot.startswith(f"{head}.")]
                return f"a key of {owner}", names
        return f"a key of a {self._section.kind} section", list(self._slots)

    # --- what it means ------------------------------------------------------------

    def _read_slot(self, slot: Slot, key: Key) -> None:
        entry = self._entries.get(slot.name)
        if entry is None or (not entry.value and key.written is None):
            if key.required:
                wanted = f"{slot.name}, such as {slot.name} = {key.written}"
                self.problems.append(
                    Problem(self._section.place, self._section.title, expected=wanted)
                )
                self._stand_in(slot, key)
        elif entry.broken:
            self._stand_in(slot, key)
        else:
            self._parse(slot, key, entry)

    def _parse(self, slot: Slot, key: Key, entry: Entry) -> None:
        try:
            self._read[slot.path] = key.parse(entry.value)
        except Misfits as error:
            for misfit in error.misfits:
                self._complain(slot.name, misfit.error, line=misfit.line, value=misfit.item)
            self._stand_in(slot, key)
        except ValueError as error:
            self._complain(slot.name, error)
            self._stand_in(slot, key)

    def _stand_in(self, slot: Slot, key: Key) -> None:
        self.wrong.add(slot.name)
        if key.required:
            self._read[slot.path] = key.parse(key.written or "")

    def _complain(
        self, name: str, wrong: ValueError, *, line: int = 0, value: str | None = None
    ) -> None:
        """Say what is wrong with a key, at its line or at the section if nobody wrote it."""
        self.wrong.add(name)
        entry = self._entries.get(name)
        place = entry.at(line) if entry else self._section.place
        if value is None:
            value = entry.value if entry else ""
        close = nearest(value, wrong.names) if isinstance(wrong, NotAmong) else ""
        self.problems.append(Problem(place, self._section.title, name, value, str(wrong), close))

    def _build(self, settings: type[Any], path: Path) -> Any:
        found: dict[str, Any] = {}
        if not path and self._section.name:
            found["name"] = self._section.name
        for attribute, declaration in declarations(settings).items():
            here = (*path, attribute)
            if isinstance(declaration, Group):
                found[attribute] = self._build(declaration.settings, here)
            elif here in self._chosen:
                found[attribute] = self._build(self._chosen[here], here)
            elif here in self._read:
                found[attribute] = self._read[here]
        return settings(**found)

    # --- whether it fits together -------------------------------------------------

    def _judge(self, settings: Any, path: Path) -> None:
        for complaint in complaints(settings):
            self._report(complaint, path)
        for attribute, declaration in declarations(type(settings)).items():
            if not isinstance(declaration, Key) and getattr(settings, attribute) is not None:
                self._judge(getattr(settings, attribute), (*path, attribute))

    def _report(self, complaint: Complaint, path: Path) -> None:
        """Report at the first of the keys in question that somebody wrote."""
        names = [key_name((*path, key)) for key in complaint.keys]
        if self.wrong.intersection(names):
            return
        for name in names:
            if name in self._entries:
                self._complain(name, ValueError(complaint.expected))
                return
        self.problems.append(
            Problem(self._section.place, self._section.title, expected=complaint.expected)
        )

    def _value(self, slot: Slot) -> Value:
        entry = self._entries.get(slot.name)
        if entry is not None:
            lines = tuple(line.number for line in entry.lines)
            return Value(self._section.title, slot.name, entry.value, entry.place, lines)
        declaration = slot.declaration
        written = declaration.written
        if isinstance(declaration, Key) and declaration.required:
            written = None
        return Value(self._section.title, slot.name, written, DEFAULT)
