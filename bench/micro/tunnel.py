"""What a tunnel costs: a message through it, and the memory that an open one takes.

``python -m bench.micro.tunnel``. Everything is in one process on loopback: raw sockets of the
standard library are both peers, in a thread of their own, and the CPU that is counted is that of
the reactor's thread only. Beside it, the same messages between the peers without a gateway, and
as small requests on a kept connection.
"""

from __future__ import annotations

import argparse
import socket
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from altlas.reactor import available, install

if available():
    install()

from twisted.internet import reactor  # noqa: TID251
from twisted.internet.threads import blockingCallFromThread

from altlas.gateway.catalog import catalog
from altlas.gateway.service import GatewayService
from altlas.settings import load

INI = """
[listener:public]
bind = tcp:0:interface=127.0.0.1
[backend:demo]
instances = http://127.0.0.1:{port}
probe.enabled = no
[route:demo]
path = /
backend = demo
upgrade = websocket raw
[access-log]
enabled = no
"""
ASK = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: %b\r\n\r\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %b\r\n\r\n"
PLAIN = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 125\r\n\r\n" + b"x" * 125
#: a masked frame of a client, of 125 bytes
FRAME = b"\x82\xfdmask" + b"x" * 125


class Peers:
    """Both ends, blocking."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port: int = self.listening.getsockname()[1]
        #: where the gateway listens
        self.gateway = 0

    def pair(self, protocol: bytes) -> tuple[socket.socket, socket.socket]:
        """A client and the instance that it has a tunnel to."""
        client = socket.create_connection(("127.0.0.1", self.gateway))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(ASK % protocol)
        instance, _ = self.listening.accept()
        instance.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _until(instance, b"\r\n\r\n")
        instance.sendall(SWITCH % protocol)
        _until(client, b"\r\n\r\n")
        return client, instance


def _until(sock: socket.socket, mark: bytes) -> None:
    data = b""
    while not data.endswith(mark):
        data += sock.recv(65536)


def _take(sock: socket.socket, size: int) -> None:
    while size:
        size -= len(sock.recv(min(size, 1 << 20)))


def _cpu(work: Callable[[], int]) -> float:
    """Seconds of CPU of the reactor's thread for one of what `work` does so often."""
    before: float = blockingCallFromThread(reactor, time.thread_time)
    count = work()
    return (blockingCallFromThread(reactor, time.thread_time) - before) / count


def echoes(peers: Peers, protocol: bytes, message: bytes, count: int) -> float:
    """CPU of a message there and back."""
    client, instance = peers.pair(protocol)

    def work() -> int:
        for _ in range(count):
            client.sendall(message)
            _take(instance, len(message))
            instance.sendall(message)
            _take(client, len(message))
        return count

    work()
    spent = _cpu(work)
    client.close()
    instance.close()
    return spent


def requests(peers: Peers, count: int) -> float:
    """CPU of a small request with its answer, on kept connections."""
    client = socket.create_connection(("127.0.0.1", peers.gateway))
    client.sendall(PLAIN)
    instance, _ = peers.listening.accept()
    _until(instance, b"\r\n\r\n")
    instance.sendall(ANSWER)
    _until(client, b"x" * 125)

    def work() -> int:
        for _ in range(count):
            client.sendall(PLAIN)
            _until(instance, b"\r\n\r\n")
            instance.sendall(ANSWER)
            _until(client, b"x" * 125)
        return count

    spent = _cpu(work)
    client.close()
    instance.close()
    return spent


def bulk(peers: Peers, protocol: bytes, size: int) -> float:
    """CPU of a mebibyte in one direction, in frames of 64 KiB."""
    client, instance = peers.pair(protocol)
    frame = b"\x82\x7f" + (65526).to_bytes(8, "big") + b"x" * 65526

    def send() -> None:
        for _ in range(size // len(frame)):
            instance.sendall(frame)

    def work() -> int:
        sending = threading.Thread(target=send)
        sending.start()
        _take(client, size)
        sending.join()
        return size >> 20

    spent = _cpu(work)
    client.close()
    instance.close()
    return spent


def _resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def memory(peers: Peers, count: int) -> tuple[float, float]:
    """Resident bytes, and bytes of Python's, of one open tunnel (both of its connections)."""
    kept = [peers.pair(b"websocket") for _ in range(50)]
    tracemalloc.start()
    before, python = _resident(), tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    before = _resident()
    kept += [peers.pair(b"websocket") for _ in range(count)]
    resident = (_resident() - before) / count
    tracemalloc.start()
    python = tracemalloc.get_traced_memory()[0]
    kept += [peers.pair(b"websocket") for _ in range(count)]
    held = (tracemalloc.get_traced_memory()[0] - python) / count
    tracemalloc.stop()
    for client, instance in kept:
        client.close()
        instance.close()
    return resident, held


def measure(peers: Peers, count: int) -> None:
    """Print everything."""
    micro = 1e6
    print(f"reactor: {type(reactor).__name__}")
    print(f"request and answer, 125 bytes: {requests(peers, count) * micro:.1f} us")
    for protocol in (b"raw", b"websocket"):
        spent = echoes(peers, protocol, FRAME, count) * micro
        print(f"{protocol.decode()}: a frame of 125 bytes there and back: {spent:.1f} us")
        print(
            f"{protocol.decode()}: a MiB one way: {bulk(peers, protocol, 64 << 20) * micro:.0f} us"
        )
    resident, held = memory(peers, 400)
    print(f"memory of an open tunnel: {resident / 1024:.1f} KiB, {held / 1024:.1f} of Python's")


def main() -> None:
    """Start the gateway, measure, and end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    count = parser.parse_args().count
    peers = Peers()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "altlas.ini"
        path.write_text(INI.format(port=peers.port))
        service = GatewayService(load(path, {}, catalog()).settings, reactor)
    service.startService()

    def begin(_: object) -> None:
        peers.gateway = service.addresses["public"].port  # type: ignore[attr-defined]

        def work() -> None:
            try:
                measure(peers, count)
            finally:
                reactor.callFromThread(reactor.stop)  # type: ignore[attr-defined]

        threading.Thread(target=work).start()

    service.listening.addCallback(begin)
    reactor.run()  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
