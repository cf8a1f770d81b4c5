"""What is called with bytes by chance: each reads them, and raises where a promise is broken.

The first byte of an input says where the rest is cut in two; whole, cut and byte by byte it has
to come to the same. Only what is refused by the errors of the reader's own tree may be refused.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from altlas.errors import ClientError, UpstreamError
from altlas.gateway.catalog import catalog
from altlas.settings import Loaded, SettingsError, load, render
from altlas.wire.bodies import RESPONSE, body_reader
from altlas.wire.chunked import ChunkedBody, chunk, last_chunk
from altlas.wire.forwarding import Forwarding
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE
from altlas.wire.guilt import REQUEST
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.limits import Limits
from altlas.wire.methods import METHODS
from altlas.wire.peer import Peer
from altlas.wire.reading import RequestReader, ResponseReader
from altlas.wire.targets import normalised
from altlas.wire.trailers import safe_trailers
from altlas.wire.writing import request_bytes, response_bytes
from tests.wire.corpus.strict import HOP_BY_HOP, Message, Unsound, read_requests, read_responses

#: Small, so that limits are met.
LIMITS = Limits(
    request_line=200, headers=1024, header_count=20, chunk_line=64, trailers=200, chunk_overhead=256
)
STRANGER = Peer("192.0.2.1", 4711, "http", 80, trusted=False)
FRIEND = Peer("192.0.2.1", 4711, "https", 443, trusted=True)
#: more exchanges than any input that is worth its time has
_MOST = 50


class Broken(AssertionError):
    """A promise that does not hold."""


def request(data: bytes) -> None:
    """A client's bytes are the same requests in any pieces, and what goes on says just that."""
    whole = same(_requests, data)
    _check_taken(data[1:], whole)
    for event in whole:
        if not isinstance(event[0], RequestHead):
            continue
        for peer in (STRANGER, FRIEND):
            _check_forwarded(event[0], event[1], event[2], peer)


def response(data: bytes) -> None:
    """An instance's bytes are the same answers in any pieces, and so is what the client gets."""
    for method in (b"GET", b"HEAD"):
        for event in same(lambda pieces, method=method: _responses(pieces, method), data):
            if isinstance(event[0], ResponseHead):
                _check_answered(event[0], event[1], event[2], method)


def chunked(data: bytes) -> None:
    """A chunked body is the same in any pieces, and can be written plainly again."""
    for event in same(_chunks, data):
        if event[0] != "body":
            continue
        _, payload, trailers, _ = event
        again = ChunkedBody(Limits(), REQUEST)
        trailers = safe_trailers(trailers)
        written = chunk(payload) + last_chunk(trailers)
        if again.feed(written) != payload or not again.done or again.trailers != trailers:
            raise Broken(f"{payload!r} and {trailers!r} are written as {written!r}")


def settings(data: bytes) -> None:
    """A file loads, or every problem has its place; what is printed of it loads the same."""
    if b"include" in data:
        return  # which files there are on this machine is no matter of chance
    loaded = _loaded(data)
    if loaded is None:
        return
    again = _loaded(render(loaded).encode())
    if again is None or again.settings != loaded.settings:
        raise Broken(f"what is printed is not what was read: {render(loaded)}")


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (request, response, chunked, settings)
}

# --- reading in pieces -----------------------------------------------------------------

Event = tuple[Any, ...]
Read = Callable[[Iterable[bytes]], list[Event]]


def same(read: Read, data: bytes) -> list[Event]:
    """What is read of `data`, which has to be the same in all pieces. Raises `Broken`."""
    data, cut = data[1:], data[0] * len(data) // 256 if data else 0
    whole = read([data])
    for pieces in ([data[:cut], data[cut:]], [data[at : at + 1] for at in range(len(data))]):
        other = read(pieces)
        if _shown(other) != _shown(whole):
            raise Broken(f"{data!r} is {_shown(whole)}, in {pieces[:2]}... {_shown(other)}")
    return whole


def _shown(events: list[Event]) -> list[Event]:
    return [tuple(_comparable(part) for part in event) for event in events]


def _comparable(part: Any) -> Any:
    if isinstance(part, RequestHead):
        named = (part.method, part.target, part.minor, part.fields, part.host, part.path)
        return (*named, part.query, part.framing, part.keep_alive, part.expects_continue)
    if isinstance(part, ResponseHead):
        return part.status, part.reason, part.minor, part.fields, part.framing, part.keep_alive
    return part


def _requests(pieces: Iterable[bytes]) -> list[Event]:
    """Each head with its body and trailers, then the refusal, or what is left."""
    reader = RequestReader(LIMITS)
    events: list[Event] = []
    head: RequestHead | None = None
    body: Any = None
    payload = b""
    try:
        for data in pieces:
            while len(events) < _MOST:
                if head is None:
                    head = reader.feed(data)
                    if head is None:
                        break
                    body, payload = body_reader(head.framing, LIMITS), b""
                    data = reader.take_rest()
                payload += body.feed(data)
                if not body.done:
                    break
                events.append((head, payload, body.trailers))
                head, data = None, body.rest
    except ClientError as refusal:
        return [*events, (type(refusal).__name__,)]
    return [*events, ("left", None if head is None else payload, reader.started)]


def _responses(pieces: Iterable[bytes], method: bytes) -> list[Event]:
    """The 1xx heads, then the answer: its head, body, trailers, and whether bytes are left."""
    reader = ResponseReader(LIMITS)
    reader.expect(method)
    events: list[Event] = []
    head: ResponseHead | None = None
    body: Any = None
    payload, rest = b"", b""
    try:
        for data in pieces:
            while head is None:
                head = reader.feed(data)
                if head is None:
                    break
                data = reader.take_rest()
                if head.status < 200:
                    events.append((head.status, head.fields))
                    head = None
                else:
                    body = body_reader(head.framing, LIMITS, RESPONSE)
            if head is not None:
                if body.done:
                    rest += data
                    continue
                payload += body.feed(data)
                rest = body.rest if body.done else b""
        if head is not None and head.framing == UNTIL_CLOSE:
            body.end()
    except UpstreamError as error:
        # Of a broken body as much may have gone on as came before it showed.
        return [*events, (type(error).__name__,)]
    if head is None or not body.done:
        return [*events, ("left", head is None)]
    return [*events, (head, payload, body.trailers, bool(rest))]


def _chunks(pieces: Iterable[bytes]) -> list[Event]:
    body = ChunkedBody(LIMITS, REQUEST)
    payload = b""
    try:
        for data in pieces:
            payload += body.feed(data)
    except ClientError as refusal:
        return [(type(refusal).__name__,)]
    if not body.done:
        return [("left", payload)]
    return [("body", payload, body.trailers, body.rest)]


# --- what is plain ----------------------------------------------------------------------------

_USUAL = re.compile(rb"/[a-z/]*(?:\?[a-z=]*)?")


def _check_taken(data: bytes, events: list[Event]) -> None:
    """Whether requests that a strict reader takes, and that ask nothing unusual, are taken."""
    try:
        messages, rest = read_requests(data)
    except Unsound:
        return
    if rest or len(messages) >= _MOST or not all(map(_is_usual, messages)):
        return
    taken = [(event[0].method, event[0].target, event[1]) for event in events[:-1]]
    if taken != [(one.what, one.more, one.body) for one in messages]:
        raise Broken(f"{data!r} is {messages}, not {_shown(events)}")


def _is_usual(message: Message) -> bool:
    return (
        message.what in METHODS - {b"TRACE"}
        and _USUAL.fullmatch(message.more) is not None
        and message.values(b"host") == [b"a"]
        and not message.values(b"expect")
        and len(message.more) < LIMITS.request_line - 50
        and max(len(message.fields), len(message.trailers)) <= LIMITS.header_count
        and message.size - len(message.body) < LIMITS.trailers
    )


# --- what goes on ---------------------------------------------------------------------------


def _check_forwarded(head: RequestHead, body: bytes, trailers: Any, peer: Peer) -> None:
    try:
        if head.path != b"*":
            normalised(head.path)
    except ClientError:
        return  # refused before it goes anywhere
    section = Forwarding("altlas").request_section(head, peer, b"id")
    if not head.host:
        return  # the instance's own is put in then
    data = request_bytes(head.method, head.origin_form, section, head.framing)
    data += _framed(body, trailers, head.framing)
    messages, rest = read_requests(data)
    if rest or len(messages) != 1:
        raise Broken(f"{data!r} is not one request")
    message = messages[0]
    if (message.what, message.more, message.body) != (head.method, head.origin_form, body):
        raise Broken(f"{data!r} is another request")
    _check_fields(message, peer)
    if message.values(b"host")[0].lower() != head.host:
        raise Broken(f"{data!r} names another host than {head.host!r}")


def _check_fields(message: Message, peer: Peer) -> None:
    """Whether nothing passed that concerns one connection, or lies about who asks."""
    passed = HOP_BY_HOP & message.by_name.keys()
    if passed:
        raise Broken(f"{passed} went on")
    if message.options - {b"te"}:
        raise Broken(f"{message.options} went on")
    last = message.values(b"x-forwarded-for")
    if len(last) != 1 or not last[0].endswith(peer.xff):
        raise Broken(f"X-Forwarded-For is {last}")
    if not peer.trusted and last != [peer.xff]:
        raise Broken(f"a stranger said {last}")


def _check_answered(head: ResponseHead, body: bytes, trailers: Any, method: bytes) -> None:
    framing = CHUNKED if head.framing == UNTIL_CLOSE else head.framing
    section = Forwarding("altlas").response_section(head, framing, method)
    data = response_bytes(head.status, head.reason, section.fields, framing, method)
    data += _framed(body, trailers, framing)
    messages, rest = read_responses(data, [method], closed=False)
    if rest or len(messages) != 1:
        raise Broken(f"{data!r} is not one answer")
    message = messages[0]
    if (message.status, message.more, message.body) != (head.status, head.reason, body):
        raise Broken(f"{data!r} is another answer")
    if message.options:
        raise Broken(f"{message.options} went on")


def _framed(body: bytes, trailers: Any, framing: int) -> bytes:
    return chunk(body) + last_chunk(safe_trailers(trailers)) if framing == CHUNKED else body


# --- settings -----------------------------------------------------------------------------------


@cache
def _place() -> Path:
    return Path(tempfile.mkdtemp(prefix="altlas-fuzz-")) / "main.ini"


_catalog = cache(catalog)


def _loaded(data: bytes) -> Loaded | None:
    path = _place()
    path.write_bytes(data)
    try:
        return load(path, {"HOME": "/home/x", "EMPTY": ""}, _catalog())
    except SettingsError as error:
        for problem in error.problems:
            if not str(problem).startswith(str(path)):
                raise Broken(f"no place: {problem}") from error
        return None
