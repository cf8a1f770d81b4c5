"""Hostile clients: many connections that cost little to hold, each flood in its own way.

python -m bench.load.hostile FLOOD PORT COUNT says ``ready`` when all are connected, goes on until
it is ended, and then says ``{"held": n}``: how many are connected still. A connection that the
gateway closes is not replaced.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Callable
from itertools import cycle

#: seconds between two bytes of a connection that drips
_DRIP = 0.5
#: connections made at once
_AT_ONCE = 100

_HEAD = b"GET / HTTP/1.1\r\nHost: bench\r\nX-Slow: "
_POST = b"POST /json HTTP/1.1\r\nHost: bench\r\nContent-Length: 1000000\r\n\r\n"
_ASK = b"GET /json HTTP/1.1\r\nHost: bench\r\n\r\n"
_BIG = b"GET /files/10m HTTP/1.1\r\nHost: bench\r\n\r\n"
#: the beginning of a TLS record with a ClientHello, and no more
_HELLO = bytes.fromhex("16030102000100")

#: by name: what is said at once, and what is said again and again
FLOODS: dict[str, tuple[bytes, bytes]] = {
    "silent": (b"", b""),
    "heads": (_HEAD, b"x"),
    "bodies": (_POST, b"x"),
    "readers": (_BIG, b""),
    "idle": (_ASK, b""),
    "handshakes": (_HELLO, b""),
}


class Hostile:
    """The connections of one flood."""

    def __init__(self, flood: str, port: int) -> None:
        self._first, self._drip = FLOODS[flood]
        self._slow_reader = flood == "readers"
        self._port = port
        self._open: set[socket.socket] = set()

    @property
    def held(self) -> int:
        """How many connections the gateway has not closed."""
        return len(self._open)

    async def connect(self, count: int) -> None:
        """Connect so many; those that are not accepted in time are left out."""
        turn = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._connect(turn) for _ in range(count)))

    async def _connect(self, turn: asyncio.Semaphore) -> None:
        async with turn:
            link = socket.socket()
            link.setblocking(False)
            if self._slow_reader:
                link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            loop = asyncio.get_running_loop()
            try:
                await asyncio.wait_for(loop.sock_connect(link, ("127.0.0.1", self._port)), 10)
                await loop.sock_sendall(link, self._first)
            except (OSError, TimeoutError):
                link.close()
                return
            self._open.add(link)
            if not self._slow_reader:
                loop.add_reader(link, self._hear, link)

    def _hear(self, link: socket.socket) -> None:
        try:
            if link.recv(65_536):
                return
        except OSError:
            pass
        asyncio.get_running_loop().remove_reader(link)
        self._open.discard(link)
        link.close()

    async def go_on(self) -> None:
        """Drip, until cancelled."""
        act: Callable[[socket.socket], object] = self._sip if self._slow_reader else self._say
        for _ in cycle([None]):
            links = list(self._open)
            for start in range(0, len(links), 100):
                for link in links[start : start + 100]:
                    act(link)
                await asyncio.sleep(_DRIP * 100 / max(len(links), 100))
            await asyncio.sleep(0.01 if links else _DRIP)

    def _say(self, link: socket.socket) -> None:
        if self._drip and link in self._open:
            try:
                link.send(self._drip)
            except OSError:
                pass  # `_hear` finds out

    def _sip(self, link: socket.socket) -> None:
        try:
            if link.recv(50):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._open.discard(link)
        link.close()


async def flood(name: str, port: int, count: int) -> None:
    """One flood, until TERM."""
    hostile = Hostile(name, port)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await hostile.connect(count)
    print("ready", flush=True)
    going = asyncio.create_task(hostile.go_on())
    await ended.wait()
    going.cancel()
    print(json.dumps({"held": hostile.held}), flush=True)


if __name__ == "__main__":
    asyncio.run(flood(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
