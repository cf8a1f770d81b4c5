"""The socket below a stream, for those who ask for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any, cast

from altlas.reactor.addresses import ip_address, named
from altlas.reactor.conduit import Conduit


class LentSocket(socket.socket):
    """A look at a socket that uvloop owns: options, addresses, peeking.

    Closing it lets go of the connection without telling the protocol (whoever took a copy
    of the descriptor goes on with that); forgetting it closes nothing.
    """

    def __init__(self, family: int, fileno: int, let_go: Callable[[], object]) -> None:
        super().__init__(family, socket.SOCK_STREAM, 0, fileno=fileno)
        self._let_go: Callable[[], object] | None = let_go

    def close(self) -> None:
        """Let go of the connection."""
        let_go, self._let_go = self._let_go, None
        self.detach()
        if let_go is not None:
            let_go()

    def dup(self) -> socket.socket:  # type: ignore[override]
        """A socket of the caller's own, on a copy of the descriptor."""
        fileno = os.dup(self.fileno())
        return socket.socket(self.family, socket.SOCK_STREAM, 0, fileno=fileno)

    def __exit__(self, *args: Any) -> None:
        self.detach()

    def __del__(self) -> None:
        self.detach()


class Handle(Conduit):
    """The descriptor, the addresses and the options of a connection's socket."""

    family: int = socket.AF_INET
    _socket: LentSocket | None = None

    def fileno(self) -> int:
        """The descriptor, or -1 when there is none (any more)."""
        if not self.connected or self._stream is None:
            return -1
        return cast(int, self._stream.get_extra_info("socket").fileno())

    @property
    def socket(self) -> LentSocket:
        """The socket that uvloop reads and writes; `AttributeError` when it is closed."""
        if self._socket is None:
            fileno = self.fileno()
            if fileno == -1:
                raise AttributeError("socket")
            self._socket = LentSocket(self.family, fileno, self._abandon)
        return self._socket

    def _take_back(self) -> None:
        if self._socket is not None:
            self._socket.detach()
            self._socket = None

    def _abandon(self) -> None:
        """Let go of the connection without a word."""
        raise NotImplementedError

    def getHandle(self) -> Any:
        """The socket, still owned by the reactor."""
        return self.socket

    def getHost(self) -> Any:
        """This side's address; known after the end, too."""
        assert self._stream is not None
        return ip_address(named(self._stream.get_extra_info("sockname")))

    def getPeer(self) -> Any:
        """The other side's address; known after the end, too."""
        assert self._stream is not None
        return ip_address(named(self._stream.get_extra_info("peername")))

    def getTcpNoDelay(self) -> bool:
        """Whether small writes go out at once (the default here)."""
        if self._is_untouched():
            return True
        return bool(self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Send small writes at once, or (Nagle) gather them."""
        if enabled and self._is_untouched():
            return
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, enabled)

    def _is_untouched(self) -> bool:
        """Whether the socket is as uvloop made it, since nobody has had it in hand yet."""
        return self.connected and self._socket is None

    def getTcpKeepAlive(self) -> bool:
        """Whether the system probes a silent peer."""
        return bool(self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    def setTcpKeepAlive(self, enabled: bool) -> None:
        """Let the system probe a silent peer."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, enabled)
