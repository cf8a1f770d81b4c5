"""What backends may make of a path that is not plain, beside what we make of it.

Servers undo escapes once or twice, before or after they cut off parameters (``;x``), take a
backslash for a slash, stop at a NUL, take long forms of UTF-8 for what they stand for. Each
of these is seen in servers that people run. Who guards a path must ask what each would see.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from altlas.wire.targets import resolved

_PARAMETERS = re.compile(rb";[^/]*")
# Two bytes for what is one (RFC 3629, 10): ``%C0%AF`` for a slash.
_OVERLONG = re.compile(rb"[\xc0\xc1][\x80-\xbf]")
# What stands as it is in a path of the settings; the rest is escaped there.
_ESCAPED: Final = re.compile(rb"[^A-Za-z0-9._~!$&'()*+,;=:@|^`{}/-]")

_HEX = rb"[0-9A-Fa-f]{2}"
_STRICT: Final = (
    (re.compile(rb"%2[Ff]"), "an escaped slash"),
    (re.compile(rb"\\|%5[Cc]"), "a backslash"),
    (re.compile(rb"%(?:[01]" + rb"[0-9A-Fa-f]|7[Ff])"), "a control character"),
    (re.compile(rb"/(?:\.|%2[Ee]){1,2}(?=/|\Z)"), "a dot segment"),
    (re.compile(rb";|%3[Bb]"), "a parameter"),
)
_ESCAPE = re.compile(rb"%" + _HEX)
# Escapes of blanks, quotes, < and > and of most UTF-8: what nobody takes for anything else.
_INNOCENT: Final = re.compile(
    rb"(?:[^%;]|%(?:20|22|3[CcEe]|[89ABab][0-9A-Fa-f]|[Cc][2-9A-Fa-f]|[D-Fd-f][0-9A-Fa-f]))*"
)


def readings(path: bytes, parameters: bool = True) -> set[bytes]:
    """What the raw `path` may be read as, each in the form of `canonical`.

    `parameters`: whether they may be cut off. Raises BadRequest when a reading climbs above
    the root.
    """
    once = _undone(_cut(path) if parameters else {path}, parameters)
    found = once | _undone({one for one in once if 37 in one}, parameters)
    found |= {_OVERLONG.sub(_short, one) for one in found}
    found |= {one.replace(b"\\", b"/") for one in found}
    found |= {one.partition(b"\0")[0] for one in found}
    return {canonical(one) for one in found}


def is_innocent(path: bytes) -> bool:
    """Whether the raw `path` can be seen to have no reading beside its normal form; cheaply."""
    return _INNOCENT.fullmatch(path) is not None


def literal(text: bytes) -> bytes:
    """A route's path in the form that readings have."""
    return canonical(unquote_to_bytes(text))


def canonical(path: bytes) -> bytes:
    """The path of undone escapes: slashes merged, dot segments resolved, and escaped where a
    route of the settings must be.
    """
    if b"/." in path or b"//" in path:
        path = resolved(path)
    return _ESCAPED.sub(lambda match: b"%%%02X" % match[0][0], path)


def hidden(path: bytes) -> str:
    """What the raw `path` has that servers read in different ways; empty where there is none.

    These are: an encoded slash, a backslash, a control character (NUL), a dot segment, a
    parameter, a double escape, bytes that are no UTF-8.
    """
    for pattern, name in _STRICT:
        if pattern.search(path):
            return name
    undone = unquote_to_bytes(path)
    if _ESCAPE.search(undone):
        return "a double escape"
    try:
        undone.decode("utf-8")
    except UnicodeDecodeError:
        return "what is no UTF-8"
    return ""


def _undone(paths: set[bytes], parameters: bool) -> set[bytes]:
    undone = {unquote_to_bytes(path) for path in paths}
    if parameters:
        undone |= {cut for path in undone for cut in _cut(path)}
    return undone


def _cut(path: bytes) -> set[bytes]:
    return {path, _PARAMETERS.sub(b"", path)} if 59 in path else {path}


def _short(match: re.Match[bytes]) -> bytes:
    first, second = match[0]
    return bytes((((first & 0x1F) << 6) | (second & 0x3F),))
