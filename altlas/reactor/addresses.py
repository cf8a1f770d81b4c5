"""Socket addresses as Twisted writes them."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address

_NUMERIC = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV


def named(address: Any) -> tuple[Any, ...]:
    """An IP socket address whose host names its scope (``fe80::1%eth0``), where it has one."""
    if len(address) == 4 and address[3]:
        return (socket.getnameinfo(address, _NUMERIC)[0], *address[1:])
    return tuple(address)


def ip_address(address: tuple[Any, ...]) -> IPv4Address | IPv6Address:
    """Twisted's address of a named socket address."""
    if len(address) == 2:
        # Its __init__ judges our own word "TCP", which is most of the price.
        made = IPv4Address.__new__(IPv4Address)
        made.type = "TCP"
        made.host, made.port = address
        return made
    return IPv6Address("TCP", *address)
