"""Documents in files: read whole, and again when another one stands there."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from altlas.gateway.contracts.origins import Found, Unreachable

#: seconds that a changed file must stand still: who writes in place may be at it
SETTLE = 1.0
#: looks at a file that goes on changing, before it is taken as it is
LOOKS = 10

#: changes when the file does, or when the name leads to another one (symlinks are followed)
Signature = tuple[int, int, int, int]


def read(path: str, most: int) -> Found:
    """The document in a file of at most `most` bytes. Raises `Unreachable`."""
    try:
        # A pipe without a writer would keep us waiting.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreachable("it is no file")
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise Unreachable(getattr(error, "strerror", None) or str(error)) from None
    if len(data) > most:
        raise Unreachable(f"it is longer than max-size, {most} bytes")
    return Found.of(data, _signature(status))


def signature(path: str) -> Signature:
    """What tells whether another document stands there. Raises `Unreachable`."""
    try:
        return _signature(os.stat(path))
    except (OSError, ValueError) as error:
        raise Unreachable(getattr(error, "strerror", None) or str(error)) from None


def _signature(status: os.stat_result) -> Signature:
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev


@define(eq=False)
class FileOrigin:
    """A file. The disk is asked in a thread: it may be one of the network."""

    _path: str
    _most: int
    _clock: Any
    _in_thread: Callable[[Callable[[], Any]], Deferred[Any]]
    _known: Signature | None = None

    async def asked(self, hurried: bool) -> Found | None:
        """See `Origin`. What has changed is read once it stands still, unless `hurried`."""
        if not hurried and not await self._changed():
            return None
        found: Found = await self._in_thread(partial(read, self._path, self._most))
        return found

    async def _changed(self) -> bool:
        before: Signature = await self._in_thread(partial(signature, self._path))
        if before == self._known:
            return False
        for _ in range(LOOKS):
            await deferLater(self._clock, SETTLE)
            now: Signature = await self._in_thread(partial(signature, self._path))
            if now == before:
                break
            before = now
        return True

    def keep(self, version: Signature) -> None:
        """See `Origin`."""
        self._known = version
