"""The keys of a section, by the names that a file has for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from altlas.settings.keys import Choosing, Group, Key, Takes, declarations

Path = tuple[str, ...]

#: worked out once a class: a file may have thousands of sections
_known: dict[tuple[type[Any], Path], tuple[Slot, ...]] = {}


@frozen
class Slot:
    """A key of a section: its name in a file, and the attributes that lead to it."""

    name: str
    path: Path
    declaration: Key | Choosing

    @property
    def takes(self) -> Takes:
        """What the key's text may look like."""
        return self.declaration.takes if isinstance(self.declaration, Key) else Takes.VALUE


def slots(settings: type[Any], path: Path = ()) -> tuple[Slot, ...]:
    """Every key of a settings class, groups included, in the order of declaration."""
    found = _known.get((settings, path))
    if found is None:
        found = _known[settings, path] = tuple(_slots(settings, path))
    return found


def key_name(path: Path) -> str:
    """The attributes ``a_b``, ``c_d`` as the key ``a-b.c-d``.

    An underscore at the end only keeps an attribute apart from another or from Python's own
    words: ``upgrade`` and ``upgrade_``, ``idle`` are the keys ``upgrade`` and ``upgrade.idle``.
    """
    names = ".".join(path).split(".")
    return ".".join(name.rstrip("_") for name in names).replace("_", "-")


def _slots(settings: type[Any], path: Path) -> Iterator[Slot]:
    for attribute, declaration in declarations(settings).items():
        here = (*path, attribute)
        if isinstance(declaration, Group):
            yield from slots(declaration.settings, here)
        else:
            own = declaration.name if isinstance(declaration, Key) else ""
            yield Slot(own or key_name(here), here, declaration)
