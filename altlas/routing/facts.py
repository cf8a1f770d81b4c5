"""What a request shows to the routes, and nothing else of it."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from attrs import define, field

from altlas.wire.fields import Fields

Pairs = tuple[tuple[bytes, bytes], ...]


# Made once for each request: `define` without `eq` is a third of the price of `frozen`.
@define(eq=False)
class Facts:
    """The parts of a request that a route may ask for. Nobody changes them once made.

    `host` is the bare name (see `host_name`), `path` the normalised copy (see
    `altlas.wire.targets`), ``*`` for the asterisk-form; `query` is None without a ``?``.
    """

    host: bytes
    path: bytes
    method: bytes
    fields: Fields
    query: bytes | None
    _pairs: Pairs | None = field(default=None, init=False, repr=False)

    @property
    def pairs(self) -> Pairs:
        """The query's names and values, decoded; split only once and only if asked for."""
        if self._pairs is None:
            self._pairs = query_pairs(self.query)
        return self._pairs


def host_name(authority: bytes) -> bytes:
    """The name in a lower-case authority: no port, no dot of the DNS root at its end.

    The brackets of an IPv6 address stay.
    """
    if b":" in authority and not authority.endswith(b"]"):
        authority = authority.rpartition(b":")[0]
    return authority[:-1] if authority.endswith(b".") else authority


def query_pairs(query: bytes | None) -> Pairs:
    """Names and values as a form would read them (``+`` is a blank, ``%`` undone)."""
    if not query:
        return ()
    parts = (part.partition(b"=") for part in query.split(b"&") if part)
    return tuple((_decoded(name), _decoded(value)) for name, _, value in parts)


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))
