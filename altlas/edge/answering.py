"""The head of an answer as the client gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.web.iweb import UNKNOWN_LENGTH

from altlas.wire.framing import CHUNKED
from altlas.wire.heads import ResponseHead
from altlas.wire.writing import response_head

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange

_CLOSE = b"Connection: close\r\n"
_KEEP_ALIVE = b"Connection: keep-alive\r\n"


def head_of(response: Any, method: bytes) -> ResponseHead:
    """The head of a response to `method` by a client that is not our own, from treq's interface.

    Raises ValueError for a reason that would break its line.
    """
    fields = [
        (name, value) for name, values in response.headers.getAllRawHeaders() for value in values
    ]
    framing = CHUNKED if response.length is UNKNOWN_LENGTH else response.length
    if method == b"HEAD" or response.code in (204, 304):
        framing = 0
    reason = response.phrase
    if b"\n" in reason or b"\r" in reason or 0 in reason:
        raise ValueError("A reason phrase holds a line end or a NUL.")
    return ResponseHead(
        status=response.code,
        reason=reason,
        minor=1,
        fields=fields,
        framing=framing,
        keep_alive=True,
        listed=frozenset(),
        size=0,
    )


def head_bytes(exchange: Exchange, head: ResponseHead, framing: int, keep: bool) -> bytes:
    """The answer's head, with what this connection and this exchange say of themselves.

    `framing` is that of the answer, `keep` whether the connection serves on after it.
    Raises ValueError for a field that would break its line.
    """
    request, listening = exchange.head, exchange.channel.listening
    section = listening.forwarding.response_section(head, framing, request.method)
    hsts = listening.hsts if exchange.channel.secure else b""
    if section.plain and keep and request.minor and not hsts:
        return b"%bX-Request-ID: %b\r\n\r\n" % (section.beginning, exchange.request_id)
    names = head.names
    own = b"" if b"x-request-id" in names else b"X-Request-ID: %b\r\n" % exchange.request_id
    if b"date" not in names:  # RFC 9110, 6.6.1
        own = b"Date: %b\r\n%b" % (listening.date(), own)
    if hsts and b"strict-transport-security" not in names:
        own += b"Strict-Transport-Security: %b\r\n" % hsts
    if not keep:
        own += _CLOSE
    elif request.minor == 0:
        own += _KEEP_ALIVE
    return response_head(head, section.lines + own)
