"""The access log in Apache's combined format, for the tools that read nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from altlas.observability.record import ExchangeRecord

#: what nginx escapes in its logs too: quotes, backslashes, all that is not printable ASCII
_UNSAFE = re.compile(rb'["\\\x00-\x1f\x7f-\xff]')
_SAFE = bytes(code for code in range(0x20, 0x7F) if code not in b'"\\')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def combined_lines() -> Callable[[ExchangeRecord], bytes]:
    r"""A function from a record to its line, line end included.

    ``%h - - %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`` (Apache, mod_log_config). Times are
    in UTC. An exchange whose client left before a status was sent has 499, as with nginx.
    """
    moment = _Moments().text

    def line(record: ExchangeRecord) -> bytes:
        return b'%b - - [%b] "%b" %d %b "%b" "%b"\n' % (
            _escaped(record.client.encode("utf-8", "replace")),
            moment(int(record.started)),
            _request_line(record),
            record.status or 499,
            b"%d" % record.bytes_out if record.bytes_out else b"-",
            _escaped(record.referer),
            _escaped(record.user_agent),
        )

    return line


#: by the minor version, the last one by -1
_PROTOCOLS = (b" HTTP/1.0", b" HTTP/1.1", b" HTTP/2.0", b"")


def _request_line(record: ExchangeRecord) -> bytes:
    if not record.method:  # refused: what there is of a line, as it came
        return _escaped(record.target)
    asked = b"%b %b" % (_escaped(record.method), _escaped(record.target))
    return b"%b%b" % (asked, _PROTOCOLS[record.minor])


def _escaped(raw: bytes) -> bytes:
    # Deleting what is safe is four times cheaper than searching for what is not.
    return _UNSAFE.sub(_escape, raw) if raw.translate(None, _SAFE) else raw or b"-"


def _escape(match: re.Match[bytes]) -> bytes:
    return b"\\x%02X" % ord(match.group())


class _Moments:
    """Writes moments; what it wrote last is kept for the rest of the second."""

    __slots__ = ("_second", "_text")

    def __init__(self) -> None:
        self._second = -1
        self._text = b""

    def text(self, second: int) -> bytes:
        if second != self._second:
            self._second = second
            self._text = _moment(second)
        return self._text


def _moment(second: int) -> bytes:
    # Not strftime: its month names follow the locale.
    year, month, day, hour, minute, seconds, *_ = time.gmtime(second)
    return (
        f"{day:02d}/{_MONTHS[month - 1]}/{year}:{hour:02d}:{minute:02d}:{seconds:02d} +0000"
    ).encode("ascii")
