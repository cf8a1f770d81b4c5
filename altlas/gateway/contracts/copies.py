"""The last good copy of each document that is fetched, kept for a start without its backend."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import Any
from urllib.parse import quote

from attrs import frozen
from twisted.logger import Logger

from altlas.gateway.contracts.fetching import Validators
from altlas.settings.tree import Contract

log = Logger()

#: longest first line of a copy, in bytes
_HEAD = 16 * 1024


@frozen(eq=False)
class Copy:
    """A document that was good, and what its server called it."""

    url: str
    validators: Validators
    #: when it was fetched, in seconds since the epoch
    fetched: float
    data: bytes


class Corrupt(ValueError):
    """A file is no copy, or no whole one."""


@frozen
class Copies:
    """A folder of copies, a file for each contract; None keeps nothing.

    A file is a line of JSON and then the document as it came (in UTF-8).
    """

    _folder: Path | None

    def load(self, settings: Contract) -> Copy | None:
        """The copy of what the contract's address served; one of another address does not count.

        A file that cannot be read is told in the log, and counts as none.
        """
        path = self._path(settings)
        if path is None:
            return None
        try:
            copy = _parsed(path, settings.max_size)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            log.warn("The copy {path} is not used: {reason}", path=str(path), reason=reason)
            return None
        return copy if copy.url == settings.url else None

    def save(self, settings: Contract, copy: Copy) -> None:
        """Put a copy in the place of the one before. Raises `OSError`.

        Whoever reads finds the one or the other whole, after a crash too.
        """
        path = self._path(settings)
        if path is not None:
            path.parent.mkdir(0o700, parents=True, exist_ok=True)
            _replace(path, [_head(copy), copy.data])

    def _path(self, settings: Contract) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / "contracts" / f"{quote(settings.name, safe='')}.copy"


def unkept(folder: Path | None) -> str:
    """Why no copies could be kept below `folder`, or nothing. Looking makes nothing."""
    if folder is None:
        return "there is no folder, so that copies of contracts are not kept"
    there = folder / "contracts"
    while not os.path.lexists(there):
        there = there.parent
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return ""
    return f"copies of contracts cannot be kept: {there} cannot be written to"


def _head(copy: Copy) -> bytes:
    said: dict[str, Any] = {
        "url": copy.url,
        "etag": copy.validators.etag,
        "modified": copy.validators.modified,
        "fetched": copy.fetched,
        "sha256": sha256(copy.data).hexdigest(),
    }
    return json.dumps(said).encode("ascii") + b"\n"


def _parsed(path: Path, most: int) -> Copy:
    with path.open("rb") as file:
        head, data = file.readline(_HEAD), file.read(most + 1)
    try:
        said = json.loads(head)
        validators = Validators(str(said["etag"]), str(said["modified"]))
        copy = Copy(str(said["url"]), validators, float(said["fetched"]), data)
        whole = said["sha256"] == sha256(data).hexdigest()
    except (ValueError, KeyError, TypeError):
        raise Corrupt("it does not begin like one") from None
    if not whole:
        raise Corrupt("it is not what was written")
    return copy


def _replace(path: Path, pieces: list[bytes]) -> None:
    """Put a file, of mode 0600, in the place of `path`, at once and for good."""
    descriptor, name = mkstemp(prefix=".", suffix=".new", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(descriptor)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
