"""The shape of a path: what is the same about `/users/17` and `/users/18`.

What clients send is folded before it is kept, so that what is kept is short, of few sorts,
and seldom anybody's secret.
"""

from __future__ import annotations

import re

#: bytes of a path that are looked at
LONGEST = 256
#: segments that are kept; what follows is one of ``...``
DEEPEST = 12
#: names and segments that are longer than this are taken for tokens
_WORD = 32

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_DIGITS = re.compile(r"[+-]?[0-9][0-9.,:_-]*")
_HEX = re.compile(r"[0-9a-fA-F]{8,}")
_ODD = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@%-]")


def shape(path: bytes) -> str:
    """A path without its query, what is but a value in it folded: ``/users/{number}/orders``."""
    text = path[:LONGEST].decode("latin-1").partition("?")[0]
    segments = text.split("/")[1:] if text.startswith("/") else text.split("/")
    kept = [folded(segment) for segment in segments[:DEEPEST]]
    if len(segments) > DEEPEST or len(path) > LONGEST:
        kept[-1:] = ["..."]
    return "/" + "/".join(kept)


def folded(name: str) -> str:
    """A segment or name as it is, or the sort of value that it is, in braces."""
    if len(name) < _WORD and name.isalpha():
        return _ODD.sub("?", name)
    if _DIGITS.fullmatch(name):
        return "{number}"
    if _UUID.fullmatch(name):
        return "{uuid}"
    if len(name) > _WORD or _is_token(name):
        return "{token}"
    return _ODD.sub("?", name)


def _is_token(name: str) -> bool:
    """Whether it looks made by a machine: hex, or most of a long one is digits."""
    digits = sum(letter.isdigit() for letter in name)
    return bool(digits and _HEX.fullmatch(name)) or (len(name) >= 12 and 3 * digits >= len(name))
