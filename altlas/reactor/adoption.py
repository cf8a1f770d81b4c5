"""Connections that were made by someone else and come to us as descriptors."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from attrs import frozen
from twisted.internet.address import UNIXAddress

from altlas.reactor.addresses import ip_address, named
from altlas.reactor.handover import hand_over
from altlas.reactor.server import ServerConnection, UNIXServerConnection

if TYPE_CHECKING:
    from altlas.reactor.reactor import UvloopReactor


@frozen(eq=False)
class Adoption:
    """What a port is to other connections; `place` is the local TCP port."""

    protocol: Any
    place: Any

    def build(self, client: Any) -> Any:
        """The protocol, which was made at the adoption."""
        return self.protocol

    def next_session(self, client: Any) -> int:
        """The client's port, as Twisted has it."""
        return int(client[1])

    def log_name(self, client: Any) -> Any:
        """How log lines name the client."""
        return client[0]


class UNIXAdoption(Adoption):
    """The same for UNIX connections; `place` is the path."""

    def next_session(self, client: Any) -> int:
        """0: there is nothing to count by."""
        return 0

    def log_name(self, client: Any) -> Any:
        """The path: clients have no name."""
        return self.place


def adopt(reactor: UvloopReactor, fileno: int, family: int, factory: Any) -> Any:
    """A connection over a copy of this descriptor; None when the factory does not want it.

    Its protocol is made now and connected in the loop's next turn; what is written to the
    connection before is sent then. `OSError` when the descriptor is no connected socket.
    """
    sock = socket.fromfd(fileno, family, socket.SOCK_STREAM)
    try:
        return _adopted(reactor, sock, factory)
    except BaseException:
        sock.close()
        raise


def _adopted(reactor: UvloopReactor, sock: socket.socket, factory: Any) -> ServerConnection | None:
    peer, own = sock.getpeername(), sock.getsockname()
    unix = sock.family == socket.AF_UNIX
    # For UNIX, Twisted tells the factory our own path.
    protocol = factory.buildProtocol(UNIXAddress(own) if unix else ip_address(named(peer)))
    if protocol is None:
        sock.close()
        return None
    connection = UNIXServerConnection(reactor) if unix else ServerConnection(reactor)
    hand_over(reactor.loop, sock, connection)
    origin = UNIXAdoption(protocol, own) if unix else Adoption(protocol, own[1])
    connection.adopt(origin, sock.family)
    return connection
