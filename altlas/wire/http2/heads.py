"""Request heads out of HTTP/2's fields.

A request is judged as the HTTP/1.1 that it is passed on as: its line and fields are put
together as they would stand there, and go through the same gate. So there is one grammar of
targets, one of hosts, one framing. What only HTTP/2 can get wrong is refused before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from altlas.errors import BadRequest, HeadersTooLarge, MethodUnknown
from altlas.wire.blocks import FieldBlock
from altlas.wire.fields import Field, Fields
from altlas.wire.framing import Ambiguous
from altlas.wire.heads import RequestHead
from altlas.wire.judgement import judged
from altlas.wire.limits import Limits
from altlas.wire.methods import METHODS
from altlas.wire.request_line import RequestLine, read_request_line, usual_line
from altlas.wire.underscores import Names, keep

_PSEUDO: Final = frozenset({b":authority", b":method", b":path", b":scheme"})
#: What says something of a connection of HTTP/1.1 (RFC 9113, 8.2.2).
_OF_CONNECTIONS: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
#: Methods whose requests say that they have no body (RFC 9110, 8.6).
_WITH_LENGTH: Final = frozenset({b"PATCH", b"POST", b"PUT"})
# RFC 9113, 8.2.1, and as narrow as HTTP/1.1 has it
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_VALUE = re.compile(rb"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")
#: what a field takes on the wire of HTTP/1.1 beside name and value: colon, blank, CR and LF
_BESIDE: Final = 4

#: what a block of fields depends on beside the fields themselves: the authority, whether the
#: stream ended with it, and whether a length is to be said
_Circumstances = tuple[bytes | None, bool, bool]


class StreamHeads:
    """Reads the heads of one connection, whose last one is remembered as `blocks` has it."""

    __slots__ = ("_block", "_circumstances", "_fields", "_last", "_limits", "_names")

    def __init__(self, limits: Limits, names: Names = keep) -> None:
        """`names` says which fields count by their names; see `altlas.wire.underscores`."""
        self._limits = limits
        self._names = names
        self._fields: Fields = []
        self._circumstances: _Circumstances = (None, False, False)
        self._block: FieldBlock | None = None
        self._last: RequestHead | None = None

    def read(self, received: Fields, ended: bool) -> RequestHead:
        """The head of these fields as they were decompressed; `ended`: no body follows.

        Raises BadRequest, TargetTooLong, HeadersTooLarge, ExpectationFailed or MethodUnknown.
        """
        pseudo, fields = _parted(received)
        method, path = pseudo.get(b":method", b""), pseudo.get(b":path", b"")
        named = pseudo.get(b":authority")
        circumstances = named, ended, method in _WITH_LENGTH
        text = b"%b %b HTTP/1.1\r\n" % (method, path)
        known = self._circumstances == circumstances and self._fields == fields
        last = self._last
        if known and last is not None and pseudo.get(b":scheme") in (b"http", b"https"):
            match = usual_line(text)
            if (
                match is not None
                and match.end() == len(text) <= self._limits.request_line + 2
                and method in METHODS
                and not (last.framing and method == b"TRACE")
            ):
                return last.again(method, path, match[3], match[4], last.size)
        _check_pseudo(pseudo)
        line = self._line(text, method, path, named)
        try:
            if not known or self._block is None:
                self._last = None
                self._block = FieldBlock(b"", self._translated(fields, circumstances))
                self._fields, self._circumstances = fields, circumstances
            head = judged(line, self._block, b"")
        except Ambiguous as problem:
            raise BadRequest(str(problem)) from None
        head.minor = 2
        self._last = head
        return head

    def _line(self, text: bytes, method: bytes, path: bytes, named: bytes | None) -> RequestLine:
        line = read_request_line(text, self._limits.request_line)
        read, target, absolute, plain, query, minor, size = line
        # Neither part may have ended the line, or another one in it.
        if (read, target, absolute, size) != (method, path, None, len(text)):
            raise BadRequest("The method or the path is not what HTTP/2 has there.")
        return method, target, named, plain, query, minor, size

    def _translated(self, fields: Fields, circumstances: _Circumstances) -> Fields:
        """The fields as HTTP/1.1 has them, Host first. Raises BadRequest, HeadersTooLarge."""
        limits = self._limits
        if len(fields) > limits.header_count:
            raise HeadersTooLarge()
        if sum([len(name) + len(value) + _BESIDE for name, value in fields]) > limits.headers:
            raise HeadersTooLarge()
        check_fields(fields)
        fields = self._names(fields)
        named, ended, says_length = circumstances
        told = [(name, value) for name, value in fields if name != b"cookie"]
        cookies = [value for name, value in fields if name == b"cookie"]
        if cookies:  # RFC 9113, 8.2.3
            told.append((b"cookie", b"; ".join(cookies)))
        if named is not None and not any(name == b"host" for name, _ in told):
            told.insert(0, (b"host", named))
        lengths = [value for name, value in told if name == b"content-length"]
        if not lengths:
            told += _framing(ended, says_length)
        elif ended and lengths != [b"0"]:
            raise BadRequest("There is a Content-Length, and no body.")
        return told


def beginning(received: Fields) -> bytes:
    """The line that a request which was refused seems to have, for the log."""
    pseudo = dict(field for field in reversed(received) if field[0] in _PSEUDO)
    return b"%b %b HTTP/1.1\r\n" % (pseudo.get(b":method", b""), pseudo.get(b":path", b""))


def check_fields(fields: Iterable[Field]) -> None:
    """Raise BadRequest for a name or value that cannot be (RFC 9113, 8.2).

    Pseudo-fields, which trailers may not have, are such names.
    """
    for name, value in fields:
        if _NAME.fullmatch(name) is None:
            raise BadRequest("The name of a field is not one of HTTP/2.")
        if _VALUE.fullmatch(value) is None:
            raise BadRequest("The value of a field has characters that it may not have.")
        if name in _OF_CONNECTIONS or (name == b"te" and value.lower() != b"trailers"):
            raise BadRequest("A field speaks of a connection, which HTTP/2 does not allow.")


def _parted(received: Fields) -> tuple[dict[bytes, bytes], Fields]:
    """Pseudo-fields, which come first and once each, and the others."""
    pseudo: dict[bytes, bytes] = {}
    at = 0
    for name, value in received:
        if not name.startswith(b":"):
            break
        if name in pseudo or name not in _PSEUDO:
            raise BadRequest("There is a pseudo-field too many.")
        pseudo[name] = value
        at += 1
    return pseudo, received[at:]


def _check_pseudo(pseudo: dict[bytes, bytes]) -> None:
    if pseudo.get(b":method") == b"CONNECT":
        raise MethodUnknown()  # a gateway is no tunnel
    if len(pseudo) < len(_PSEUDO) - (b":authority" not in pseudo):
        raise BadRequest("A pseudo-field is missing.")
    if pseudo[b":scheme"] not in (b"http", b"https"):
        raise BadRequest("The scheme is none of HTTP.")


def _framing(ended: bool, says_length: bool) -> Fields:
    """The field that tells HTTP/1.1 how a body ends whose length was not told."""
    if not ended:
        return [(b"transfer-encoding", b"chunked")]
    return [(b"content-length", b"0")] if says_length else []
