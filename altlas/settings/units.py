"""How values are written in a file: each parser takes text and returns the value.

A parser that cannot read its text raises `ValueError`, and the error's message is
what was expected instead ("a duration such as 250ms, 5s or 2m"), never what was
found: the one who reports it knows file, line and text already.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")
Parse = Callable[[str], T]

#: the longest duration that is believed to be meant
_LONGEST = 366 * 86400.0
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)", re.ASCII)
_SIZE = re.compile(r"(\d+)\s*(B|kB|KB|KiB|MB|MiB|GB|GiB)", re.ASCII)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_COMMENT = re.compile(r"\s[;#]")

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {
    "B": 1,
    "kB": 1000,
    "KB": 1000,
    "KiB": 1 << 10,
    "MB": 1000**2,
    "MiB": 1 << 20,
    "GB": 1000**3,
    "GiB": 1 << 30,
}
_TRUE = frozenset({"yes", "on", "true", "1"})
_FALSE = frozenset({"no", "off", "false", "0"})
_OFF = frozenset({"off", "none"})


class NotAmong(ValueError):
    """A word that is none of `names`, of which the nearest may have been meant."""

    def __init__(self, names: Iterable[str], expected: str = ""):
        self.names = tuple(names)
        super().__init__(expected or _one_of(self.names))


@frozen
class Misfit:
    """One item of a list that could not be read: on which line of the value, and why."""

    line: int
    item: str
    error: ValueError


class Misfits(ValueError):
    """Some items of a list could not be read; all of them are told."""

    def __init__(self, misfits: tuple[Misfit, ...]):
        super().__init__("; ".join(str(misfit.error) for misfit in misfits))
        self.misfits = misfits


def duration(written: str) -> float:
    """Seconds from ``250ms``, ``5s``, ``1.5m``, ``2h`` or ``1d``; a bare ``0`` is 0."""
    if written == "0":
        return 0.0
    match = _DURATION.fullmatch(written)
    if match is None:
        raise ValueError("a duration such as 250ms, 5s, 2m or 1h")
    number, unit = float(match[1]), match[2]
    seconds = number / 1000 if unit == "ms" else number * _SECONDS[unit]
    if seconds > _LONGEST:
        raise ValueError("a duration of at most 366d")
    return seconds


def size(written: str) -> int:
    """Bytes from ``512B``, ``64KiB``, ``10MiB``, ``1GiB``; ``kB`` and such are powers of 1000."""
    if written == "0":
        return 0
    match = _SIZE.fullmatch(written)
    if match is None or len(match[1]) > 15:
        raise ValueError("a size such as 512B, 64KiB or 10MiB")
    return int(match[1]) * _BYTES[match[2]]


def percent(written: str) -> float:
    """A fraction from 0 to 1, from ``20%``."""
    match = _PERCENT.fullmatch(written)
    if match is None or float(match[1]) > 100:
        raise ValueError("a percentage from 0% to 100%")
    return float(match[1]) / 100


def integer(written: str) -> int:
    """A whole number."""
    if _INTEGER.fullmatch(written) is None:
        raise ValueError("a whole number")
    return int(written)


def boolean(written: str) -> bool:
    """Yes or no (also ``on``/``off``, ``true``/``false``, ``1``/``0``)."""
    word = written.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("yes or no")
    return word in _TRUE


def text(written: str) -> str:
    """One line of text without control characters, and no comment behind it; may be empty."""
    if _CONTROL.search(written) or _COMMENT.search(written):
        raise ValueError("one line of text, without control characters and comments")
    return written


def prose(written: str) -> str:
    """Text of any number of lines."""
    try:
        written.encode()
    except UnicodeEncodeError:  # bytes of the environment that were no text
        raise ValueError("text in UTF-8") from None
    return written


def regex(written: str) -> str:
    """A regular expression of Python's `re`, as written; it compiles over bytes and over text."""
    prose(written)
    try:
        with warnings.catch_warnings():
            # What is to mean something else in a later Python is refused today.
            warnings.simplefilter("error", FutureWarning)
            re.compile(written)
            re.compile(written.encode())
    except (re.error, RecursionError, OverflowError, FutureWarning) as error:
        raise ValueError(f"a regular expression ({error})") from None
    if _CONTROL.search(written):
        raise ValueError("a regular expression on one line")
    return written


def choice(*names: str) -> Parse[str]:
    """One of the names."""

    def parse(written: str) -> str:
        if written not in names:
            raise NotAmong(names)
        return written

    return parse


def between(least: int, most: int | None = None) -> Parse[int]:
    """A whole number within bounds, both included."""
    wanted = f"a whole number of at least {least}"
    if most is not None:
        wanted = f"a whole number from {least} to {most}"

    def parse(written: str) -> int:
        if _INTEGER.fullmatch(written) is None:
            raise ValueError(wanted)
        number = int(written)
        if number < least or (most is not None and number > most):
            raise ValueError(wanted)
        return number

    return parse


def above_zero(parse: Callable[[str], T]) -> Parse[T]:
    """What `parse` reads, but more than nothing."""

    def checked(written: str) -> T:
        value = parse(written)
        if not value:
            raise ValueError("more than 0")
        return value

    return checked


def unless_off(parse: Callable[[str], T]) -> Parse[T | None]:
    """What `parse` reads, or `None` for ``off`` and ``none``."""

    def optional(written: str) -> T | None:
        if written.lower() in _OFF:
            return None
        try:
            return parse(written)
        except ValueError as error:
            raise ValueError(f"{error}, or off") from None

    return optional


def items(parse: Callable[[str], T]) -> Parse[tuple[T, ...]]:
    """A list: items parted by commas, blanks or lines."""
    return _Items(re.compile(r"[,\s]+"), parse)


def lines(parse: Callable[[str], T], also: str = r"(?!)") -> Parse[tuple[T, ...]]:
    """A list: one item a line; the regex `also` says what else parts two items."""
    return _Items(re.compile(also), parse)


@frozen
class _Items(Generic[T]):
    _parting: re.Pattern[str]
    _parse: Callable[[str], T]

    def __call__(self, written: str) -> tuple[T, ...]:
        found: list[T] = []
        misfits: list[Misfit] = []
        for number, line in enumerate(written.split("\n")):
            for item in filter(None, map(str.strip, self._parting.split(line))):
                try:
                    found.append(self._parse(item))
                except ValueError as error:
                    misfits.append(Misfit(number, item, error))
        if misfits:
            raise Misfits(tuple(misfits))
        return tuple(found)


def _one_of(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} or {names[-1]}"
