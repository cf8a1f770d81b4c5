"""What the strict gate costs on top of bare httptools, for one request head.

    python -m bench.micro.heads

Both read the same eight-field head again and again on one connection. Read the ratio; the
microseconds are those of the machine.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable

import httptools

from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader, ResponseReader

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


def microseconds(call: Callable[[], object]) -> float:
    """The best of several runs: what disturbs only ever adds."""
    return min(timeit.repeat(call, number=ROUNDS, repeat=REPEATS)) / ROUNDS * 1e6


def main() -> None:
    """Print both roles, bare and ours."""
    requests = RequestReader(Limits())
    responses = ResponseReader(Limits())
    pairs = {
        "request": (bare_request(), lambda: requests.feed(REQUEST)),
        "response": (bare_response(), lambda: responses.feed(RESPONSE)),
    }
    for name, (bare, ours) in pairs.items():
        theirs, mine = microseconds(bare), microseconds(ours)
        print(
            f"{name:9} httptools {theirs:5.2f} us, ours {mine:5.2f} us: {mine / theirs:.2f} times"
        )


if __name__ == "__main__":
    main()
