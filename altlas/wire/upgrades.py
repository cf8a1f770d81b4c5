"""Offers to go on in another protocol (RFC 9110, 7.8): what of one is passed on, and agreed to.

HTTP itself is never among them (``h2c``).
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

from altlas.settings.upgrades import HTTP, PROTOCOL, UpgradeLimits
from altlas.wire.fields import first, values
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.section import Section

_PROTOCOL: Final = re.compile(PROTOCOL.pattern.encode())
_HTTP: Final = frozenset(name.encode() for name in HTTP)
_CONNECTION: Final = (b"Connection", b"Upgrade")
#: what the field Connection of the request says beside, which has to make room
_ELSEWHERE: Final = frozenset({b"te", b"connection"})


@frozen
class Offer:
    """What a request offers to go on with, and how long the tunnel may last."""

    #: in the client's order and spelling
    protocols: tuple[bytes, ...]
    limits: UpgradeLimits


def offered(head: RequestHead, allowed: frozenset[bytes]) -> tuple[bytes, ...]:
    """The protocols that `head` offers, as far as they are `allowed` (in lower case; a name
    without version stands for all its versions).

    None from HTTP/1.0, none by another method than GET, and none with a body: of such a request
    nobody could say where the other protocol begins.
    """
    if not head.upgrade or head.minor == 0 or head.method != b"GET" or head.framing:
        return ()
    listed = b",".join(values(head.fields, b"upgrade")).split(b",")
    return tuple(one for item in listed if _may_go(one := item.strip(b" \t"), allowed))


def _may_go(protocol: bytes, allowed: frozenset[bytes]) -> bool:
    if _PROTOCOL.fullmatch(protocol) is None:
        return False
    lower = protocol.lower()
    name = lower.partition(b"/")[0]
    return name not in _HTTP and (lower in allowed or name in allowed)


def with_offer(section: Section, protocols: tuple[bytes, ...]) -> Section:
    """The fields of a request without body that also make the offer."""
    fields = section.fields
    if first(fields, b"te") is not None:
        # Some servers look at one Connection field only: it is to be this one.
        fields = [field for field in fields if field[0].lower() not in _ELSEWHERE]
        section = Section.of(fields, section.framing)
    return section.plus(_CONNECTION).plus((b"Upgrade", b", ".join(protocols)))


def agreed(head: ResponseHead, protocols: tuple[bytes, ...]) -> bytes | None:
    """The one of the offered `protocols` that a 101 goes on in, as it spells it; None for a 101
    that names another, several or none, or does not say that it is about this connection.
    """
    named = values(head.fields, b"upgrade")
    if len(named) != 1 or b"upgrade" not in head.listed:
        return None
    wanted = named[0].lower()
    return named[0] if any(wanted == one.lower() for one in protocols) else None


def switching_lines(protocol: bytes) -> bytes:
    """The lines of a 101 to the client that say what the connection goes on in."""
    return b"Connection: Upgrade\r\nUpgrade: %b\r\n" % protocol
