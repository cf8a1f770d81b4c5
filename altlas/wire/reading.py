"""Heads out of bytes: httptools reads, the gate around it judges.

httptools (llhttp, strict) refuses bare CR and LF, folding, blanks before a colon, names
that are no tokens and controls in values. What it lets through is refused here, and it
only ever sees one whole head, whose end and size were found before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import httptools

from altlas.errors import (
    BadRequest,
    ClientError,
    HeadersTooLarge,
    UpstreamMalformed,
)
from altlas.wire.blocks import FieldBlock
from altlas.wire.fields import Fields
from altlas.wire.framing import (
    UNTIL_CLOSE,
    Ambiguous,
    announces,
    response_framing,
)
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.judgement import judged
from altlas.wire.limits import Limits
from altlas.wire.methods import METHODS
from altlas.wire.request_line import (
    RequestLine,
    check_beginning,
    read_request_line,
    usual_line,
)
from altlas.wire.underscores import Names, keep

_END: Final = b"\r\n\r\n"
#: RFC 9112, 2.2 asks to skip one empty line before a request; a few do no harm.
_MOST_BLANK_LINES: Final = 4
# status-line; a missing reason may miss its blank too, as many servers have it
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: ([\t -~\x80-\xff]*))?\r\n")
_STATUS_BEGINNING: Final = b"HTTP/1."
#: before the first head: what no head has, since it ends with an empty line
_NONE: Final = FieldBlock(b"", [])


class _FieldSink:
    """What httptools calls. It knows no parser and no reader, so there is no circle.

    To make one for every connection would be dear: it is the most of a reader.
    """

    __slots__ = ("fields", "on_header")

    def __init__(self) -> None:
        self.fields: Fields = []
        append = self.fields.append

        # A closure over the list's own method: called once a field, and a third of the price.
        def on_header(name: bytes, value: bytes) -> None:
            append((name, value.rstrip()))

        self.on_header: Callable[[bytes, bytes], None] = on_header

    def clear(self) -> None:
        """Forget what an error may have left."""
        self.fields.clear()

    def take(self) -> Fields:
        """The fields since the last taking."""
        fields = self.fields[:]
        self.fields.clear()
        return fields


#: of all readers: none leaves anything in it, since each reads a whole head at once
_SINK: Final = _FieldSink()


class RequestReader:
    """Reads one client's requests, one after another."""

    __slots__ = (
        "_blank_lines",
        "_block",
        "_last",
        "_limits",
        "_line_seen",
        "_longest",
        "_names",
        "_parser",
        "_searched",
        "rest",
    )

    def __init__(self, limits: Limits, names: Names = keep) -> None:
        """`names` says which fields count by their names; see `altlas.wire.underscores`."""
        self._limits = limits
        self._longest = limits.request_line + 2
        self._names = names
        self._parser: httptools.HttpRequestParser | None = None
        self._block = _NONE
        #: the last head, where one with another usual line can be made of it
        self._last: RequestHead | None = None
        #: what came after the last head: who takes it leaves none, by himself or with `take_rest`
        self.rest = b""
        # Of `rest`; both are nothing while that is empty.
        self._searched = 0
        self._line_seen = False
        self._blank_lines = 0

    @property
    def started(self) -> bool:
        """Whether a byte of a head that is not complete is there."""
        return bool(self.rest)

    @property
    def beginning(self) -> bytes:
        """What came of a head that is not complete, or was refused: its line at least."""
        return self.rest

    def take_rest(self) -> bytes:
        """The bytes after the last head: they leave the reader."""
        rest, self.rest = self.rest, b""
        self._searched = 0
        self._line_seen = False
        return rest

    def feed(self, data: bytes) -> RequestHead | None:
        """Take bytes; the head once it is complete. What follows it is kept for
        `take_rest` or the next `feed`.

        Raises BadRequest, TargetTooLong, HeadersTooLarge, ExpectationFailed,
        MethodUnknown or VersionUnsupported, the same however the bytes were cut up;
        the reader is of no use after that, but for `beginning`.
        """
        last = self._last
        if last is not None and not self.rest:
            # Nearly always a usual line stands before the same fields as the last time: all
            # is judged already but the line. What is not so usual is read from the start.
            match, raw = usual_line(data), self._block.raw
            if match is not None and data.startswith(raw, end := match.end()):
                method, target, path, query = match.groups()
                may_have = not last.framing or method != b"TRACE"
                if may_have and method in METHODS and end <= self._longest:
                    size = end + len(raw)
                    self.rest = data[size:]
                    self._blank_lines = 0
                    head = self._last = last.again(method, target, path, query, size)
                    return head
        return self._read(data)

    def _read(self, data: bytes) -> RequestHead | None:
        """As `feed`, whatever came before, and however it is written."""
        if self.rest:
            data = self.rest + data
        end = data.find(_END, self._searched)
        try:
            if end < 1 or data[0] == 13:
                return self._wait(data)
            line = read_request_line(data, self._limits.request_line)
            size = end + 4
            if end + 2 - line[-1] > self._limits.headers:
                raise HeadersTooLarge()
            self.rest = data[size:]
            self._searched = self._blank_lines = 0
            self._line_seen = False
            return self._head(line, data[:size])
        except ClientError:
            # Of a head that is refused its line is still wanted, and no more.
            self._last = None
            self.rest = data.lstrip(b"\r\n")[: self._limits.request_line]
            raise

    def _wait(self, data: bytes) -> RequestHead | None:
        """Keep what is there of a head, unless it shows already that it will not do."""
        if data.startswith(b"\r\n"):
            return self._skip_blank_line(data)
        self.rest = data
        if not data:
            return None
        self._searched = max(0, len(data) - 3)
        limits = self._limits
        line_end = data.find(b"\n") + 1
        if not line_end:
            check_beginning(data, limits.request_line)
        elif not self._line_seen:
            read_request_line(data, limits.request_line)
            self._line_seen = True
        if line_end and len(data) - line_end > limits.headers + 1:  # a CR of the end may be in
            raise HeadersTooLarge()
        return None

    def _skip_blank_line(self, data: bytes) -> RequestHead | None:
        self._blank_lines += 1
        if self._blank_lines > _MOST_BLANK_LINES:
            raise BadRequest("There are too many empty lines before the request.")
        self.rest = b""
        self._searched = 0
        return self.feed(data[2:])

    def _head(self, line: RequestLine, data: bytes) -> RequestHead:
        raw = data[line[-1] :]
        block = self._block
        try:
            if block.raw != raw:
                block = self._block = FieldBlock(raw, self._fields(data))
            head = judged(line, block, data)
        except Ambiguous as problem:
            raise BadRequest(str(problem)) from None
        # HTTP/1.1 names its host in the fields, whatever the form of the target.
        self._last = head if head.minor else None
        if head.framing or not head.keep_alive:
            # It waits for a body that another reader takes, or for the end.
            self._parser = None
        return head

    def _fields(self, data: bytes) -> Fields:
        _SINK.clear()
        # A parser that saw a whole message begins anew by itself.
        parser = self._parser
        used = parser is not None
        if parser is None:
            parser = self._parser = httptools.HttpRequestParser(_SINK)
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._parser = None  # its way of saying that it would stop reading HTTP here
        except httptools.HttpParserError as error:
            self._parser = None
            _SINK.take()
            if used:
                # To it more is the end of a connection than to us: a Proxy-Connection, say.
                return self._fields(data)
            raise BadRequest(f"The header fields are not HTTP: {error}.") from None
        fields = _SINK.take()
        if len(fields) > self._limits.header_count:
            raise HeadersTooLarge()
        return self._names(fields)


class ResponseReader:
    """Reads one instance's responses, one after another, 1xx included."""

    __slots__ = ("_block", "_last", "_limits", "_raw", "_searched", "method", "rest")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        #: which the next response answers; see `expect`
        self.method = b"GET"
        self._block = _NONE
        #: the last head, if it answered this method, and its bytes
        self._last: ResponseHead | None = None
        self._raw = b""
        #: what came after the last head: who takes it leaves none, by himself or with `take_rest`
        self.rest = b""
        self._searched = 0  # of `rest`; 0 while that is empty

    @property
    def started(self) -> bool:
        """Whether a byte of a head that is not complete is there."""
        return bool(self.rest)

    def expect(self, method: bytes) -> None:
        """Tell which method the next response answers: HEAD has no body."""
        if method != self.method:
            self.method = method
            self._last = None

    def take_rest(self) -> bytes:
        """The bytes after the last head: they leave the reader."""
        rest, self.rest = self.rest, b""
        self._searched = 0
        return rest

    def feed(self, data: bytes) -> ResponseHead | None:
        """Take bytes; the head once it is complete. What follows it is kept for
        `take_rest` or the next `feed`.

        After a 1xx, feed again (``b""`` will do) for the final head.
        Raises UpstreamMalformed; the reader is of no use after that.
        """
        last = self._last
        # What is the same to the byte, and answers the same method, means the same.
        if last is not None and not self.rest and data.startswith(self._raw):
            self.rest = data[last.size :]
            return last
        return self._read(data)

    def _read(self, data: bytes) -> ResponseHead | None:
        """As `feed`, whatever came before."""
        if self.rest:
            data = self.rest + data
        end = data.find(_END, self._searched)
        if end < 0:
            self._wait(data)
            return None
        match = _STATUS_LINE.match(data)
        if match is None or match.end() - 2 > self._limits.request_line:
            raise _malformed("the status line is not HTTP/1.1, or too long")
        size = end + 4
        if end + 2 - match.end() > self._limits.headers:
            raise _malformed("the header fields are too long")
        self.rest = data[size:]
        self._searched = 0
        raw = data[:size]
        head = self._last = self._head(match, raw)
        self._raw = raw
        return head

    def _wait(self, data: bytes) -> None:
        self.rest = data
        self._searched = max(0, len(data) - 3)
        if data[:7] != _STATUS_BEGINNING[: len(data)]:
            raise _malformed("that is not an HTTP/1.1 response")
        if len(data) > self._limits.request_line + self._limits.headers + 2:
            raise _malformed("the head is too long")

    def _head(self, match: re.Match[bytes], data: bytes) -> ResponseHead:
        status = int(match[2])
        minor = 1 if match[1] == b"1" else 0
        raw = data[match.end() :]
        block = self._block
        try:
            if block.raw != raw:
                block = self._block = FieldBlock(raw, self._fields(data, status))
            framing = response_framing(block.told, minor, status, self.method)
        except Ambiguous as problem:
            raise _malformed(str(problem)) from None
        listed = block.listed
        return ResponseHead(
            status,
            match[3] or b"",
            minor,
            block.fields,
            framing,
            framing != UNTIL_CLOSE
            # Sent against the rule, an announced body (of a 204, or to HEAD) would be read as
            # the next answer, which is somebody else's.
            and not (framing == 0 and announces(block.told))
            and b"close" not in listed
            and (minor == 1 or b"keep-alive" in listed),
            listed,
            len(data),
            block,
        )

    def _fields(self, data: bytes, status: int) -> Fields:
        _SINK.clear()
        # A new parser each time: it would wait for a body that another reader takes,
        # or (after HEAD) for one that never comes. It costs a fifth of a microsecond.
        try:
            httptools.HttpResponseParser(_SINK).feed_data(data)
        except httptools.HttpParserUpgrade:
            pass
        except httptools.HttpParserError as error:
            # A 101 was read whole before it says that it stops reading HTTP there.
            if status != 101 or "Upgrade" not in str(error):
                raise _malformed(str(error)) from None
        fields = _SINK.take()
        if len(fields) > self._limits.header_count:
            raise _malformed("there are too many header fields")
        return fields


def _malformed(reason: str) -> UpstreamMalformed:
    return UpstreamMalformed("The backend's answer was not valid HTTP.", reason=reason)
