"""The addresses that endpoints bind, tried before anything depends on them."""

from __future__ import annotations

import errno
import os
import socket
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from attrs import frozen

from altlas.gateway.binds import Bind

#: the longest path of a UNIX socket (unix(7)), without the NUL at its end
_LONGEST_PATH = 107
_ANY = ("", "0.0.0.0", "::")
#: the interface of each kind that is a TCP port, where none is written
_INTERFACES = {"tcp": "", "tcp6": "::", "ssl": "", "tls": "::"}
#: the port of a ``tls:`` that names none
_HTTPS = "443"


class Address(Protocol):
    """Somewhere to listen."""

    def overlaps(self, other: object) -> bool:
        """Whether not both can be bound."""

    def misplaced(self) -> str:
        """Why nobody could bind it, or nothing."""

    def refusal(self, held: ExitStack) -> str:
        """Why it cannot be bound, or nothing: then it is, until `held` is closed."""


@frozen
class TcpAddress:
    """A port of one interface, or of all when `interface` is empty."""

    port: int
    interface: str

    @property
    def family(self) -> socket.AddressFamily:
        """IPv4, or IPv6 when the interface is written so."""
        return socket.AF_INET6 if ":" in self.interface else socket.AF_INET

    def overlaps(self, other: object) -> bool:
        """Whether not both can be bound."""
        if not isinstance(other, TcpAddress) or self.port != other.port or self.port == 0:
            return False
        if "::" in (self.interface, other.interface):
            return True  # all of IPv4 as well
        if self.family is not other.family:
            return False
        interfaces = (self.interface, other.interface)
        return interfaces[0] == interfaces[1] or any(one in _ANY for one in interfaces)

    def misplaced(self) -> str:
        """Why nobody could bind it: of a port that is known only by trying."""
        return ""

    def refusal(self, held: ExitStack) -> str:
        """Why it cannot be bound, or nothing: then it is, until `held` is closed."""
        try:
            trial = held.enter_context(socket.socket(self.family, socket.SOCK_STREAM))
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((self.interface, self.port))
            trial.listen(1)
        except OSError as error:
            return error.strerror or str(error)
        return ""


@frozen
class UnixAddress:
    """The path of a UNIX socket. With a `lockfile` beside it one that was left over is removed."""

    path: str
    lockfile: bool

    def overlaps(self, other: object) -> bool:
        """Whether not both can be bound."""
        return isinstance(other, UnixAddress) and self.path == other.path

    def misplaced(self) -> str:
        """Why nobody could bind it, or nothing."""
        folder = Path(self.path).parent
        if len(os.fsencode(self.path)) > _LONGEST_PATH:
            return f"the path is longer than {_LONGEST_PATH} bytes"
        if not folder.is_dir():
            return f"{folder} is no folder"
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"{folder} cannot be written to"
        return ""

    def refusal(self, held: ExitStack) -> str:
        """Why it cannot be bound, or nothing. That is looked up, not tried."""
        try:
            mode = os.lstat(self.path).st_mode
        except OSError:
            return ""
        if not stat.S_ISSOCK(mode):
            return "a file that is no socket is there"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
            left_over = trial.connect_ex(self.path) == errno.ECONNREFUSED
        return "" if left_over and self.lockfile else os.strerror(errno.EADDRINUSE)


def address_of(bind: Bind) -> Address | None:
    """What a bind that has an endpoint binds; None for what comes to Twisted ready-made."""
    parameters = bind.parameters
    if bind.kind == "unix":
        return UnixAddress(parameters["address"], parameters.get("lockfile", "1") != "0")
    if bind.kind not in _INTERFACES:
        return None
    interface = parameters.get("interface", _INTERFACES[bind.kind])
    port = parameters.get("port", _HTTPS) if bind.kind == "tls" else parameters["port"]
    return TcpAddress(int(port), interface)
