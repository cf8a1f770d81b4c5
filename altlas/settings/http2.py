"""HTTP/2 as a listener speaks it."""

from __future__ import annotations

from attrs import frozen

from altlas.settings.keys import key
from altlas.settings.units import between, boolean, size

#: the least and the most that a window can be set to (RFC 9113, 6.5.2; 6.9.1)
_LEAST_WINDOW = 1024
_MOST_WINDOW = 2**24


def window(written: str) -> int:
    """A number of bytes that a client may send ahead."""
    found = size(written)
    if not _LEAST_WINDOW <= found <= _MOST_WINDOW:
        raise ValueError("a size from 1KiB to 16MiB")
    return found


@frozen(kw_only=True)
class ListenerHttp2:
    """HTTP/2 to clients (RFC 9113)."""

    enabled: bool = key(
        boolean, default="yes", help="whether it is offered to clients that come by TLS (ALPN)"
    )
    cleartext: bool = key(
        boolean,
        default="no",
        help="whether it is spoken without TLS to clients that begin with it (prior knowledge); "
        "an `Upgrade: h2c` is never followed",
    )
    streams: int = key(
        between(1, 1000), default="100", help="requests under way at once in a connection"
    )
    window: int = key(
        window,
        default="64KiB",
        help="how much of each request's body a client may send ahead; a connection has 16 times "
        "as much",
    )
