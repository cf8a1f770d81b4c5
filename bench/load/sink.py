"""The backend of uploads: takes a body to its end, then answers 204.

nginx answers a ``return`` before it took the body, which is no upload. A command of its own:
``python -m bench.load.sink PORT``. Knows requests with a Content-Length only.
"""

from __future__ import annotations

import re
import socket
import sys
import threading

_PIECE = 256 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
_REFUSED = b"HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def serve(connection: socket.socket) -> None:
    """Answer the requests of one connection until it closes."""
    with connection:
        buffer = bytearray(_PIECE)
        rest = b""
        while (rest := _serve_one(connection, buffer, rest)) is not None:  # type: ignore[assignment]
            pass


def _serve_one(connection: socket.socket, buffer: bytearray, data: bytes) -> bytes | None:
    """Take one request; what came after it, or None when the connection is over."""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return None
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    head += b"\r\n"
    if _CHUNKED.search(head):
        connection.sendall(_REFUSED)
        return None
    found = _LENGTH.search(head)
    length = int(found.group(1)) if found else 0
    missing = length - len(rest)
    while missing > 0:
        taken = connection.recv_into(buffer, min(missing, _PIECE))
        if not taken:
            return None
        missing -= taken
    connection.sendall(_TAKEN)
    return rest[length:]


def main() -> None:
    """Serve at the port that is named, until ended."""
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512) as listening:
        while True:
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_quietly, args=(connection,), daemon=True).start()


def _quietly(connection: socket.socket) -> None:
    try:
        serve(connection)
    except OSError:
        pass  # the proxy hung up


if __name__ == "__main__":
    main()
