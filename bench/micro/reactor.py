"""What a message costs on our reactor and on Twisted's epoll one, over loopback.

    python -m bench.micro.reactor

Both run in processes of their own, in turns; a server's CPU time (`os.times`) is divided by
the messages that it answered. Read the ratios: the absolute numbers are this machine's.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from statistics import median

ROUNDS = 3
CLIENTS = 8
KINDS = {
    "altlas-uvloop": "altlas.reactor",
    "epoll": "twisted.internet.epollreactor",
}
# Name -> (messages a round, bytes to the server, bytes back).
WORK = {
    "echo, 200 bytes": (24_000, 200, 200),
    "request of 400 bytes, answer of 1 KiB": (24_000, 400, 1024),
    "answer of 64 KiB": (6_000, 400, 65_536),
    "new connection for each": (3_000, 400, 1024),
}


def serve(module: str, work: str) -> None:
    """Answer on the reactor of `module` until the clients are gone; print the CPU seconds."""
    __import__(module)
    sys.modules[module].install()
    from twisted.internet import reactor  # noqa: TID251 (what is measured is the global one)
    from twisted.internet.protocol import Factory, Protocol

    count, asked, size = WORK[work]
    answer = b"a" * size
    left = [count if work.startswith("new") else CLIENTS]

    class Answers(Protocol):
        """Answers when as many bytes as a request has have come."""

        got = 0

        def connectionMade(self) -> None:
            self.transport.setTcpNoDelay(True)

        def dataReceived(self, data: bytes) -> None:
            self.got += len(data)
            if self.got >= asked:
                self.got = 0
                self.transport.write(answer)

        def connectionLost(self, reason: object) -> None:
            left[0] -= 1
            if not left[0]:
                reactor.stop()

    port = reactor.listenTCP(0, Factory.forProtocol(Answers), 512, "127.0.0.1")
    print(port.getHost().port, flush=True)
    before = os.times()
    reactor.run()
    after = os.times()
    print(after.user + after.system - before.user - before.system, flush=True)


def ask(port: int, work: str) -> None:
    """Be the clients."""
    count, asked, size = WORK[work]
    request = b"r" * asked
    if work.startswith("new"):
        for _ in range(count):
            with connect(port) as plain:
                exchange([plain], request, size)
        return
    plains = [connect(port) for _ in range(CLIENTS)]
    for _ in range(count // CLIENTS):
        exchange(plains, request, size)
    for plain in plains:
        plain.close()


def connect(port: int) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return plain


def exchange(plains: list[socket.socket], request: bytes, size: int) -> None:
    """One message on each of these."""
    for plain in plains:
        plain.sendall(request)
    for plain in plains:
        plain.recv(size, socket.MSG_WAITALL)


def cost(module: str, work: str) -> float:
    """CPU microseconds for a message."""
    command = [sys.executable, "-m", "bench.micro.reactor", module, work]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ask(int(server.stdout.readline()), work)
        seconds = float(server.stdout.readline())
    return seconds / WORK[work][0] * 1e6


def main() -> None:
    """Print a table of medians."""
    print(f"{'CPU us a message':40}" + "".join(f"{kind:>15}" for kind in KINDS) + f"{'ratio':>8}")
    for work in WORK:
        rounds = [[cost(module, work) for module in KINDS.values()] for _ in range(ROUNDS)]
        ours, theirs = (median(column) for column in zip(*rounds, strict=True))
        print(f"{work:40}{ours:15.1f}{theirs:15.1f}{ours / theirs:8.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(*sys.argv[1:])
    else:
        main()
