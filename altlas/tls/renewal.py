"""Files that are watched, and read again when they have changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

from attrs import define, field
from twisted.logger import Logger

from altlas.tls.defects import Defect, Unusable

log = Logger()

#: of each file: when it changed, how long it is, which it is; None where it is not there
Signature = tuple[tuple[int, int, int] | None, ...]


class Renewable(Protocol):
    """What is made of files."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files."""

    def renew(self, now: float) -> None:
        """Read them again; raise `Unusable`, and go on with what was there."""

    def doubts(self, now: float) -> Iterator[Defect]:
        """What works and should be looked at."""

    def certificates(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        """Each file of certificates, the names in it and the end of the first to end."""


@define(eq=False)
class Renewal:
    """Renews what `section` of the configuration is made of, as its files change.

    A change is acted upon once it has stood still from one look to the next: a certificate and
    its key are two files, and somebody may be between the two. Files that cannot be used change
    nothing but the log, and `ok`.
    """

    section: str
    renewable: Renewable
    #: whether the last reading succeeded
    ok: bool = field(default=True, init=False)
    _known: Signature = field(init=False)
    _seen: Signature = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._known = self._seen = signature(self.renewable.files)

    def look(self, now: float) -> None:
        """Renew if the files have changed, and have stood still since the last look."""
        found, before = signature(self.renewable.files), self._seen
        self._seen = found
        if found != self._known and found == before:
            self.renew(now)

    def renew(self, now: float) -> None:
        """Read the files again, whether they have changed or not; `now` is the epoch's seconds."""
        # Before they are read: what changes meanwhile is seen at the next look.
        self._known = self._seen = signature(self.renewable.files)
        try:
            self.renewable.renew(now)
        except Unusable as error:
            self.ok = False
            self._refused(error)
        else:
            self.ok = True
            log.info("The certificates of [{section}] were read again", section=self.section)
            self.tell_doubts(now)

    def _refused(self, error: Unusable) -> None:
        for defect in error.defects:
            log.critical(
                "The certificates of [{section}] cannot be renewed, those from before serve on: "
                "{defect}",
                section=self.section,
                defect=defect,
            )

    def tell_doubts(self, now: float) -> None:
        """Say what should be looked at: ends that are near, above all."""
        for doubt in self.renewable.doubts(now):
            log.warn("[{section}] {doubt}", section=self.section, doubt=doubt)


def signature(files: tuple[str, ...]) -> Signature:
    """What changes when one of the files does."""
    return tuple(map(_signature, files))


def _signature(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
