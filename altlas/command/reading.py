"""Contracts read from files, for who waits at a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from altlas.contracts.contract import Contract


class Unreadable(Exception):
    """A file that no contract can be made of; the message has a line for each flaw."""


def contract_of(file: str) -> Contract:
    """The contract in a file, ``-`` for standard input. Raises `Unreadable`."""
    from altlas.contracts.contract import compiled
    from altlas.contracts.digesting import Unusable, digest

    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return compiled(file, digest(data), None)
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror or error}") from None
    except Unusable as error:
        lines = [f"{file}: {flaw}" for flaw in error.flaws]
        raise Unreadable("\n".join(lines)) from None
