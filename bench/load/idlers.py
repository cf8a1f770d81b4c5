"""Clients that asked once, and keep their connection."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_ASK = b"GET /json HTTP/1.1\r\nHost: bench\r\n\r\n"


@contextmanager
def idlers(port: int, count: int) -> Iterator[None]:
    """`count` connections, each of which got one answer; closed at the end of the block."""
    with ExitStack() as open_ones:
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            open_ones.enter_context(connection)
            connection.sendall(_ASK)
            answer = connection.recv(65_536)
            if b" 200 " not in answer[:16]:
                raise ConnectionError(f"no answer but {answer[:60]!r}")
        yield
