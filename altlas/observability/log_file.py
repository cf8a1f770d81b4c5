"""The file behind the access log: appended to, never a reason for the gateway to stop."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from typing import Protocol

from attrs import define, field

#: the path that means standard output
STDOUT = "-"
#: of a file that is made: its owner writes, the group reads
MODE = 0o640
_LINE_END = 0x0A


class Sink(Protocol):
    """Where bytes go at once, without a buffer of its own."""

    def write(self, data: bytes, /) -> int | None:
        """Take some of `data` and say how much; None when nothing could be taken just now."""

    def close(self) -> None: ...


Open = Callable[[str], Sink]


def open_sink(path: str) -> Sink:
    """Open `path` for appending; ``-`` is standard output.

    A file that is missing is made with mode 0640, whatever the umask. Raises `OSError`. Standard
    output is descriptor 1 itself: twistd puts its own log in the place of ``sys.stdout``.
    """
    if path == STDOUT:
        return FileIO(1, "wb", closefd=False)
    return FileIO(path, "ab", opener=_private)


def _private(path: str, flags: int) -> int:
    flags |= os.O_CLOEXEC
    try:
        made = os.open(path, flags | os.O_EXCL, MODE)
    except FileExistsError:
        return os.open(path, flags, MODE)
    # Whatever the umask: a daemon's is twistd's, and would shut the group out of the file that
    # comes after a rotation, though not out of the first. Some file systems know no modes.
    with suppress(OSError):
        os.fchmod(made, MODE)
    return made


@define(eq=False)
class LogFile:
    """A path held open. A failed write loses its bytes and is told by `OSError`."""

    _path: str
    _open: Open
    _sink: Sink = field(init=False)
    #: the last write ended within a line: the next one must not be glued to it
    _torn: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._sink = self._open(self._path)

    def write(self, lines: bytes) -> None:
        """Append whole lines. Raises `OSError` when not all of them could be written."""
        rest = b"\n" + lines if self._torn else lines
        while rest:
            written = self._sink.write(rest)
            if not written:
                raise BlockingIOError("it takes nothing just now")
            self._torn = rest[written - 1] != _LINE_END
            rest = rest[written:]

    def reopen(self) -> None:
        """Open the path anew, for whoever renamed the old file. On `OSError` the old one stays."""
        if self._path == STDOUT:
            return
        fresh = self._open(self._path)
        self._sink.close()
        self._sink = fresh
        self._torn = False

    def close(self) -> None:
        """Close the file; standard output stays open."""
        self._sink.close()
