"""Host and port, as a Host field or an absolute target names them (RFC 9110, 7.2)."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from altlas.errors import BadRequest

#: The longest name that DNS has, brackets and port included (RFC 1035, 2.3.4).
_LONGEST: Final = 255 + len("[]:65535")

# authority = ( reg-name / IPv4address / "[" IPv6address "]" ) [ ":" port ]
# Narrower than RFC 3986: no percent escapes, no sub-delims (``a,b`` reads as two hosts),
# no empty label, no zone, no user information, no port without digits.
_AUTHORITY = re.compile(
    rb"(?:[a-z0-9_~-]+(?:\.[a-z0-9_~-]+)*\.?|\[([0-9a-f:.]+)\])(?::([0-9]{1,5}))?"
)


# One lookup for one Host after another: the same few come with nearly every request.
# What is kept is bounded by number and, by the check of the length, in bytes.
@lru_cache(maxsize=1024)
def authority(value: bytes) -> bytes:
    """The authority in lower case. Raises BadRequest for what is not clearly one."""
    lower = value.lower()
    match = _AUTHORITY.fullmatch(lower) if len(lower) <= _LONGEST else None
    if match is None:
        raise BadRequest("The Host is not a valid host and port.")
    address, port = match.groups()
    if port is not None and int(port) > 65535:
        raise BadRequest("The Host has a port above 65535.")
    if address is not None:
        _check_address(address)
    return lower


def _check_address(address: bytes) -> None:
    try:
        IPv6Address(address.decode("ascii"))
    except AddressValueError:
        raise BadRequest("The Host has brackets around what is no IPv6 address.") from None
