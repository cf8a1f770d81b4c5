"""How the end of a body is told: one small number (RFC 9112, 6.3).

``n >= 0`` is a body of n bytes, so that 0 is no body.
"""

from __future__ import annotations

from typing import Final

from altlas.wire.fields import Fields

#: ``Transfer-Encoding: chunked``
CHUNKED: Final = -1
#: the body goes on until the connection closes; responses only
UNTIL_CLOSE: Final = -2

#: Fields that say how the message itself is to be read.
TELLING: Final = frozenset(
    {b"connection", b"content-length", b"expect", b"host", b"transfer-encoding", b"upgrade"}
)
#: Of these a second one would be a second opinion.
_SINGLE: Final = frozenset({b"content-length", b"host", b"transfer-encoding"})
#: As many digits as no 64-bit number overflows by (CVE-2021-40346 and its kind).
_MOST_DIGITS: Final = 18

#: Statuses that never have a body, 1xx aside (RFC 9110, 6.4.1).
_BODILESS: Final = frozenset({204, 304})


class Ambiguous(ValueError):
    """Fields that two readers could take in two ways; the message says which."""


def telling_fields(fields: Fields) -> dict[bytes, bytes]:
    """The fields that say how a message is to be read, by lower-case name.

    Lists that came in parts are joined. Raises Ambiguous for a second Host,
    Content-Length or Transfer-Encoding, equal or not (RFC 9112, 3.2 and 6.3).
    """
    told: dict[bytes, bytes] = {}
    for name, value in fields:
        lower = name.lower()
        if lower in TELLING:
            if lower in told:
                value = _joined(lower, told[lower], value)
            told[lower] = value
    return told


def _joined(name: bytes, before: bytes, value: bytes) -> bytes:
    if name in _SINGLE:
        raise Ambiguous(f"There is more than one {name.decode()} field.")
    return b"%b, %b" % (before, value)


def request_framing(told: dict[bytes, bytes], minor: int) -> int:
    """The framing of a request; without a framing field it has no body.

    Raises Ambiguous (RFC 9112, 6.1 to 6.3).
    """
    return _told_framing(told, minor, otherwise=0)


def response_framing(told: dict[bytes, bytes], minor: int, status: int, method: bytes) -> int:
    """The framing of a response to `method`; without a framing field it ends with the
    connection. Raises Ambiguous, also for the fields of a response that has no body.
    """
    framing = _told_framing(told, minor, otherwise=UNTIL_CLOSE)
    if bodiless(status, method):
        return 0
    return framing


def announces(told: dict[bytes, bytes]) -> bool:
    """Whether the fields speak of a body that has at least a byte."""
    return b"transfer-encoding" in told or told.get(b"content-length", b"0").strip(b"0") != b""


def bodiless(status: int, method: bytes) -> bool:
    """Whether a response cannot have a body, whatever its fields say (RFC 9112, 6.3)."""
    return method == b"HEAD" or status < 200 or status in _BODILESS


def _told_framing(told: dict[bytes, bytes], minor: int, otherwise: int) -> int:
    coding = told.get(b"transfer-encoding")
    length = told.get(b"content-length")
    if coding is not None:
        return _coded(coding, length, minor)
    if length is None:
        return otherwise
    if not length.isdigit() or len(length) > _MOST_DIGITS:
        raise Ambiguous("The Content-Length is not a plain number.")
    return int(length)


def _coded(coding: bytes, length: bytes | None, minor: int) -> int:
    if length is not None:
        raise Ambiguous("There are both a Content-Length and a Transfer-Encoding.")
    if minor == 0:
        raise Ambiguous("HTTP/1.0 has no Transfer-Encoding.")
    if coding.lower() != b"chunked":
        raise Ambiguous("The only Transfer-Encoding taken is 'chunked'.")
    return CHUNKED
