"""What one proxied exchange costs in Python, without the kernel: both ends are in memory.

A small GET with a browser's eight fields and a small JSON answer, on kept connections, with
everything on that is on by default. Run as ``python -m bench.micro.exchange [--profile]``.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import process_time
from typing import Any

from twisted.internet.testing import MemoryReactorClock, StringTransport

from altlas.gateway.catalog import catalog
from altlas.gateway.service import GatewayService
from altlas.settings import load

REQUEST = (
    b"GET /api/v1/segmentation/documents/42?lang=en HTTP/1.1\r\nHost: gateway.example\r\n"
    b"User-Agent: bench\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n"
    b"Accept-Language: en\r\nCookie: session=0123456789abcdef\r\nCache-Control: no-cache\r\n\r\n"
)
RESPONSE = (
    b"HTTP/1.1 200 OK\r\nServer: demo\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
    b"Content-Type: application/json\r\nContent-Length: 29\r\n\r\n"
    b'{"hello":"world","n":[1,2,3]}'
)
SETTINGS = """
[listener:public]
bind = tcp:8080
[backend:demo]
instances = http://127.0.0.1:9001
    http://127.0.0.1:9002
probe.enabled = no
[route:demo]
path = /api/v1/segmentation/
backend = demo
rewrite.prefix = /
[access-log]
path = /dev/null
"""


class Transport(StringTransport):
    """Keeps nothing, so that what is measured is not the list of what was written."""

    written = 0

    def write(self, data: bytes) -> None:
        self.written += 1

    def writeSequence(self, data: Iterable[bytes]) -> None:
        self.written += 1

    def setTcpNoDelay(self, enabled: bool) -> None:
        pass

    def unregisterProducer(self) -> None:
        self.producer = None


def connected(reactor: Any, place: int) -> Any:
    """The protocol of the outgoing connection number `place`, connected in memory."""
    factory = reactor.tcpClients[place][2]
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(Transport())
    return protocol


def gateway() -> tuple[Any, Any]:
    """A client's channel, and the connections to the instances that it uses by turns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.ini"
        path.write_text(SETTINGS)
        settings = load(path, {}, catalog()).settings
    reactor = MemoryReactorClock()
    reactor.advance(1.0)
    service = GatewayService(settings, reactor)
    service.startService()
    factory = reactor.tcpServers[0][1]
    channel = factory.buildProtocol(None)
    channel.makeConnection(Transport())
    upstreams = []
    for place in range(2):
        channel.dataReceived(REQUEST)
        upstreams.append(connected(reactor, place))
        reactor.advance(0)
        upstreams[-1].dataReceived(RESPONSE)
        assert channel.exchange is None, "the first exchange did not end"
    return channel, upstreams


def exchanges(channel: Any, upstreams: Any, count: int) -> None:
    """`count` pairs of exchanges, one after another."""
    one, other = upstreams
    for _ in range(count):
        channel.dataReceived(REQUEST)
        one.dataReceived(RESPONSE)
        channel.dataReceived(REQUEST)
        other.dataReceived(RESPONSE)


def main() -> None:
    """Print µs an exchange, or a profile."""
    channel, upstreams = gateway()
    exchanges(channel, upstreams, 500)
    if "--profile" in sys.argv:
        profile = cProfile.Profile()
        profile.runcall(exchanges, channel, upstreams, 5000)
        pstats.Stats(profile).sort_stats("tottime").print_stats(50)
        return
    best = float("inf")
    for _ in range(5):
        started = process_time()
        exchanges(channel, upstreams, 2000)
        best = min(best, (process_time() - started) / 4000)
    print(f"one exchange: {best * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
