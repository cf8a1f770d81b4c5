"""The first line of a request, and the gate that it must pass (RFC 9112, 3)."""

from __future__ import annotations

import re
from typing import Final

from altlas.errors import (
    BadRequest,
    ClientError,
    MethodUnknown,
    TargetTooLong,
    VersionUnsupported,
)
from altlas.wire.methods import METHODS

#: method, target, authority of an absolute target (else None), path, query, minor, size
#: of the line with its end. A tuple, since a value class would cost a tenth of the line.
RequestLine = tuple[bytes, bytes, bytes | None, bytes, bytes | None, int, int]

# What may stand in a path: all of printable ASCII but blank, " # < > ? [ \ ]
# More than RFC 3986 (^ ` { | } pass, clients do send them), since no reader takes these
# for an end of anything. A query may hold ? [ ] as well.
_PATH = rb"[!$-;=@-Z^-~]*"
_QUERY = rb"(?:\?([!$-;=?-\[\]^-~]*))?"
_VERSION = rb" HTTP/1\.([01])\r\n"

# method, and origin-form = absolute-path [ "?" query ] with its path and query
_ORIGIN = rb"([A-Z-]+) ((/" + _PATH + rb")" + _QUERY + rb")"
_ORIGIN_LINE = re.compile(_ORIGIN + _VERSION)
#: Matches a usual line: its groups are method, target, path and query (None without a ``?``).
#: Neither the method nor the length is judged.
usual_line: Final = re.compile(_ORIGIN + rb" HTTP/1\.1\r\n").match
# absolute-form, of the schemes that we serve
_ABSOLUTE = re.compile(
    rb"([A-Z-]+) (?i:https?)://([^/?#\s]*)(/" + _PATH + rb")?" + _QUERY + _VERSION
)
# asterisk-form = "*"
_ASTERISK = re.compile(rb"OPTIONS \*" + _VERSION)

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ANY_VERSION = re.compile(rb"HTTP/[0-9]+(?:\.[0-9]+)?")
_VERSION_SIZE: Final = len(b" HTTP/1.1\r\n")

#: bytes that are shown of a line that was refused and makes no sense
MOST_SHOWN: Final = 256
# a method, something, and perhaps a version, ours or not
_GLIMPSE = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \r]+)(?: HTTP/(?:1\.([01])|[0-9]+(?:\.[0-9]+)?))?"
)


def read_request_line(data: bytes, limit: int) -> RequestLine:
    """The line that `data` starts with; there must be a line feed in it.

    `limit` is the line's longest length in bytes without its end.
    Raises TargetTooLong, BadRequest, MethodUnknown or VersionUnsupported.
    """
    match = _ORIGIN_LINE.match(data)
    if match is None:
        return _other_form(data, limit)
    method, target, path, query, minor = match.groups()
    size = match.end()
    if size - 2 > limit:
        raise TargetTooLong()
    if method not in METHODS:
        raise MethodUnknown()
    return method, target, None, path, query, int(minor), size


def _other_form(data: bytes, limit: int) -> RequestLine:
    check_beginning(data, limit)
    match = _ASTERISK.match(data)
    if match is not None:
        return b"OPTIONS", b"*", None, b"*", None, int(match[1]), match.end()
    match = _ABSOLUTE.match(data)
    if match is None or match[1] not in METHODS:
        raise _refusal(data[: data.index(b"\n") + 1])
    method, authority, path, query, minor = match.groups()
    if path is None:
        # RFC 9112, 3.2.4: the last proxy turns an OPTIONS without path into "*".
        path = b"*" if method == b"OPTIONS" and query is None else b"/"
    target = data[len(method) + 1 : match.end() - _VERSION_SIZE]
    return method, target, authority, path, query, int(minor), match.end()


def check_beginning(data: bytes, limit: int) -> None:
    """Judge a line by as much of it as there is (at least a byte).

    So a TLS greeting, or a line without end, is refused before the line is complete,
    and with the error that the complete line would get. Raises BadRequest, TargetTooLong.
    """
    if data == b"\r":
        return  # half of a blank line
    if not _TOKEN.match(data):
        raise BadRequest("That is not an HTTP request.")
    end = data.find(b"\n")
    if end < 0:
        end = len(data)  # a CR may be the last of it, as it would be before a LF
    if end > limit + 1:
        raise TargetTooLong()
    if end < len(data) and data[end - 1] != 13 and end > limit:
        raise TargetTooLong()


def _refusal(line: bytes) -> ClientError:
    """Why the line does not pass."""
    if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
        return BadRequest("A line ends with CR and LF, and has neither within.")
    parts = line[:-2].split(b" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]):
        return BadRequest("The request line is not a method, a target and a version.")
    method, _, version = parts
    if not _ANY_VERSION.fullmatch(version):
        return BadRequest("The request line does not end with an HTTP version.")
    if version not in (b"HTTP/1.1", b"HTTP/1.0"):
        return VersionUnsupported(reason=f"it asks for {version[:32].decode('ascii')}")
    if method not in METHODS:
        return MethodUnknown()
    return BadRequest("The request target has a form or a character that is not allowed.")


def glimpse(data: bytes) -> tuple[bytes, bytes, int]:
    """Method, target and minor version that a head which was refused seems to have: for the
    log, never to be served by. `data` is what came of it.

    The version is -1 where it is none of ours. Where there is no method, that is empty and
    the target is the line as it came. Anything but a usual line is cut at `MOST_SHOWN` bytes.
    """
    line = data.lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")
    match = _GLIMPSE.fullmatch(line)
    if match is None or match[3] is None or match[1] not in METHODS:
        line = line[:MOST_SHOWN]
        match = _GLIMPSE.fullmatch(line)
    if match is None:
        return b"", line, -1
    return match[1], match[2], -1 if match[3] is None else int(match[3])
