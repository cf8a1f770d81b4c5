"""The chunked coding (RFC 9112, 7.1), written plainly and read strictly."""

from __future__ import annotations

import re
from typing import Final

from altlas.wire.fields import Fields, lines, read_field_lines
from altlas.wire.guilt import Guilt
from altlas.wire.limits import Limits

# chunk-size [ chunk-ext ]; sizes of at most 16 digits, no blanks anywhere: RFC 9112, 7.1.1
# would have those around an extension's signs read, but they are what smugglers vary.
_CHUNK_LINE = re.compile(
    rb"([0-9A-Fa-f]{1,16})"
    rb"(?:;[!#$%&'*+.^_`|~0-9A-Za-z-]+"
    rb"(?:=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|\"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*\"))?)*"
)
#: A line of so many bytes is what a number needs, and is not counted (as in Go's reader).
_EXCUSED: Final = 16


def chunk(data: bytes) -> bytes:
    """The chunk that carries `data`; nothing for no data, since that would be the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def last_chunk(trailers: Fields | None = None) -> bytes:
    """The end of a chunked body, with its trailer fields.

    Raises ValueError where a trailer would break its line.
    """
    return lines(b"0", trailers) if trailers else b"0\r\n\r\n"


# What comes next. Numbers, since an Enum's members cost more to look up than a chunk to read.
_LINE: Final = 0
_DATA: Final = 1
_DATA_END: Final = 2
_TRAILERS: Final = 3
_DONE: Final = 4


class ChunkedBody:
    """Reads a chunked body. Extensions are dropped, trailer fields are kept apart."""

    __slots__ = ("_excess", "_guilt", "_kept", "_limits", "_part", "left", "rest", "trailers")

    def __init__(self, limits: Limits, guilt: Guilt) -> None:
        self._limits = limits
        self._guilt = guilt
        self._part = _LINE
        self._kept = b""  # of a line that is not complete
        self.left = 0  # of a chunk's data, and nothing else
        self._excess = 0
        self.rest = b""
        self.trailers: Fields = []

    @property
    def done(self) -> bool:
        """Whether the body is complete."""
        return self._part == _DONE

    def feed(self, data: bytes) -> bytes:
        """Take bytes; give the payload among them. Raises the malformed error."""
        if self._part == _DONE:
            self.rest += data
            return b""
        if self._kept:
            data = self._kept + data
            self._kept = b""
        payload: list[bytes] = []
        at = 0
        while at >= 0:
            # One part after another; each says where the next begins, -1 for want of bytes.
            part = self._part
            if part == _LINE:
                at = self._read_line(data, at, payload)
            elif part == _DATA:
                at = self._read_data(data, at, payload)
            elif part == _DATA_END:
                at = self._read_data_end(data, at)
            else:
                at = self._read_trailers(data, at)
        return payload[0] if len(payload) == 1 else b"".join(payload)

    def end(self) -> None:
        """The connection closed. Raises the cut error unless the last chunk was there."""
        if self._part != _DONE:
            raise self._guilt.cut("The body ended before its last chunk.")

    def _read_data(self, data: bytes, at: int, payload: list[bytes]) -> int:
        piece = data[at : at + self.left]
        if not piece:
            return -1
        payload.append(piece)
        self.left -= len(piece)
        if self.left:
            return -1
        self._part = _DATA_END
        return at + len(piece)

    def _read_data_end(self, data: bytes, at: int) -> int:
        ending = data[at : at + 2]
        if ending == b"\r\n":
            self._part = _LINE
            return at + 2
        if ending not in (b"", b"\r"):
            raise self._guilt.malformed("A chunk does not end where its size says.")
        self._kept = ending
        return -1

    def _read_line(self, data: bytes, at: int, payload: list[bytes]) -> int:
        end = data.find(b"\r\n", at, at + self._limits.chunk_line + 2)
        if end < 0:
            self._kept = data[at:]
            if len(self._kept) > self._limits.chunk_line + 1:
                raise self._guilt.malformed("The line of a chunk's size is too long.")
            return -1
        match = _CHUNK_LINE.fullmatch(data, at, end)
        if match is None:
            raise self._guilt.malformed("The line of a chunk's size is not valid.")
        size = int(match[1], 16)
        if end - at > _EXCUSED:
            self._charge(end - at, size)
        at = end + 2
        after = at + size
        if size and data.startswith(b"\r\n", after):  # the whole chunk is there
            payload.append(data[at:after])
            return after + 2
        self.left = size
        self._part = _DATA if size else _TRAILERS
        return at

    def _charge(self, line: int, size: int) -> None:
        """Bound what extensions cost against what they bring (CVE-2023-39326)."""
        self._excess = max(0, self._excess + line - 2 * size)
        if self._excess > self._limits.chunk_overhead:
            raise self._guilt.malformed("The body has more chunk extensions than data.")

    def _read_trailers(self, data: bytes, at: int) -> int:
        if data.startswith(b"\r\n", at):
            return self._finish(data[at + 2 :])
        limit = self._limits.trailers
        end = data.find(b"\r\n\r\n", at, at + limit + 2)
        if end < 0:
            self._kept = data[at:]
            if len(self._kept) > limit + 1:
                raise self._guilt.malformed("The trailer fields are too long.")
            return -1
        try:
            self.trailers = read_field_lines(data[at : end + 2], self._limits.header_count)
        except ValueError as problem:
            raise self._guilt.malformed(f"The trailer fields are not valid: {problem}.") from None
        return self._finish(data[end + 4 :])

    def _finish(self, rest: bytes) -> int:
        self.rest = rest
        self._part = _DONE
        return -1
