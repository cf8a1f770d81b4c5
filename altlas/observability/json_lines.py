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
_PROTOCOLS = ("HTTP/1.0", "HTTP/1.1", "")
_MILLISECONDS = tuple(f"{n:03d}Z" for n in range(1000))


class _Lines:
    """Makes lines. What it wrote of the last second is kept.

    All of them are made from one dictionary, written over each time: to make one anew of 25
    members costs as much as all that goes into it.
    """

    __slots__ = ("_members", "_prefix", "_second")

    def __init__(self) -> None:
        self._second = -1
        self._prefix = ""
        self._members: dict[str, Any] = {}

    def line(self, record: ExchangeRecord) -> bytes:
        """The line of `record`."""
        try:
            self._tell(record)
            text = _dumps(self._members, None, _ONE_LINE)
        except (UnicodeDecodeError, TypeError):  # orjson's word for half a surrogate pair
            self._tell(record, _backslashed)
            text = _stdlib_line(self._members)
        if text.isascii() and _DEL not in text:
            return text
        return text.decode("utf-8").translate(_CONTROLS).encode("utf-8")

    # Long, since it is a list; a function for any of it would cost more than it does.
    def _tell(self, record: ExchangeRecord, text: Callable[[bytes], str] = bytes.decode) -> None:
        """Write `record` into the members; what is no UTF-8 is for `text` to read."""
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
        members["method"] = text(record.method)
        members["host"] = text(record.host)
        members["target"] = text(record.target)
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
        members["referer"] = text(record.referer) if record.referer else ""
        members["user_agent"] = text(record.user_agent)


def _backslashed(raw: bytes) -> str:
    return str(raw, "utf-8", "backslashreplace")
