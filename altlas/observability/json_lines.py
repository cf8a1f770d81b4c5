"""The access log as JSON, one object a line (RFC 8259), safe for files and terminals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from altlas.observability.record import ExchangeRecord

Line = Callable[[ExchangeRecord], bytes]


def _stdlib_line(members: dict[str, Any]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode("ascii") + b"\n"


try:
    import orjson
except ImportError:  # no wheel for this interpreter: slower, the same lines
    _dumps = _stdlib_line
else:

    def _dumps(members: dict[str, Any]) -> bytes:
        return orjson.dumps(members, None, orjson.OPT_APPEND_NEWLINE)


def json_lines() -> Line:
    """A function from a record to its line, line end included.

    Keys and their order are the same in every line; what did not happen is empty or 0.
    ``time`` is UTC with milliseconds (RFC 3339), durations are seconds to the microsecond.
    Bytes that are not UTF-8 are written as ``\\xNN``; control characters are escaped, those
    beyond ASCII too, so that no client can steer the terminal of who reads the log.
    """
    moment = _Moments().text

    def line(record: ExchangeRecord) -> bytes:
        started = moment(record.started)
        try:
            text = _dumps(_members(record, started, _utf8))
        except (UnicodeDecodeError, TypeError):  # orjson's word for half a surrogate pair
            text = _stdlib_line(_members(record, started, _backslashed))
        if text.isascii() and _DEL not in text:
            return text
        return text.decode("utf-8").translate(_CONTROLS).encode("utf-8")

    return line


_DEL = 0x7F
#: controls and what changes the direction or the lines of a text: none is JSON syntax, so
#: that they stand in strings only and may be escaped in the finished line
_CONTROLS = {
    code: f"\\u{code:04x}"
    for code in (*range(_DEL, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}


# The strict one first: it takes a third of the time, and odd bytes are rare.
_utf8 = bytes.decode


def _backslashed(raw: bytes) -> str:
    return str(raw, "utf-8", "backslashreplace")


def _members(record: ExchangeRecord, moment: str, text: Callable[[bytes], str]) -> dict[str, Any]:
    referer, queued, connect = record.referer, record.queued, record.connect
    return {
        "time": moment,
        "request_id": record.request_id,
        "listener": record.listener,
        "client": record.client,
        "method": text(record.method),
        "host": text(record.host),
        "target": text(record.target),
        "protocol": _PROTOCOLS[record.minor],
        "tls": record.tls,
        "status": record.status,
        "flag": record.flag,
        "reason": record.reason,
        "bytes_in": record.bytes_in,
        "bytes_out": record.bytes_out,
        "duration": int(record.duration * 1e6 + 0.5) / 1e6,  # half of round()'s price
        "route": record.route,
        "backend": record.backend,
        "instance": record.instance,
        "tries": record.tries,
        "upstream_status": record.upstream_status,
        "upstream_duration": int(record.upstream_duration * 1e6 + 0.5) / 1e6,
        # These are nearly always nothing.
        "queued": int(queued * 1e6 + 0.5) / 1e6 if queued else 0.0,
        "connect": int(connect * 1e6 + 0.5) / 1e6 if connect else 0.0,
        "referer": text(referer) if referer else "",
        "user_agent": text(record.user_agent),
    }


#: by the minor version, the last one by -1
_PROTOCOLS = ("HTTP/1.0", "HTTP/1.1", "")
_MILLISECONDS = tuple(f"{n:03d}Z" for n in range(1000))


class _Moments:
    """Writes moments; what it wrote of the last second is kept."""

    __slots__ = ("_prefix", "_second")

    def __init__(self) -> None:
        self._second = -1
        self._prefix = ""

    def text(self, moment: float) -> str:
        second = int(moment)
        if second != self._second:
            self._second = second
            self._prefix = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(second))
        return self._prefix + _MILLISECONDS[int((moment - second) * 1000)]
