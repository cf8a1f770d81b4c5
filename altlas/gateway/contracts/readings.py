"""Contracts that are read before the reactor runs: what is looked at is what will serve."""

from __future__ import annotations

from typing import Any

from attrs import define, field, frozen

from altlas.contracts.contract import Contract, compiled
from altlas.contracts.digesting import Flaw, Unusable, digest
from altlas.gateway.contracts.documents import read, signature
from altlas.gateway.contracts.origins import Found, Unreachable
from altlas.settings import tree


@frozen(eq=False)
class Reading:
    """A document that was read and compiled."""

    fingerprint: str
    version: Any
    contract: Contract
    doubts: tuple[Flaw, ...]


def compiled_of(settings: tree.Contract, found: Found) -> Reading:
    """The contract that a document is, by this process alone: seconds for a large one.

    Raises `Unusable`.
    """
    digested = digest(found.data)
    contract = compiled(settings.name, digested, settings.base_path)
    return Reading(found.fingerprint, found.version, contract, digested.doubts)


@define(eq=False)
class Readings:
    """What was read of files for a start, so that looking and serving share the work."""

    _made: dict[str, Reading] = field(factory=dict, init=False)

    def of_file(self, settings: tree.Contract) -> Reading:
        """The contract in a file, read once for each state that the file is in.

        Raises `Unusable`, also for a file that cannot be read.
        """
        assert settings.file is not None  # the settings see to it: there is no url
        try:
            made = self._made.get(settings.name)
            if made is None or made.version != signature(settings.file):
                found = read(settings.file, settings.max_size)
                made = self._made[settings.name] = compiled_of(settings, found)
        except Unreachable as error:
            raise Unusable((Flaw("", str(error)),)) from None
        return made

    def forget(self) -> None:
        """Nothing of it is needed any longer."""
        self._made.clear()
