"""How an instance of the demo behaves: well, unless it was told otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from attrs import asdict, evolve, fields, frozen


class BadConduct(ValueError):
    """What an instance was told to do is none of the things that it can do."""


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadConduct("fail is a share of the requests, from 0 to 1")
    return float(value)


def _error_status(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 400 <= value <= 599:
        raise BadConduct("status is a number from 400 to 599")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 3600:
        raise BadConduct("stall is a number of seconds, from 0 to 3600")
    return float(value)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadConduct("trickle, health and reset are true or false")
    return value


#: as JSON writes it
_NUMBER = re.compile(rb"-?\d{1,9}(\.\d{1,99})?([Ee][+-]?\d{1,3})?")

_READERS: dict[str, Callable[[object], Any]] = {
    "fail": _share,
    "status": _error_status,
    "stall": _seconds,
    "trickle": _switch,
    "health": _switch,
    "reset": _switch,
}


@frozen
class Conduct:
    """What an instance does to the requests that it gets."""

    #: share of the requests that are answered with `status`, 0 to 1
    fail: float = 0.0
    status: int = 503
    #: seconds before each answer
    stall: float = 0.0
    #: answers come a few bytes at a time
    trickle: bool = False
    #: what ``/health`` says
    health: bool = True
    #: connections are reset instead of answered
    reset: bool = False

    def told(self, order: object) -> Conduct:
        """This conduct with the changes of `order`, a JSON object; else `BadConduct`."""
        if not isinstance(order, dict):
            raise BadConduct("a JSON object is wanted")
        for name in order:
            if name not in _READERS:
                known = ", ".join(field.name for field in fields(Conduct))
                raise BadConduct(f"{name} is nothing that can be told; there are: {known}")
        return evolve(self, **{name: _READERS[name](value) for name, value in order.items()})

    def asked(self, query: Mapping[bytes, list[bytes]]) -> Conduct:
        """This conduct for one request, by ``_fail``, ``_stall``, ``_trickle``, ``_reset``."""
        order: dict[str, object] = {}
        if b"_fail" in query:
            order |= {"fail": 1.0, "status": _whole(_number(query, b"_fail"))}
        if b"_stall" in query:
            order["stall"] = _number(query, b"_stall")
        for name in ("trickle", "reset"):
            if f"_{name}".encode() in query:
                order[name] = bool(_number(query, f"_{name}".encode()))
        return self.told(order) if order else self

    def plain(self) -> dict[str, object]:
        """This conduct as JSON has it."""
        return asdict(self)


def _number(query: Mapping[bytes, list[bytes]], name: bytes) -> float:
    written = query[name][-1]
    if not _NUMBER.fullmatch(written):
        raise BadConduct(f"{name.decode()} is a number")
    return float(written)


def _whole(number: float) -> float:
    """The same as an integer, where it is one."""
    return int(number) if number.is_integer() else number
