"""Ports for the processes of tests, which cannot be asked afterwards what they got."""

from __future__ import annotations

import socket


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody has just now, each another."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports
