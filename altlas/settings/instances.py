"""One address of a backend, as a file writes it: ``URL key=value ...``."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import Any

from attrs import frozen

from altlas.settings.problems import nearest
from altlas.settings.units import between

_URL = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+))(?::(?P<port>\d+))?/?"
)
_WANTED = "an address such as http://127.0.0.1:9001, with neither path nor query nor user"
_PORTS = {"http": 80, "https": 443}
_WORD = re.compile(r"[A-Za-z0-9_.:/-]+")


@frozen
class Instance:
    """Where one instance of a backend listens, and what is known of it beforehand.

    `url` is as written, `host` is in lower case and without brackets.
    """

    url: str
    scheme: str
    host: str
    port: int
    weight: int = 1
    zone: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def parse(cls, written: str) -> Instance:
        """Read ``URL key=value ...``; `ValueError` says what was expected."""
        url, *words = written.split()
        match = _URL.fullmatch(url)
        if match is None:
            raise ValueError(_WANTED)
        port = between(1, 65535)(match["port"]) if match["port"] else _PORTS[match["scheme"]]
        return cls(url, match["scheme"], _host(match), port, **_attributes(words))

    @property
    def address(self) -> str:
        """``host:port``, an IPv6 host in brackets; one of a kind within a backend."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def origin(self) -> bytes:
        """What the URL of a request to it starts with, port always given."""
        return f"{self.scheme}://{self.address}".encode()


def _host(match: re.Match[str]) -> str:
    if not match["six"]:
        return match["host"].lower()
    try:
        return str(IPv6Address(match["six"]))
    except ValueError:
        raise ValueError(_WANTED) from None


def _tags(written: str) -> tuple[str, ...]:
    tags = tuple(written.split(","))
    if not all(map(_WORD.fullmatch, tags)):
        raise ValueError("tags such as tags=fast,new")
    return tags


def _zone(written: str) -> str:
    if _WORD.fullmatch(written) is None:
        raise ValueError("a zone such as zone=eu-1")
    return written


_ATTRIBUTES: dict[str, Callable[[str], Any]] = {
    "weight": between(1, 65535),
    "zone": _zone,
    "tags": _tags,
}


def _wanted_words(name: str) -> str:
    meant = "" if name in _ATTRIBUTES else nearest(name, _ATTRIBUTES)
    hint = f"; did you mean {meant}=?" if meant else ""
    return f"after the address each of weight=, zone=, tags= once at most{hint}"


def _attributes(words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in _ATTRIBUTES or name in found:
            raise ValueError(_wanted_words(name))
        try:
            found[name] = _ATTRIBUTES[name](value)
        except ValueError as error:
            raise ValueError(f"{error} for {name}") from None
    return found
