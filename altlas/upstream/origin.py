"""Where requests go: scheme, host and port of an instance (RFC 6454)."""

from __future__ import annotations

import re

from attrs import frozen

_ORIGIN = re.compile(
    rb"(?P<scheme>https?)://(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<host>[a-z0-9._-]+))(?::(?P<port>\d{1,5}))?",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}


@frozen
class Origin:
    """One address that speaks HTTP, with or without TLS."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, origin: bytes) -> Origin:
        """Read ``http://host:port``; raise `ValueError` for whatever else is there."""
        match = _ORIGIN.fullmatch(origin)
        if match is None:
            raise ValueError(f"not an origin of the form http://host:port: {origin!r}")
        scheme = match["scheme"].decode("ascii").lower()
        host = (match["six"] or match["host"]).decode("ascii").lower()
        port = int(match["port"]) if match["port"] else _PORTS[scheme]
        if not 0 < port < 65536:
            raise ValueError(f"no such port: {port}")
        return cls(scheme, host, port)

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return self.scheme == "https"

    @property
    def address(self) -> str:
        """``host:port``, with an IPv6 host in brackets: the name for logs."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def authority(self) -> bytes:
        """What a Host field says of this origin: no port where it is the scheme's own."""
        address = self.address
        if self.port == _PORTS[self.scheme]:
            address = address.rpartition(":")[0]
        return address.encode("ascii")
