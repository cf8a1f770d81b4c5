"""Honest clients: a few kept connections that ask at a steady pace, and how long they wait.

python -m bench.load.honest PORT SECONDS prints ``{"asked": n, "failed": n, "p50": s, "p99": s}``.
A connection that ends is replaced, and its request counted as failed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

CLIENTS = 10
#: requests a second of each
PACE = 20.0
_ASK = b"GET /json HTTP/1.1\r\nHost: bench\r\n\r\n"
#: seconds after which a request has failed
_PATIENCE = 5.0


class Client:
    """One connection, and what came of its requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.took: list[float] = []
        self.failed = 0

    async def ask(self, until: float) -> None:
        """Ask until that time."""
        while time.monotonic() < until:
            try:
                reader, writer = await asyncio.wait_for(
                    asyncio.open_connection("127.0.0.1", self._port), _PATIENCE
                )
                await self._converse(reader, writer, until)
            except (OSError, EOFError, TimeoutError, ValueError):
                self.failed += 1

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: float
    ) -> None:
        try:
            while time.monotonic() < until:
                began = time.monotonic()
                writer.write(_ASK)
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
                if b" 200 " not in head[:16]:
                    raise ValueError(head)
                size = next(
                    line for line in head.lower().split(b"\r\n") if line.startswith(b"content-len")
                )
                await asyncio.wait_for(reader.readexactly(int(size.split(b":")[1])), _PATIENCE)
                self.took.append(time.monotonic() - began)
                await asyncio.sleep(max(0.0, 1 / PACE - (time.monotonic() - began)))
        finally:
            writer.close()


async def ask(port: int, seconds: float) -> dict[str, float]:
    """All clients together."""
    clients = [Client(port) for _ in range(CLIENTS)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(client.ask(until) for client in clients))
    took = sorted(length for client in clients for length in client.took) or [0.0]
    return {
        "asked": len(took),
        "failed": sum(client.failed for client in clients),
        "p50": took[len(took) // 2],
        "p99": took[int(len(took) * 0.99)],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask(int(sys.argv[1]), float(sys.argv[2])))))
