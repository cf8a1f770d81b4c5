"""The fields of a head, parsed once for as long as the same bytes come again.

On a kept connection a peer says nearly the same fields with every message: a service's client
the same nine, an instance the same five within a second. Comparing 300 bytes costs 20 ns,
parsing, judging and rewriting them 10 µs. So each reader remembers its last block, and the last
head with it (see `altlas.wire.heads`). One block a reader: no sender can fill a cache.
"""

from __future__ import annotations

from altlas.wire.fields import Fields, first_values
from altlas.wire.framing import TELLING, telling_fields
from altlas.wire.hop_by_hop import connection_options


class FieldBlock:
    """The field lines of one or more heads, byte for byte the same.

    Nobody changes `fields` or `told`, since later heads have them too.
    """

    __slots__ = ("_firsts", "_names", "fields", "listed", "raw", "told")

    def __init__(self, raw: bytes, fields: Fields) -> None:
        """Raises `framing.Ambiguous` for fields that contradict each other."""
        self.raw = raw
        self.fields = fields
        values = {name.lower(): value for name, value in fields}
        single = len(values) == len(fields)
        #: what says how the message is to be read, by lower-case name
        self.told = (
            # Where no name comes twice there is nothing to join or to refuse.
            {name: values[name] for name in TELLING.intersection(values)}
            if single
            else telling_fields(fields)
        )
        #: lower-case names that the Connection field lists
        self.listed = connection_options(self.told.get(b"connection"))
        self._firsts: dict[bytes, bytes] | None = values if single else None
        self._names: frozenset[bytes] | None = None

    @property
    def names(self) -> frozenset[bytes]:
        """The names of the fields, in lower case."""
        if self._names is None:
            self._names = frozenset(self.firsts)
        return self._names

    @property
    def firsts(self) -> dict[bytes, bytes]:
        """The value of the first field of each name, by lower-case name; not to be changed."""
        if self._firsts is None:
            self._firsts = first_values(self.fields)
        return self._firsts
