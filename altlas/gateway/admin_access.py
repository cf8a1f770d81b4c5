"""Who can reach an admin listener, and what they must know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from altlas.gateway.binds import parsed
from altlas.settings.tree import Listener

#: characters that a token has at least
SHORTEST = 16
_TOKEN = re.compile(rb"[A-Za-z0-9._~+/=-]+")  # RFC 6750, 2.1
#: what others than the owner and the group may do with a file
_OTHERS = 0o007


def is_local(bind: str) -> bool:
    """Whether only this machine can connect there; False where that is not known."""
    taken = parsed(bind)
    if taken.kind == "unix":
        return True
    interface = taken.parameters.get("interface", "")
    if interface == "localhost":
        return True
    try:
        return taken.kind in ("tcp", "tcp6", "ssl", "tls") and ip_address(interface).is_loopback
    except ValueError:
        return False


def exposure(listener: Listener) -> str:
    """Why an admin listener must not be bound so, or nothing."""
    if listener.serves != "admin" or listener.admin.token_file or is_local(listener.bind):
        return ""
    return (
        "others than this machine could read the admin interface here: it takes an address of "
        "this machine alone (tcp:9901:interface=127.0.0.1), a UNIX socket, or an admin.token-file"
    )


def token_of(listener: Listener) -> bytes | None:
    """The token that requests must bring along; None where they need none.

    Raises `ValueError` for a file that has none, or cannot be read.
    """
    path = listener.admin.token_file
    if path is None:
        return None
    try:
        token = Path(path).read_bytes().strip()
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from None
    if len(token) < SHORTEST or _TOKEN.fullmatch(token) is None:
        wanted = f"at least {SHORTEST} letters, digits and -._~+/= on one line"
        raise ValueError(f"there is no token in it: {wanted}")
    return token


def access_faults(listener: Listener) -> Iterator[tuple[str, str]]:
    """Keys whose values keep an admin listener from being served, and why."""
    why = exposure(listener)
    if why:
        yield "bind", why
    try:
        token_of(listener)
    except ValueError as error:
        yield "admin.token-file", str(error)


def access_doubts(listener: Listener) -> Iterator[tuple[str, str]]:
    """What should be looked at."""
    path = listener.admin.token_file
    if path is not None and Path(path).stat().st_mode & _OTHERS:
        yield "admin.token-file", "everybody on this machine may read it (chmod o= makes it ours)"
