"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 route``, ``2 routes``: for nouns whose plural is an s more."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
