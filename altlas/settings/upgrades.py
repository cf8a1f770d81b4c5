"""What clients may ask to go on in, beside HTTP, and for how long."""

from __future__ import annotations

import re

from attrs import frozen

from altlas.settings.keys import key
from altlas.settings.units import above_zero, duration, unless_off

#: names that no tunnel may have, whatever their versions: within it, a client could ask for what
#: the routes do not know of
HTTP = frozenset({"h2", "h2c", "h3", "http", "https", "tls"})
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
#: protocol-name, and a version with it or not (RFC 9110, 7.8)
PROTOCOL = re.compile(f"{_TOKEN}(?:/{_TOKEN})?")


def protocol(written: str) -> str:
    """What an Upgrade field may name, in lower case; never HTTP itself."""
    lower = written.lower()
    if PROTOCOL.fullmatch(written) is None or lower.partition("/")[0] in HTTP:
        raise ValueError("a protocol such as websocket, and none that is HTTP again, such as h2c")
    return lower


@frozen(kw_only=True)
class UpgradeLimits:
    """How long a tunnel may last; None is for ever (``off``)."""

    idle: float | None = key(
        unless_off(above_zero(duration)),
        default="1h",
        help="a tunnel without a byte in either direction for so long is closed, or `off`",
    )
    lifetime: float | None = key(
        unless_off(above_zero(duration)), default="off", help="and any tunnel after so long"
    )
