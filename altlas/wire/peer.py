"""The other end of a client's connection, in the words of the forwarding fields."""

from __future__ import annotations

from typing import Final, Literal

from altlas.wire.fields import Fields

#: RFC 7239, 6.2
_UNKNOWN: Final = "unknown"
_MAPPED: Final = "::ffff:"
_SCHEMES: Final = {
    scheme.decode(): (scheme, (b"X-Forwarded-Proto", scheme)) for scheme in (b"http", b"https")
}


class Peer:
    """Who is at the other end; made once for each connection, since it costs a little.

    `address` is an IP address (empty for a UNIX socket), `port` the peer's, `local_port`
    the one that it came to (0 where there is none); `trusted` says whether its forwarding
    fields are believed.
    """

    __slots__ = ("address", "certified", "claims", "forwarded", "port", "scheme", "trusted", "xff")

    def __init__(
        self,
        address: str,
        port: int,
        scheme: Literal["http", "https"],
        local_port: int,
        trusted: bool,
    ) -> None:
        if address.startswith(_MAPPED) and "." in address:
            address = address.removeprefix(_MAPPED)  # IPv4 on a socket for both
        self.address: Final = address
        self.port: Final = port
        self.scheme: Final = scheme
        self.trusted: Final = trusted
        #: whether it showed a certificate that was verified
        self.certified = False
        proto, claim = _SCHEMES[scheme]
        #: the element that is this peer in X-Forwarded-For
        self.xff: Final = (address or _UNKNOWN).encode("ascii")
        #: the beginning of its element in Forwarded; the host is to follow
        self.forwarded: Final = b"for=%b;proto=%b;host=" % (
            b'"[%b]"' % self.xff if b":" in self.xff else self.xff,
            proto,
        )
        #: what we say of it where nobody else is believed, but for the host
        self.claims: Final[Fields] = [(b"X-Forwarded-For", self.xff), claim]
        if local_port:
            self.claims.append((b"X-Forwarded-Port", b"%d" % local_port))

    def element(self, host: bytes) -> bytes:
        """Its element in Forwarded, for a request to `host` (RFC 7239, 4)."""
        if not host:
            return self.forwarded.removesuffix(b";host=")
        # A port or IPv6 address has characters that only a quoted string may have.
        return self.forwarded + (b'"%b"' % host if b":" in host else host)
