"""What the heads of one exchange cost on the wire: read, judged, passed on, written.

    python -m bench.micro.heads

Reading is held against bare httptools, where the fields are those of the head before (as on
nearly all kept connections) and where they never are. Read the ratios; the microseconds of
CPU are those of the machine, and of a loop: among other code each costs about twice as much.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from itertools import cycle
from time import process_time

import httptools

from altlas.wire.forwarding import Forwarding, Peer
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader, ResponseReader
from altlas.wire.writing import request_bytes, response_head

REQUEST = (
    b"GET /api/v1/segmentation/segment?lang=en&x=1 HTTP/1.1\r\n"
    b"Host: gateway.example.com:8080\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
    b"Accept: application/json\r\n"
    b"Accept-Encoding: gzip, deflate\r\n"
    b"Accept-Language: en\r\n"
    b"Cookie: a=b; c=d\r\n"
    b"Connection: keep-alive\r\n"
    b"X-Thing: 12\r\n\r\n"
)
RESPONSE = (
    b"HTTP/1.1 200 OK\r\n"
    b"Server: demo\r\n"
    b"Date: Sat, 01 Nov 2025 10:00:00 GMT\r\n"
    b"Content-Type: application/json\r\n"
    b"Content-Length: 27\r\n"
    b"Cache-Control: no-store\r\n\r\n"
)
ROUNDS = 20_000
REPEATS = 9


class Collecting:
    """The least that a user of httptools does: keep target and fields."""

    def __init__(self) -> None:
        self.fields: list[tuple[bytes, bytes]] = []
        self.target = b""

    def on_url(self, target: bytes) -> None:
        self.target = target

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value))


def bare_request() -> Callable[[], object]:
    """httptools on a parser that lives as long as the connection."""
    sink = Collecting()
    parser = httptools.HttpRequestParser(sink)

    def read() -> None:
        parser.feed_data(REQUEST)
        sink.fields = []

    return read


def bare_response() -> Callable[[], object]:
    """httptools on a new parser for each response."""

    def read() -> None:
        httptools.HttpResponseParser(Collecting()).feed_data(RESPONSE)

    return read


def changing(head: bytes) -> Callable[[], bytes]:
    """The same head with another value in one field each time."""
    marked = head[:-2] + b"X-Trace: %d\r\n\r\n"
    return cycle([marked % number for number in range(1000, 1999)]).__next__


def microseconds(call: Callable[[], object]) -> float:
    """The best of several runs: what disturbs only ever adds."""
    best = min(timeit.repeat(call, number=ROUNDS, repeat=REPEATS, timer=process_time))
    return best / ROUNDS * 1e6


def reading() -> None:
    """Print both roles, bare and ours."""
    requests, responses = RequestReader(Limits()), ResponseReader(Limits())
    traced, dated = changing(REQUEST), changing(RESPONSE)
    bare = {"request": bare_request(), "response": bare_response()}
    ours: dict[str, tuple[str, Callable[[], object]]] = {
        "request": ("request", lambda: requests.feed(REQUEST)),
        "response": ("response", lambda: responses.feed(RESPONSE)),
        "request, other fields": ("request", lambda: requests.feed(traced())),
        "response, other fields": ("response", lambda: responses.feed(dated())),
    }
    for name, (role, call) in ours.items():
        theirs, mine = microseconds(bare[role]), microseconds(call)
        print(f"{name:24} httptools {theirs:5.2f}, ours {mine:5.2f} us: {mine / theirs:.2f} times")


def passing_on() -> None:
    """Print what is made of heads whose fields came before, and what is written of it."""
    request = RequestReader(Limits()).feed(REQUEST)
    response = ResponseReader(Limits()).feed(RESPONSE)
    assert request is not None and response is not None
    forwarding, peer = Forwarding("bench"), Peer("192.0.2.1", 5000, "http", 80, trusted=False)
    number = b"0123456789abcdef" * 2
    asked = forwarding.request_section(request, peer, number)
    answered = forwarding.response_section(response, 27, b"GET")
    line = b"X-Request-ID: " + number + b"\r\n"
    calls: dict[str, Callable[[], object]] = {
        "request_section": lambda: forwarding.request_section(request, peer, number),
        "request_bytes": lambda: request_bytes(b"GET", request.target, asked, 0),
        "response_section": lambda: forwarding.response_section(response, 27, b"GET"),
        "response_head": lambda: response_head(response, answered.lines + line),
        "request_fields, a list": lambda: forwarding.request_fields(request, peer, number),
        "response_fields, a list": lambda: forwarding.response_fields(response),
    }
    for name, call in calls.items():
        print(f"{name:24} {microseconds(call):5.2f} us")


if __name__ == "__main__":
    reading()
    passing_on()
