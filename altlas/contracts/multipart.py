"""The parts of a ``multipart/form-data`` body (RFC 7578; RFC 2046, 5.1), read strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from altlas.contracts.strict_json import Malformed

#: parts of one body, and the length of the fields of one part
MOST_PARTS = 10_000
LONGEST_FIELDS = 8 * 1024

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\x00]*)")
_DISPOSITION = re.compile(rb"form-data[ \t]*(?:;|$)", re.IGNORECASE)
# As browsers write them: what is in quotes goes to the next quote that is not escaped.
_PARAMETER = re.compile(
    rb'[ \t]*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))[ \t]*(?:;|$)'
)


@frozen(eq=False)
class Part:
    """One field of a form."""

    name: str
    is_file: bool
    content_type: bytes | None
    data: bytes


def parts(data: bytes, boundary: str) -> Iterator[Part]:
    """The parts of `data`, in order.

    Raises Malformed for what is no such body: no boundary, no closing one, a part without
    its name, lines that are no fields. Takes time in proportion.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise Malformed("has no boundary that parts its fields")
    delimiter = b"\r\n--" + boundary.encode()
    # What is before the first delimiter is nobody's; that may be the very beginning.
    pieces = (b"\r\n" + data).split(delimiter, MOST_PARTS + 2)
    if len(pieces) > MOST_PARTS + 2:
        raise Malformed(f"has more than {MOST_PARTS} parts")
    closing = next((at for at, piece in enumerate(pieces[1:], 1) if piece[:2] == b"--"), None)
    if closing is None:
        raise Malformed("has no closing boundary")
    if closing != len(pieces) - 1:
        raise Malformed("has a boundary after the closing one")
    for piece in pieces[1:closing]:
        yield _part(piece)


def _part(piece: bytes) -> Part:
    padding, ends, rest = piece.partition(b"\r\n")
    if padding.strip(b" \t") or not ends:
        raise Malformed("has something behind a boundary")
    # A part without fields would begin with an empty line; it would have no name either.
    head, ends, data = rest.partition(b"\r\n\r\n")
    if not ends or len(head) > LONGEST_FIELDS:
        raise Malformed("has a part whose fields do not end, or are too long")
    fields: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n"):
        match = _FIELD.fullmatch(line)
        if match is None:
            raise Malformed("has a part with a line that is no field")
        name = match[1].lower()
        if name in fields:
            raise Malformed("has a part with a field that is there twice")
        fields[name] = match[2].strip(b" \t")
    called, is_file = _named(fields.get(b"content-disposition", b""))
    return Part(called, is_file, fields.get(b"content-type"), data)


def _named(disposition: bytes) -> tuple[str, bool]:
    """The name of a part, and whether it is a file's."""
    match = _DISPOSITION.match(disposition)
    if match is None:
        raise Malformed("has a part that is no field of a form")
    found: dict[bytes, bytes] = {}
    at = match.end()
    while at < len(disposition):
        parameter = _PARAMETER.match(disposition, at)
        if parameter is None or parameter[1].lower() in found:
            raise Malformed("has a part whose name cannot be read")
        value = parameter[3] if parameter[2] is None else parameter[2]
        found[parameter[1].lower()] = re.sub(rb"\\(.)", rb"\1", value)
        at = parameter.end()
    try:
        name = found[b"name"].decode()
    except (KeyError, UnicodeDecodeError):
        raise Malformed("has a part whose name cannot be read") from None
    return name, b"filename" in found or b"filename*" in found
