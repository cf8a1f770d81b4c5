"""What is known of a configuration once it was read: good for use, or all that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from attrs import evolve, frozen

from altlas.settings.assembly import Value
from altlas.settings.problems import Problem, SettingsError
from altlas.settings.tree import Settings

#: section, key, why its value cannot be used (or hardly is meant so), and which item of a list
Blame = tuple[str, str, str, str]


@frozen
class Loaded:
    """A configuration that can be used: its settings, doubts about it, and its sources.

    `provenance` has every key of every section in order, with its value as one would
    write it and the place that decided it.
    """

    settings: Settings
    warnings: tuple[Problem, ...]
    provenance: tuple[Value, ...]


@frozen
class Draft:
    """A configuration as far as it could be read, with all that is wrong with it so far.

    Of a key that cannot be read, `settings` has the default, or an example where one is
    required.
    """

    settings: Settings
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    provenance: tuple[Value, ...]
    _wrong: frozenset[tuple[str, str]]

    def wrong(self, section: str, key: str) -> bool:
        """Whether the key could not be read, or is missing: its value is a stand-in."""
        return (section, key) in self._wrong

    def blamed(self, found: Iterable[Blame]) -> Draft:
        """This with more problems. Of a key that has a problem already nothing more is said."""
        return evolve(self, problems=in_order([*self.problems, *self._faults(found)]))

    def doubted(self, found: Iterable[Blame]) -> Draft:
        """The same with more warnings."""
        return evolve(self, warnings=in_order([*self.warnings, *self._faults(found)]))

    def _faults(self, found: Iterable[Blame]) -> Iterator[Problem]:
        told = {(problem.section, problem.key) for problem in self.problems}
        values = {(value.section, value.key): value for value in self.provenance}
        for section, key, reason, item in found:
            if (section, key) not in told:
                written, place = values[section, key].of(item)
                yield Problem(place, section, key, written, fault=reason)

    def loaded(self) -> Loaded:
        """The configuration, to be used. Raises `SettingsError` if anything is wrong with it."""
        if self.problems:
            raise SettingsError(self.problems)
        return Loaded(self.settings, self.warnings, self.provenance)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems by file and line."""
    return tuple(sorted(problems, key=attrgetter("order")))
