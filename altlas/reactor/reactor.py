"""The reactor."""

from __future__ import annotations

import os
import socket
from asyncio import set_event_loop
from collections.abc import Callable
from typing import Any

import uvloop
from twisted.internet._signals import SignalHandling, _MultiSignalHandling
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.base import ReactorBase
from twisted.internet.error import UnsupportedAddressFamily
from twisted.internet.main import installReactor
from twisted.logger import Logger
from twisted.python.failure import Failure

from altlas.reactor.adoption import adopt
from altlas.reactor.attempt import TCPConnector, UNIXConnector
from altlas.reactor.children import ChildSignals
from altlas.reactor.connection import Connection
from altlas.reactor.departures import Departures
from altlas.reactor.port import StreamPort, TCPPort, UNIXPort

log = Logger()


class UvloopReactor(AsyncioSelectorReactor):
    """Twisted's reactor on a uvloop loop, with uvloop's own stream transports.

    Everything that is not a stream is Twisted's asyncio reactor. It may be made before a
    fork and run after it, as twistd does (see `run`).
    """

    def __init__(self, loop: uvloop.Loop | None = None) -> None:
        self.loop = uvloop.new_event_loop() if loop is None else loop
        # Open connections, and ports that accept: what other reactors watch as readers.
        self.streams: set[Connection | StreamPort] = set()
        self.departures = Departures(self.loop)
        self._made_by = os.getpid()
        super().__init__(self.loop)
        self.loop.set_exception_handler(_log_trouble)

    # IReactorTCP, IReactorUNIX

    def listenTCP(self, port: Any, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        listening = TCPPort(port, factory, backlog, interface, self)
        listening.startListening()
        return listening

    def connectTCP(
        self, host: Any, port: Any, factory: Any, timeout: float = 30.0, bindAddress: Any = None
    ) -> Any:
        connector = TCPConnector(host, port, factory, timeout, bindAddress, self)
        connector.connect()
        return connector

    def listenUNIX(
        self, address: Any, factory: Any, backlog: int = 50, mode: int = 0o666, wantPID: int = 0
    ) -> Any:
        listening = UNIXPort(address, factory, backlog, mode, self, wantPID)
        listening.startListening()  # type: ignore[no-untyped-call]
        return listening

    def connectUNIX(
        self, address: Any, factory: Any, timeout: float = 30, checkPID: int = 0
    ) -> Any:
        connector = UNIXConnector(  # type: ignore[no-untyped-call]
            address, factory, timeout, self, checkPID
        )
        connector.connect()
        return connector

    # IReactorSocket

    def adoptStreamPort(self, fileDescriptor: int, addressFamily: Any, factory: Any) -> Any:
        self._check_family(addressFamily)
        listening: Any
        if addressFamily == socket.AF_UNIX:
            listening = UNIXPort._fromListeningDescriptor(self, fileDescriptor, factory)  # type: ignore[no-untyped-call]
        else:
            listening = TCPPort._fromListeningDescriptor(  # type: ignore[no-untyped-call]
                self, fileDescriptor, addressFamily, factory
            )
        listening.startListening()
        return listening

    def adoptStreamConnection(self, fileDescriptor: int, addressFamily: Any, factory: Any) -> Any:
        self._check_family(addressFamily)
        return adopt(self, fileDescriptor, addressFamily, factory)

    def _check_family(self, family: Any) -> None:
        if family not in self._supportedAddressFamilies:
            raise UnsupportedAddressFamily(family)

    # IReactorFDSet, of which streams are a part for those who look

    def addReader(self, reader: Any) -> None:
        if isinstance(reader, Connection | StreamPort):
            reader.startReading()
        else:
            super().addReader(reader)  # type: ignore[no-untyped-call]

    def removeReader(self, reader: Any) -> None:
        if reader in self.streams:
            reader.stopReading()
        else:
            super().removeReader(reader)  # type: ignore[no-untyped-call]

    def getReaders(self) -> list[Any]:
        plain: list[Any] = super().getReaders()  # type: ignore[no-untyped-call]
        return plain + [stream for stream in self.streams if stream.reading]

    def getWriters(self) -> list[Any]:
        plain: list[Any] = super().getWriters()  # type: ignore[no-untyped-call]
        return plain + [stream for stream in self.streams if stream.writing]

    def removeAll(self) -> list[Any]:
        streams = [stream for stream in self.streams if stream.reading or stream.writing]
        for stream in streams:
            stream.stopReading()
        plain: list[Any] = super().removeAll()  # type: ignore[no-untyped-call]
        return plain + streams

    # IReactorTime, IReactorFromThreads

    def make_due_calls(self) -> None:
        """Make the delayed calls whose time has come, before anything else happens."""
        due = self._scheduledAt
        if due is not None and due <= self.loop.time():
            self._onTimer()

    def callFromThread(  # type: ignore[override]
        self, callable: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        # Twisted's own queue, not the loop's, because that is lost at `_renew`.
        self.threadCallQueue.append((callable, args, kwargs))
        self.loop.call_soon_threadsafe(self._onTimer)

    # Life

    def run(self, installSignalHandlers: bool = True) -> None:
        """Run until stopped. In a child of the process that made this reactor, on a new loop."""
        if self._made_by != os.getpid():
            self._renew()
        super().run(installSignalHandlers)  # type: ignore[no-untyped-call]

    def _signalsFactory(self) -> SignalHandling:
        plain = ReactorBase._signalsFactory(self)
        return _MultiSignalHandling((plain, ChildSignals(self)))

    def _renew(self) -> None:
        """Move everything to a new loop, since the old one shares its epoll with our parent.

        The old one is kept but never closed: that would take the parent's sockets out, too.
        """
        ports = [stream for stream in self.streams if isinstance(stream, StreamPort)]
        for port in ports:
            port.stopReading()
        self._left_behind = self.loop
        self.loop = self._asyncioEventloop = uvloop.new_event_loop()
        self.departures = Departures(self.loop)
        self._made_by = os.getpid()
        self.loop.set_exception_handler(_log_trouble)
        set_event_loop(self.loop)
        for port in ports:
            port.startReading()
        self._watch_again()
        # Whatever was put off until a time, or came from a thread.
        self._timerHandle = None
        self.loop.call_soon(self._onTimer)

    def _watch_again(self) -> None:
        for reader in (readers := self._readers.copy()):
            self._readers.pop(reader)
        for writer in (writers := self._writers.copy()):
            self._writers.pop(writer)
        for reader in readers:
            self.addReader(reader)
        for writer in writers:
            self.addWriter(writer)  # type: ignore[no-untyped-call]


def install() -> None:
    """Make this the global reactor, and its loop asyncio's current one.

    `twisted.internet.error.ReactorAlreadyInstalledError` when another was chosen before.
    """
    reactor = UvloopReactor()
    installReactor(reactor)
    set_event_loop(reactor.loop)


def _log_trouble(_: Any, trouble: dict[str, Any]) -> None:
    """Log what went wrong in the loop (uvloop would tell asyncio's logger)."""
    error = trouble.get("exception")
    message = trouble.get("message", "Unhandled error in the loop")
    if error is None:
        log.error("{message}", message=message)
    else:
        log.failure("{message}", Failure(error), message=message)
