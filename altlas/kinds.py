"""Named, configurable sorts of things, found rather than listed.

A balancer, probe, source, filter or exporter is one file that ends in a `KIND`.
`discover` imports every module of the packages it is given and gathers those; the
resulting `Catalog` is what the ini parser, the generated docs and the tests over
every kind read. A package says in `GROUP` which group its kinds belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from attrs import field, frozen


@frozen
class Kind:
    """One kind: its name in the ini, its frozen Settings class, and how to make one.

    What `make` is called with is agreed within a group; the first argument is always
    an instance of `settings`.
    """

    name: str
    settings: type
    make: Callable[..., Any]


class UnknownKind(LookupError):
    """No kind of this name in the group. `nearest` is the likeliest meant, or None."""

    def __init__(self, group: str, name: str, known: Iterable[str]) -> None:
        self.group = group
        self.name = name
        self.known = tuple(known)
        self.nearest = next(iter(get_close_matches(name, self.known, 1)), None)
        super().__init__(f"no {group} is named {name!r}; known are {', '.join(self.known)}")


class DuplicateKind(ValueError):
    """Two kinds of a group share a name or a Settings class, so neither can be told apart."""


def _by_name(group: str, kinds: Iterable[Kind]) -> dict[str, Kind]:
    named: dict[str, Kind] = {}
    owners: dict[type, str] = {}
    for kind in kinds:
        if kind.name in named:
            raise DuplicateKind(f"two kinds of {group} are named {kind.name!r}")
        owner = owners.setdefault(kind.settings, kind.name)
        if owner != kind.name:
            shared = kind.settings.__name__
            raise DuplicateKind(f"{group} kinds {owner!r} and {kind.name!r} share {shared}")
        named[kind.name] = kind
    return dict(sorted(named.items()))


@frozen
class Catalog:
    """Every known kind, by group and name. Groups that are not there are empty."""

    _groups: Mapping[str, Mapping[str, Kind]] = field(factory=dict)

    @classmethod
    def of(cls, groups: Mapping[str, Iterable[Kind]]) -> Catalog:
        """A catalog of these kinds by group; raises `DuplicateKind`."""
        return cls({group: _by_name(group, kinds) for group, kinds in groups.items()})

    def groups(self) -> tuple[str, ...]:
        """The groups that have a kind, in order of the alphabet."""
        return tuple(sorted(self._groups))

    def names(self, group: str) -> tuple[str, ...]:
        """The names of a group's kinds, in order of the alphabet."""
        return tuple(self._groups.get(group, {}))

    def kinds(self, group: str) -> tuple[Kind, ...]:
        """A group's kinds, in order of their names."""
        return tuple(self._groups.get(group, {}).values())

    def get(self, group: str, name: str) -> Kind:
        """The kind of this name; raises `UnknownKind`, which has the nearest right name."""
        try:
            return self._groups[group][name]
        except KeyError:
            raise UnknownKind(group, name, self.names(group)) from None

    def kind_of(self, group: str, settings: object) -> Kind:
        """The kind whose Settings `settings` is an instance of; raises `UnknownKind`."""
        for kind in self.kinds(group):
            if type(settings) is kind.settings:
                return kind
        raise UnknownKind(group, type(settings).__name__, self.names(group))


def _modules(package: ModuleType) -> Iterable[ModuleType]:
    for found in iter_modules(package.__path__):
        yield import_module(f"{package.__name__}.{found.name}")


def discover(*packages: ModuleType | str) -> Catalog:
    """Import every module of these packages and gather the `KIND` of each that has one.

    A package is given as module or by name, and names its group in `GROUP`. Several
    packages may add to one group. Raises `DuplicateKind`.
    """
    groups: dict[str, list[Kind]] = {}
    for package in packages:
        module = import_module(package) if isinstance(package, str) else package
        kinds = groups.setdefault(module.GROUP, [])
        kinds += [found.KIND for found in _modules(module) if hasattr(found, "KIND")]
    return Catalog.of(groups)
