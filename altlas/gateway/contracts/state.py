"""How a contract came about, as it is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import define, field

#: flaws that are told one by one
MOST = 20


@define(eq=False)
class State:
    """Where one contract stands. Moments are seconds since the epoch.

    Written by its `Renewal` only.
    """

    name: str
    #: the file or address
    source: str
    #: whether it has been asked for once since the start
    tried: bool = False
    #: when the source was asked last and had an answer
    fetched: float | None = None
    #: when what serves began to, or was fetched where it is the copy of an earlier run
    changed: float | None = None
    #: the document that serves: SHA-256, in hex
    fingerprint: str | None = None
    #: whether that is the copy of an earlier run, and the source has not been heard of yet
    copied: bool = False
    #: why the source had no answer the last time; nothing where it had
    failure: str = ""
    #: what is wrong with the document that came last, so that it does not serve
    problems: tuple[str, ...] = ()
    #: what that document is called
    unusable: str | None = None
    #: the document that would break operations in use, and what it would break
    refused: str | None = None
    breaking: tuple[str, ...] = ()

    #: new documents since the start, by what became of them
    changes: dict[str, int] = field(
        factory=lambda: dict.fromkeys(("accepted", "broke", "refused", "unusable"), 0)
    )

    def settled(self) -> None:
        """The document that came last is the one that serves."""
        self.problems, self.unusable = (), None
        self.breaking, self.refused = (), None

    def row(self) -> dict[str, Any]:
        """Ready for JSON::

        {name, source, tried, fetched, changed, fingerprint, copied, failure,
         unusable: {fingerprint, problems} | None, refused: {fingerprint, breaking} | None,
         changes: {accepted, broke, refused, unusable}}
        """
        unusable = {"fingerprint": self.unusable, "problems": [*self.problems]}
        refused = {"fingerprint": self.refused, "breaking": [*self.breaking]}
        return {
            "name": self.name,
            "source": self.source,
            "tried": self.tried,
            "fetched": self.fetched,
            "changed": self.changed,
            "fingerprint": self.fingerprint,
            "copied": self.copied,
            "failure": self.failure,
            "unusable": unusable if self.unusable else None,
            "refused": refused if self.refused else None,
            "changes": dict(self.changes),
        }


def first_of(lines: Iterable[object], most: int = MOST) -> tuple[str, ...]:
    """The first lines, and how many more there are."""
    said = [*map(str, lines)]
    more = len(said) - most
    return (*said[:most], f"and {more} more") if more > 0 else (*said,)
