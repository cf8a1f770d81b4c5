"""Who may read the admin interface of a listener."""

from __future__ import annotations

import re

from attrs import frozen

from altlas.settings.keys import Takes, key, optional
from altlas.settings.units import items, text

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def host_name(written: str) -> str:
    """A name of ours, without a port."""
    if _NAME.fullmatch(written) is None:
        raise ValueError("a name such as gateway.example.com, without a port")
    return written.lower()


@frozen(kw_only=True)
class AdminAccess:
    """Who may read, where a listener `serves = admin`."""

    token_file: str | None = optional(
        text,
        help="a file with a token of at least 16 characters, which requests must bring along "
        "(`Authorization: Bearer TOKEN`), but for `/livez` and `/readyz`. Without it the listener "
        "may be bound to this machine's own addresses (127.0.0.1, ::1) and UNIX sockets only",
        takes=Takes.FILE,
    )
    hosts: tuple[str, ...] = key(
        items(host_name),
        default="",
        help="names by which it may be asked, beside addresses and `localhost`",
    )
