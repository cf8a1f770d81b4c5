"""The ports that the gateway listens at."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import define, field, frozen
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IProtocol,
    IProtocolFactory,
    IProtocolNegotiationFactory,
    IStreamServerEndpoint,
)
from twisted.internet.tcp import Port
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.log import callWithContext
from zope.interface import implementer

from altlas.gateway.binds import endpoint
from altlas.gateway.fronted import FrontedReactor
from altlas.settings.tree import Listener

log = Logger()

#: Twisted tells of every port that "SomeFactory starting on" it. We say it in our words; an
#: event of its old log that has this format is written by nobody.
_UNTOLD = {"log_format": ""}

#: bytes that the kernel takes for a client beyond what is on its way to it
UNSENT = 256 * 1024
#: how often the kernel's queue is looked into at a close; each look takes some ten connections
MOST_ROUNDS = 100


class CannotListen(SystemExit, Exception):
    """Listeners could not be bound; the message says which and why.

    It ends the process with 1. As an `Exception` it is what twistd passes on from a
    daemon that fails to start, as a `SystemExit` it leaves no traceback behind.
    """

    def __init__(self, reasons: Iterable[str]) -> None:
        super().__init__("; ".join(reasons))
        self.code = 1


@define(eq=False)
class Ports:
    """All ports of the gateway, opened together, closed a kind (``serves``) at a time.

    Files of an endpoint (certificates) are read when this is made.
    """

    _endpoints: tuple[tuple[Listener, IStreamServerEndpoint], ...]
    _fronts: dict[str, FrontedReactor] = field(factory=dict)
    #: where each listener is bound, by name
    addresses: dict[str, IAddress] = field(factory=dict, init=False)
    #: why those that could not be bound so far could not
    refused: list[str] = field(factory=list, init=False)
    _open: dict[str, list[IListeningPort]] = field(factory=dict, init=False)
    #: who is told of each port that is bound, by the listener's name
    watchers: dict[str, Callable[[Any], object]] = field(factory=dict, init=False)

    @classmethod
    def of(cls, listeners: Iterable[Listener], reactor: Any) -> Ports:
        """The ports of these listeners, not bound yet. Raises `ValueError` for a bad bind."""
        fronts: dict[str, FrontedReactor] = {}
        endpoints = []
        for one in listeners:
            if one.proxy_versions:
                fronts[one.name] = FrontedReactor(reactor, one)
            endpoints.append((one, endpoint(one.bind, fronts.get(one.name, reactor))))
        return cls(tuple(endpoints), fronts)

    def open(self, factories: Mapping[str, IProtocolFactory]) -> Deferred[Any]:
        """Bind every listener to its factory, by name.

        The Deferred fires when all are bound, or fails with `CannotListen`.
        """
        opened = DeferredList([self._bind(*one, factories[one[0].name]) for one in self._endpoints])
        return opened.addCallback(self._judge)

    def close(self, serves: str) -> Deferred[Any]:
        """Take no more connections at the ports that serve this; fires when they are free."""
        ports = self._open.pop(serves, [])
        for port in ports:
            _take_waiting(port)
        closed: list[Deferred[Any]] = [maybeDeferred(port.stopListening) for port in ports]
        if serves == "routes":  # as all do that stand behind a balancer
            closed += [front.finish() for front in self._fronts.values()]
        return DeferredList(closed)

    def _bind(
        self, listener: Listener, endpoint: IStreamServerEndpoint, factory: IProtocolFactory
    ) -> Deferred[None]:
        bound: Deferred[IListeningPort] = callWithContext(
            _UNTOLD, endpoint.listen, HttpFactory(factory)
        )
        return bound.addCallbacks(
            self._bound, self._refused, callbackArgs=(listener,), errbackArgs=(listener,)
        )

    def _bound(self, port: IListeningPort, listener: Listener) -> None:
        self._open.setdefault(listener.serves, []).append(port)
        if listener.name in self.watchers:
            self.watchers[listener.name](port)
        _bound_unsent(port)
        address = self.addresses[listener.name] = port.getHost()
        log.info(
            "Listener {name} serves {serves} at {address}",
            name=listener.name,
            serves=listener.serves,
            address=_shown(address, listener),
        )

    def _refused(self, failure: Failure, listener: Listener) -> None:
        reason = f"[listener:{listener.name}] {listener.bind}: {_reason(failure)}"
        log.critical("Cannot listen: {reason}", reason=reason)
        self.refused.append(reason)

    def _judge(self, _: Any) -> None:
        if self.refused:
            raise CannotListen(self.refused)


def _bound_unsent(port: IListeningPort) -> None:
    """Have the kernel keep little for clients that read slowly; connections inherit it.

    It would keep 4 MiB for each, and when some hundreds have made TCP's memory short for the
    machine (tcp_mem in tcp(7)), every connection of every process stalls, honest or not.
    """
    if isinstance(port, Port) and port.addressFamily in (socket.AF_INET, socket.AF_INET6):
        port.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)


def _take_waiting(port: IListeningPort) -> None:
    """Accept who waits in the kernel's queue, and let nobody else in from this moment on.

    They have connected, and may have sent a request: to close the port would reset them.
    """
    if not isinstance(port, Port):
        return
    waiting = select.poll()
    waiting.register(port.socket, select.POLLIN)
    for _ in range(MOST_ROUNDS):  # who keeps coming, or finds no descriptor, must not hold us up
        if not waiting.poll(0):
            break
        port.doRead()
    port.socket.shutdown(socket.SHUT_RDWR)


@implementer(IProtocolFactory, IProtocolNegotiationFactory)
@frozen
class HttpFactory:
    """A factory for HTTP, quiet, that says to TLS which one it is (ALPN, RFC 7301): 1.1, unless
    the factory inside knows more.

    Clients that offer ``h2`` and ``http/1.1`` would be turned away by OpenSSL from a server
    that chooses neither.
    """

    _inside: IProtocolFactory
    noisy = False

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        """What the factory inside builds."""
        return self._inside.buildProtocol(addr)

    def doStart(self) -> None:
        """Tell the factory inside that it is in use."""
        self._inside.doStart()

    def doStop(self) -> None:
        """Tell the factory inside that it is no longer in use."""
        self._inside.doStop()

    def acceptableProtocols(self) -> list[bytes]:
        """What is spoken within TLS."""
        inside = IProtocolNegotiationFactory(self._inside, None)
        return [b"http/1.1"] if inside is None else inside.acceptableProtocols()


def _reason(failure: Failure) -> str:
    error = failure.value
    if isinstance(error, CannotListenError):
        error = error.socketError
    return getattr(error, "strerror", None) or str(error)


def _shown(address: Any, listener: Listener) -> str:
    """Where one connects to; the port as bound, which may have been chosen by the system."""
    if not hasattr(address, "port"):
        return listener.bind
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{host}:{address.port}"
