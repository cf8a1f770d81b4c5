"""Content codings undone, within a bound."""

from __future__ import annotations

import zlib

_PIECE = 16 * 1024
# Zero bytes come out of some members of a gzip file, so that their number is bounded too.
_MEMBERS = 100
_LAYERS = 3
_GZIP, _ZLIB, _RAW = 31, 15, -15


class UnknownCoding(ValueError):
    """A coding that is not undone here."""


class Undecodable(ValueError):
    """A body that is not in the coding that it is said to have."""


class TooLong(ValueError):
    """A body that is longer than it may be once its coding is undone."""


def undone(data: bytes, encoding: bytes, most: int) -> bytes:
    """The content of `data`, whose Content-Encoding is `encoding` (RFC 9110, 8.4.1).

    Raises UnknownCoding, Undecodable, or TooLong for what would be longer than `most` bytes;
    no more than that is ever held.
    """
    names = [name.strip(b" \t").lower() for name in encoding.split(b",")]
    names = [name for name in names if name not in (b"", b"identity")]
    if len(names) > _LAYERS:
        raise UnknownCoding("too many codings")
    for name in reversed(names):
        if name in (b"gzip", b"x-gzip"):
            data = _inflated(data, _GZIP, most)
        elif name == b"deflate":
            data = _deflated(data, most)
        else:
            raise UnknownCoding(f"the coding {name[:40].decode('latin-1')} is not known here")
    return data


def _deflated(data: bytes, most: int) -> bytes:
    # It is to be in the zlib format, and some leave that away (RFC 9110, 8.4.1.2, the note).
    try:
        return _inflated(data, _ZLIB, most)
    except Undecodable:
        return _inflated(data, _RAW, most)


def _inflated(data: bytes, window: int, most: int) -> bytes:
    """All members of `data`; what stands behind them is an error."""
    found, length, members, at = [], 0, 0, 0
    while at < len(data) or not members:
        members += 1
        inflating = zlib.decompressobj(window)
        while not inflating.eof:
            # A piece at a time: what is left of it is copied, once a member.
            piece = inflating.unconsumed_tail
            if not piece:
                piece = data[at : at + _PIECE]
                at += len(piece)
            try:
                out = inflating.decompress(piece, most + 1 - length)
            except zlib.error:
                raise Undecodable("is not in the coding that it is said to have") from None
            found.append(out)
            length += len(out)
            if length > most:
                raise TooLong(f"is longer than {most} bytes without its coding")
            if not piece and not out and not inflating.eof:
                raise Undecodable("ends within its coding")
        at -= len(inflating.unused_data)
        if (at < len(data) and window != _GZIP) or members > _MEMBERS:
            raise Undecodable("has something behind its end")
    return b"".join(found)
