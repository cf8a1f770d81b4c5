"""Status codes and sets of them, as a file writes them."""

from __future__ import annotations

import re

from attrs import frozen

from altlas.settings.units import NotAmong

_STATUS = re.compile(r"[1-5]\d\d", re.ASCII)
_CLASS = re.compile(r"[1-5]xx", re.ASCII)
_RANGE = re.compile(r"([1-5]\d\d)\s*-\s*([1-5]\d\d)", re.ASCII)
#: failures that have no status of their own; `altlas.errors` names them so as well
_CAUSES = ("connect", "reset", "timeout")


@frozen
class StatusRange:
    """Status codes from `first` to `last`, both included: ``status in StatusRange(200, 299)``."""

    first: int
    last: int

    @classmethod
    def parse(cls, written: str) -> StatusRange:
        """Read ``204``, ``2xx`` or ``200-299``."""
        if _STATUS.fullmatch(written):
            return cls(int(written), int(written))
        if _CLASS.fullmatch(written):
            first = int(written[0]) * 100
            return cls(first, first + 99)
        match = _RANGE.fullmatch(written)
        if match is None or int(match[1]) > int(match[2]):
            raise ValueError("a status such as 204, 2xx or 200-299")
        return cls(int(match[1]), int(match[2]))

    def __contains__(self, status: int) -> bool:
        return self.first <= status <= self.last


def cause(written: str) -> str:
    """A word of ``retry.on``: a kind of failure, or the status that stands for one."""
    if written not in _CAUSES and written != "429" and not re.fullmatch(r"5\d\d", written):
        raise NotAmong(_CAUSES, f"{', '.join(_CAUSES)}, 429 or a status from 500 to 599")
    return written


def redirect_status(written: str) -> int:
    """A status that sends a client elsewhere (RFC 9110, 15.4)."""
    if written not in ("301", "302", "303", "307", "308"):
        raise ValueError("301, 302, 303, 307 or 308")
    return int(written)


def final_status(written: str) -> int:
    """A status that ends an exchange: any but 1xx."""
    if not _STATUS.fullmatch(written) or written[0] == "1":
        raise ValueError("a status from 200 to 599")
    return int(written)
