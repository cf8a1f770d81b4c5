"""HPACK (RFC 7541) that remembers what it did for as long as it would do the same again.

A client says the same fields with nearly every request, and a service answers with the same: then
a block is nothing but places in the table, a byte each. Such a block changes no table, so it
means the same until another one does. To look it up costs a hundredth of reading it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from hpack import Decoder, Encoder, HeaderTuple, NeverIndexedHeaderTuple

#: blocks that are remembered, each of at most so many bytes
_MOST: Final = 32
_LONGEST: Final = 64
#: a first byte: an index (RFC 7541, 6.1), and one that goes on in further bytes
_INDEXED: Final = 0x80
_LONG: Final = 0xFF
#: a literal that nobody is to remember, with its name (RFC 7541, 6.2.3), and sizes in one byte
_NEVER: Final = b"\x10"
_SHORT: Final = 127


def _changes_nothing(block: bytes) -> bool:
    """Whether a block has only places in the table, and each of them in one byte."""
    return 0 < len(block) <= _LONGEST and min(block) >= _INDEXED and _LONG not in block


class RememberingDecoder(Decoder):
    """Reads blocks as its parent does."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[bytes, list[HeaderTuple]] = {}

    def decode(self, data: bytes, raw: bool = False) -> Iterable[HeaderTuple]:
        """Return the fields of a block; raises as the parent does."""
        known = self._known.get(data)
        if known is not None and raw:
            return known
        if not _changes_nothing(data):
            self._known.clear()
            return super().decode(data, raw)
        found = [*super().decode(data, raw)]
        if raw and len(self._known) < _MOST:
            self._known[data] = found
        return found


class RememberingEncoder(Encoder):
    """Writes blocks, with the fields that are never to be remembered at their end.

    Without Huffman's code: it would save a third of what is new, for most of the time of writing.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[tuple[Any, ...], bytes] = {}

    def encode(self, headers: Any, huffman: bool = False) -> bytes:
        """Return the block of these fields, which are tuples of bytes."""
        kept: list[Any] = []
        never: list[Any] = []
        for field in headers:
            (never if type(field) is NeverIndexedHeaderTuple else kept).append(field)
        block = self._block(tuple(kept))
        return block + b"".join(map(self._literal, never)) if never else block

    def _block(self, fields: tuple[Any, ...]) -> bytes:
        if self.table_size_changes:
            # A size that is set twice is one that the library forgets to tell.
            self.header_table.resized = True
        elif (known := self._known.get(fields)) is not None:
            return known
        block = super().encode(fields, huffman=False)
        if not _changes_nothing(block):
            self._known.clear()
        elif len(self._known) < _MOST:
            self._known[fields] = block
        return block

    def _literal(self, field: Any) -> bytes:
        name, value = field
        if len(name) >= _SHORT or len(value) >= _SHORT:
            return super().encode([field], huffman=False)
        return b"%b%c%b%c%b" % (_NEVER, len(name), name, len(value), value)
