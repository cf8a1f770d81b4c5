"""What a request's line and fields say together, if they say one thing only."""

from __future__ import annotations

import re

from altlas.errors import BadRequest, ExpectationFailed
from altlas.wire.authority import authority
from altlas.wire.blocks import FieldBlock
from altlas.wire.framing import request_framing
from altlas.wire.heads import RequestHead
from altlas.wire.request_line import RequestLine

# Blanks after a length are legal (RFC 9110, 5.5) and refused: some readers stumble over them.
_PADDED_LENGTH = re.compile(rb"(?i)\ncontent-length:[ \t]*[0-9]*[ \t]+\r")


def judged(line: RequestLine, block: FieldBlock, data: bytes) -> RequestHead:
    """The head of those parts; `data` is the whole of it as it came.

    Raises BadRequest, ExpectationFailed or `framing.Ambiguous`.
    """
    method, target, named, path, query, minor, _ = line
    told = block.told
    host = told.get(b"host")
    if host is not None:
        host = authority(host)
    elif minor:
        raise BadRequest("There is no Host.")
    if named is not None:
        host = _agreed(named, host)
    framing = request_framing(told, minor)
    if framing:
        _check_body(method, data)
    listed = block.listed
    return RequestHead(
        method,
        target,
        minor,
        block.fields,
        host or b"",
        path,
        query,
        framing,
        b"close" not in listed and (minor == 1 or b"keep-alive" in listed),
        b"expect" in told and minor == 1 and _continues(told[b"expect"], framing),
        listed,
        b"upgrade" in listed and b"upgrade" in told,
        len(data),
        block,
    )


def _check_body(method: bytes, data: bytes) -> None:
    if method == b"TRACE":
        raise BadRequest("A TRACE has no body.")  # RFC 9110, 9.3.8
    if _PADDED_LENGTH.search(data):
        raise BadRequest("The Content-Length is not a plain number.")


def _agreed(named: bytes, host: bytes | None) -> bytes:
    """The authority of an absolute target, which Host has to repeat (RFC 9112, 3.2.2)."""
    named = authority(named)
    if host is not None and host != named:
        raise BadRequest("The Host is not that of the request target.")
    return named


def _continues(expectation: bytes, framing: int) -> bool:
    """Whether a 100 is waited for; nobody waits who has no body to send."""
    if expectation.lower() != b"100-continue":
        raise ExpectationFailed()
    return framing != 0
