"""Readers as backends have them: with the habits that smuggling lives on.

Each habit is one way in which some server reads, or has read, what the RFC would have it refuse
or read otherwise. A stream of requests that all of them cut into the same requests is safe
before any backend; where one of them does not, the connection must end with that request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import h11
import httptools
from attrs import frozen

#: what a reader makes of a request: method, target, body
Asked = tuple[bytes, bytes, bytes]
Reader = Callable[[bytes], list[Asked]]

_SIZE = re.compile(rb"[0-9A-Fa-f]*")
#: methods whose body many servers do not look for
_BODILESS = (b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"TRACE")


@frozen
class Sloppy:
    """A server that reads what it is given, in its own way, and never refuses."""

    name: str
    #: what ends a line
    ending: bytes = rb"\r\n"
    #: whether a line that begins with a blank belongs to the one before
    folds: bool = False
    #: how a field's name is understood
    named: Callable[[bytes], bytes] = bytes.lower
    #: which of several lengths counts
    which: int = 0
    #: what is asked first: the coding, as RFC 9112 has it, or the length
    coding_first: bool = True
    knows_chunks: bool = True
    #: methods that it expects no body of
    bodiless: tuple[bytes, ...] = ()
    #: whether it reads a body that was offered and not asked for
    reads_unasked: bool = True

    def __call__(self, data: bytes) -> list[Asked]:
        """The whole requests in `data`, as this server reads them."""
        return list(self._read(data))

    def _read(self, data: bytes) -> Iterator[Asked]:
        end = re.compile(rb"(?>%b)(?>%b)" % (self.ending, self.ending))
        while match := end.search(data):
            line, *lines = re.split(self.ending, data[: match.start()])
            method, _, rest = line.partition(b" ")
            body = self._body(method, self._fields(lines), data[match.end() :])
            if body is None:
                return
            yield method, rest.rpartition(b" ")[0], body[0]
            data = body[1]

    def _fields(self, lines: list[bytes]) -> dict[bytes, list[bytes]]:
        if self.folds:
            lines = re.split(rb"\n(?![ \t])", b"\n".join(lines))
        fields: dict[bytes, list[bytes]] = {}
        for line in lines:
            name, _, value = line.partition(b":")
            fields.setdefault(self.named(name), []).append(value.strip())
        return fields

    def _body(
        self, method: bytes, fields: dict[bytes, list[bytes]], data: bytes
    ) -> tuple[bytes, bytes] | None:
        lengths = fields.get(b"content-length", [])
        chunked = self.knows_chunks and any(
            b"chunked" in coding.lower() for coding in fields.get(b"transfer-encoding", [])
        )
        if method in self.bodiless or not (self.reads_unasked or b"expect" not in fields):
            return b"", data
        if chunked and (self.coding_first or not lengths):
            return _chunked(data)
        if not lengths:
            return b"", data
        length = int(re.sub(rb"\D.*", b"", lengths[self.which]) or b"0")
        return (data[:length], data[length:]) if len(data) >= length else None


def _chunked(data: bytes) -> tuple[bytes, bytes] | None:
    body = b""
    while True:
        line, found, data = data.partition(b"\n")
        match = _SIZE.match(line)
        if not found or match is None or not match[0]:
            return None
        size = int(match[0], 16)
        if size == 0:
            return _after_trailers(body, data)
        body, data = body + data[:size], data[size:].lstrip(b"\r\n")


def _after_trailers(body: bytes, data: bytes) -> tuple[bytes, bytes] | None:
    while True:
        line, found, data = data.partition(b"\n")
        if not found:
            return None
        if not line.strip():
            return body, data


def by_h11(data: bytes) -> list[Asked]:
    """What h11 reads, which forgives bare line feeds and folding; it stops at its first error."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    asked: list[Asked] = []
    body = b""
    request: Any = None
    with suppress(h11.RemoteProtocolError):
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                request, body = event, b""
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                asked.append((request.method, request.target, body))
                connection.send(h11.Response(status_code=204, headers=[]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is h11.MUST_CLOSE:
                    break
                connection.start_next_cycle()
            else:
                break
    return asked


class _Sink:
    """What httptools calls."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.parser: Any = None
        self._target = self._body = b""

    def on_message_begin(self) -> None:
        self._target = self._body = b""

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_body(self, data: bytes) -> None:
        self._body += data

    def on_message_complete(self) -> None:
        self.asked.append((self.parser.get_method(), self._target, self._body))


def by_httptools(data: bytes) -> list[Asked]:
    """What httptools (llhttp, as in Node) reads; it stops at its first error."""
    sink = _Sink()
    sink.parser = httptools.HttpRequestParser(sink)
    with suppress(httptools.HttpParserError, httptools.HttpParserUpgrade):
        sink.parser.feed_data(data)
    return sink.asked


def _stripped(name: bytes) -> bytes:
    return re.sub(rb"[^!-~]", b"", name).lower()


def _as_in_cgi(name: bytes) -> bytes:
    return name.lower().replace(b"_", b"-")


READERS: dict[str, Reader] = {
    "h11": by_h11,
    "httptools": by_httptools,
    **{
        reader.name: reader
        for reader in (
            Sloppy("a line feed ends a line", ending=rb"\r?\n"),
            Sloppy("a carriage return ends a line", ending=rb"\r\n|\r|\n"),
            Sloppy("vertical tabs and their kin end a line", ending=rb"\r\n|[\n\x0b\x0c\x1c-\x1e]"),
            Sloppy("folded lines are joined", folds=True),
            Sloppy("what is no letter in a name is dropped", named=_stripped),
            Sloppy("underscores are dashes", named=_as_in_cgi),
            Sloppy("the last length counts", which=-1),
            Sloppy("a length counts before a coding", coding_first=False),
        )
    },
}

#: Readers that find other ends of requests whose framing is not the plainest.
HALF_BLIND: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        Sloppy("chunks are unknown", knows_chunks=False),
        Sloppy("a GET has no body", bodiless=_BODILESS),
        Sloppy("a body is not read before it is asked for", reads_unasked=False),
    )
}
