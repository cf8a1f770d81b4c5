"""What it costs to send a request and to read its answer, without the kernel: the other end is
in memory.

    python -m bench.micro.upstream [--profile]

A GET with a browser's eight fields and a small JSON answer, on one kept connection: by the value
(`send`, the gateway's own way), by treq's interface (`request`), and an answer in two pieces.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from twisted.internet.protocol import Protocol
from twisted.internet.testing import MemoryReactorClock, StringTransport

from altlas.timers import Timers
from altlas.upstream.agent import GatewayAgent
from altlas.upstream.client import GatewayClient
from altlas.upstream.headers import FieldHeaders
from altlas.upstream.request import UpstreamRequest
from altlas.wire.section import Section

ORIGIN = b"http://127.0.0.1:9001"
TARGET = b"/documents/42?lang=en"
SECTION = Section.of(
    [
        (b"Host", b"gateway.example"),
        (b"User-Agent", b"bench"),
        (b"Accept", b"application/json"),
        (b"Accept-Encoding", b"gzip"),
        (b"Accept-Language", b"en"),
        (b"Cookie", b"session=0123456789abcdef"),
        (b"Cache-Control", b"no-cache"),
        (b"Via", b"1.1 altlas"),
    ],
    framing=0,
)
BODY = b'{"hello":"world","n":[1,2,3]}'
HEAD = (
    b"HTTP/1.1 200 OK\r\nServer: demo\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
    b"Content-Type: application/json\r\nContent-Length: 29\r\n\r\n"
)
RESPONSE = HEAD + BODY
ROUNDS = 20_000
REPEATS = 5


class Transport(StringTransport):
    """Keeps nothing, so that what is measured is not the list of what was written."""

    written = 0
    protocol: Any = None

    def write(self, data: bytes) -> None:
        self.written += 1

    def setTcpNoDelay(self, enabled: bool) -> None:
        pass


class Bench:
    """A client with one connection to an instance."""

    def __init__(self) -> None:
        reactor = MemoryReactorClock()
        self.client = GatewayClient(GatewayAgent(reactor, Timers(reactor)))
        self.client.send(UpstreamRequest(b"GET", ORIGIN, TARGET, SECTION))
        self.transport = Transport()
        self.transport.protocol = reactor.tcpClients[0][2].buildProtocol(None)
        self.transport.protocol.makeConnection(self.transport)
        self.transport.protocol.dataReceived(RESPONSE)

    def sent(self, rounds: int) -> None:
        """Requests as values, answers in one piece."""
        send, received = self.client.send, self.transport.protocol.dataReceived
        for _ in range(rounds):
            pending = send(UpstreamRequest(b"GET", ORIGIN, TARGET, SECTION))
            pending.addCallback(taken)
            received(RESPONSE)

    def requested(self, rounds: int) -> None:
        """Requests by treq's interface, answers in one piece."""
        received, url = self.transport.protocol.dataReceived, ORIGIN + TARGET
        for _ in range(rounds):
            pending = self.client.request(b"GET", url, headers=FieldHeaders(SECTION.fields))
            pending.addCallback(taken)
            received(RESPONSE)

    def in_pieces(self, rounds: int) -> None:
        """Requests as values, each answer's body in a piece of its own."""
        send, received = self.client.send, self.transport.protocol.dataReceived
        for _ in range(rounds):
            pending = send(UpstreamRequest(b"GET", ORIGIN, TARGET, SECTION))
            pending.addCallback(taken)
            received(HEAD)
            received(BODY)


class Sink(Protocol):
    """Takes a body that comes in parts."""

    def dataReceived(self, data: bytes) -> None:
        pass


def taken(response: Any) -> None:
    """Do what the edge does with an answer: take it whole, or as it comes."""
    if response.take_body() is None:
        response.deliverBody(Sink())


def least(work: Callable[[int], None]) -> float:
    """The least processor time of one round, in µs."""
    work(ROUNDS // 10)
    best = float("inf")
    for _ in range(REPEATS):
        started = process_time()
        work(ROUNDS)
        best = min(best, (process_time() - started) / ROUNDS)
    return best * 1e6


def main() -> None:
    """Print µs a request, or a profile of the commonest sort."""
    bench = Bench()
    if "--profile" in sys.argv:
        profile = cProfile.Profile()
        profile.runcall(bench.sent, ROUNDS)
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        return
    print(f"sent as a value:           {least(bench.sent):.2f} µs")
    print(f"by treq's interface:       {least(bench.requested):.2f} µs")
    print(f"as a value, in two pieces: {least(bench.in_pieces):.2f} µs")


if __name__ == "__main__":
    main()
