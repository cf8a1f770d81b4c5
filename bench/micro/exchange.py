"""What one proxied exchange costs in Python, without the kernel: both ends are in memory.

A small GET with a browser's eight fields and a small JSON answer, on kept connections, with
everything on that is on by default; a small POST of JSON, and the same held to a contract: its
path, a parameter and its body. Run as
``python -m bench.micro.exchange [--profile]``.
"""

from __future__ import annotations

import cProfile
import json
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
from bench.promise import BODY, DOCUMENT

REQUEST = (
    b"GET /api/v1/segmentation/documents/42?lang=en HTTP/1.1\r\nHost: gateway.example\r\n"
    b"User-Agent: bench\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n"
    b"Accept-Language: en\r\nCookie: session=0123456789abcdef\r\nCache-Control: no-cache\r\n\r\n"
)
POST = (
    b"POST /api/v1/segmentation/documents/42?lang=en HTTP/1.1\r\nHost: gateway.example\r\n"
    b"User-Agent: bench\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
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
#: what there is to pay for, and the settings that make it so
HELD = "[contract:bench]\nfile = {file}\nresponses = {responses}\n"


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


def service_of(reactor: Any, responses: str | None) -> GatewayService:
    """A gateway whose backend has promised `DOCUMENT`, unless `responses` is None."""
    with tempfile.TemporaryDirectory() as folder:
        path, document = Path(folder) / "bench.ini", Path(folder) / "bench.json"
        document.write_text(json.dumps(DOCUMENT))
        text = SETTINGS
        if responses is not None:
            text = text.replace("[route:demo]", "contract = bench\n[route:demo]")
            text += HELD.format(file=document, responses=responses)
        path.write_text(text)
        return GatewayService(load(path, {}, catalog()).settings, reactor)


def gateway(request: bytes, responses: str | None = None) -> tuple[Any, Any]:
    """A client's channel, and the connections to the instances that it uses by turns."""
    reactor = MemoryReactorClock()
    reactor.advance(1.0)
    service = service_of(reactor, responses)
    service.startService()
    factory = reactor.tcpServers[0][1]
    channel = factory.buildProtocol(None)
    channel.makeConnection(Transport())
    upstreams = []
    for place in range(2):
        channel.dataReceived(request)
        upstreams.append(connected(reactor, place))
        reactor.advance(0)
        upstreams[-1].dataReceived(RESPONSE)
        assert channel.exchange is None, "the first exchange did not end"
    return channel, upstreams


def exchanges(channel: Any, upstreams: Any, request: bytes, count: int) -> None:
    """`count` pairs of exchanges, one after another."""
    one, other = upstreams
    for _ in range(count):
        channel.dataReceived(request)
        one.dataReceived(RESPONSE)
        channel.dataReceived(request)
        other.dataReceived(RESPONSE)


def measured(request: bytes, responses: str | None = None) -> float:
    """Microseconds that one exchange takes at best."""
    channel, upstreams = gateway(request, responses)
    exchanges(channel, upstreams, request, 500)
    best = float("inf")
    for _ in range(5):
        started = process_time()
        exchanges(channel, upstreams, request, 2000)
        best = min(best, (process_time() - started) / 4000)
    return best * 1e6


def profiled(request: bytes, responses: str | None = None) -> None:
    """Print where the time goes."""
    channel, upstreams = gateway(request, responses)
    exchanges(channel, upstreams, request, 500)
    profile = cProfile.Profile()
    profile.runcall(exchanges, channel, upstreams, request, 5000)
    pstats.Stats(profile).sort_stats("tottime").print_stats(50)


def main() -> None:
    """Print µs an exchange, or profiles."""
    if "--profile" in sys.argv:
        profiled(REQUEST)
        profiled(POST, "off")
        return
    print(f"one exchange: {measured(REQUEST):.1f} µs")
    print(f"one small POST: {measured(POST):.1f} µs")
    print(f"the same held to a contract: {measured(POST, 'off'):.1f} µs")


if __name__ == "__main__":
    main()
