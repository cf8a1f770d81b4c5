"""What a route asks of a request beyond its path, as a file writes it."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

from attrs import frozen

from altlas.settings.units import NotAmong, prose, regex

_PREDICATE = re.compile(r"(?P<name>[^=:\s]+)\s*(?:[=:]\s*(?P<value>.*))?")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
#: the methods that can arrive at all: the parser below knows no others
METHODS = frozenset(
    re.findall(
        r"\S+",
        """
        GET HEAD POST PUT PATCH DELETE OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH
        SEARCH UNLOCK BIND REBIND UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY
        SUBSCRIBE UNSUBSCRIBE PURGE MKCALENDAR LINK UNLINK SOURCE QUERY
        """,
    )
)


@frozen
class Predicate:
    """A header field or query parameter that a request must have.

    With neither `value` nor `regex` it need only be there. A `regex` is searched for,
    anchored only where it says so. Header names are matched in any case.
    """

    name: str
    value: str | None = None
    regex: str | None = None

    @classmethod
    def parse(cls, written: str) -> Predicate:
        """Read ``Name``, ``Name = value`` (or ``Name: value``) or ``Name = ~regex``."""
        match = _PREDICATE.fullmatch(written)
        if match is None:
            raise ValueError("Name, Name = value or Name = ~regex")
        value = match["value"]
        if value is None:
            return cls(match["name"])
        if value.startswith("~"):
            return cls(match["name"], regex=regex(value[1:].strip()))
        return cls(match["name"], value=prose(value))


def header(written: str) -> Predicate:
    """A predicate over a header field."""
    found = Predicate.parse(written)
    if _TOKEN.fullmatch(found.name) is None:
        raise ValueError("the name of a header field")
    return found


def host(written: str) -> str:
    """A host name in lower case, ``*.`` in front for every name below it; no port."""
    name = written.lower()
    if _HOST.fullmatch(name):
        return name
    try:
        return f"[{IPv6Address(name.removeprefix('[').removesuffix(']'))}]"
    except ValueError:
        raise ValueError(
            "a host such as api.example.com or *.example.com, without a port"
        ) from None


def method(written: str) -> str:
    """A request method, in capitals as on the wire."""
    if written not in METHODS:
        raise NotAmong(sorted(METHODS), "a method in capitals, such as GET or POST")
    return written
