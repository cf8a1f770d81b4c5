"""The access log as JSON, one object a line (RFC 8259), safe for files and terminals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from altlas.observability.record import ExchangeRecord

Line = Callable[[ExchangeRecord], bytes]


def _stdlib_line(members: dict[str, Any], _default: None = None, _option: int = 0) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode("ascii") + b"\n"


_dumps: Callable[[dict[str, Any], None, int], bytes]
try:
    import orjson
except ImportError:  # no wheel for this interpreter: slower, the same lines
    _dumps, _ONE_LINE = _stdlib_line, 0
else:
    _dumps, _ONE_LINE = orjson.dumps, orjson.OPT_APPEND_NEWLINE


def json_lines() -> Line:
    """A function from a record to its line, line end included.

    Keys and their order are the same in every line; what did not happen is empty or 0.
    ``time`` is UTC with milliseconds (RFC 3339), durations are seconds to the microsecond.
    Bytes that are not UTF-8 are written as ``\\xNN``; control characters are escaped, those
    beyond ASCII too, so that no client can steer the terminal of who reads the log.
    """
    return _Lines().line


_DEL = 0x7F
#: controls and what changes the direction or the lines of a text: none is JSON syntax, so
#: that they stand in strings only and may be escaped in the finished line
_CONTROLS = {
    code: f"\\u{code:04x}"
    for code in (*range(_DEL, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}


#: by the minor version, the last one by -1
_PROTOCOLS = ("HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "")
_MILLISECONDS = tuple(f"{n:03d}Z" for n in range(1000))
#: every line's, in their order
_MEMBERS = (
    *("time", "request_id", "listener", "client", "method", "host", "target", "protocol", "tls"),
    *("status", "flag", "reason", "bytes_in", "bytes_out", "duration"),
    *("route", "backend", "instance", "tries", "upstream_status", "upstream_duration"),
    *("queued", "connect", "referer", "user_agent"),
)


class _Lines:
    """Makes lines. What it wrote of the last second is kept.

    All of them are made from one dictionary in the order of `_MEMBERS`, written over each time:
    to make one anew of 25 members costs as much as all that goes into it.
    """

    __slots__ = ("_members", "_prefix", "_second")

    def __init__(self) -> None:
        self._second = -1
        self._prefix = ""
        self._members: dict[str, Any] = dict.fromkeys(_MEMBERS)

    # Long, since it is a list; a function for any of it would cost more than it does.
    def line(self, record: ExchangeRecord) -> bytes:
        """The line of `record`."""
        members, queued, connect = self._members, record.queued, record.connect
        started = record.started
        second = int(started)
        if second != self._second:
            self._second = second
            self._prefix = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(second))
        members["time"] = self._prefix + _MILLISECONDS[int((started - second) * 1000)]
        members["request_id"] = record.request_id
        members["listener"] = record.listener
        members["client"] = record.client
        members["protocol"] = _PROTOCOLS[record.minor]
        members["tls"] = record.tls
        members["status"] = record.status
        members["flag"] = record.flag
        members["reason"] = record.reason
        members["bytes_in"] = record.bytes_in
        members["bytes_out"] = record.bytes_out
        members["duration"] = int(record.duration * 1e6 + 0.5) / 1e6  # half of round()'s price
        members["route"] = record.route
        members["backend"] = record.backend
        members["instance"] = record.instance
        members["tries"] = record.tries
        members["upstream_status"] = record.upstream_status
        members["upstream_duration"] = int(record.upstream_duration * 1e6 + 0.5) / 1e6
        # These are nearly always nothing.
        members["queued"] = int(queued * 1e6 + 0.5) / 1e6 if queued else 0.0
        members["connect"] = int(connect * 1e6 + 0.5) / 1e6 if connect else 0.0
        try:
            members["method"] = record.method.decode()
            members["host"] = record.host.decode()
            members["target"] = record.target.decode()
            members["referer"] = record.referer.decode() if record.referer else ""
            members["user_agent"] = record.user_agent.decode()
            text = _dumps(members, None, _ONE_LINE)
        except (UnicodeDecodeError, TypeError):  # orjson's word for half a surrogate pair
            text = self._odd_line(record)
        if text.isascii() and _DEL not in text:
            return text
        return text.decode("utf-8").translate(_CONTROLS).encode("utf-8")

    def _odd_line(self, record: ExchangeRecord) -> bytes:
        """The line of a record that is no UTF-8 somewhere; all else is told already."""
        members = self._members
        members["method"] = _backslashed(record.method)
        members["host"] = _backslashed(record.host)
        members["target"] = _backslashed(record.target)
        members["referer"] = _backslashed(record.referer)
        members["user_agent"] = _backslashed(record.user_agent)
        return _stdlib_line(members)


def _backslashed(raw: bytes) -> str:
    return str(raw, "utf-8", "backslashreplace")
