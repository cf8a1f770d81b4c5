"""A reactor for the endpoints of a listener that stands behind a balancer.

The PROXY header comes before everything, TLS too, and endpoints put TLS around the factory that
they are given: so it is at the port itself that the header must be met.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.task import deferLater
from twisted.protocols.tls import TLSMemoryBIOFactory

from altlas.edge.channel import LAST_MOMENT
from altlas.edge.preamble import PreambleFactory
from altlas.settings.tree import Listener
from altlas.timers import Timers


class FrontedReactor:
    """The reactor, but for its ports: their connections begin with a PROXY header."""

    def __init__(self, reactor: Any, listener: Listener) -> None:
        self._reactor = reactor
        self._listener = listener
        self._timers = Timers(reactor)
        self._factories: list[PreambleFactory] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def listenTCP(self, port: int, factory: IProtocolFactory, *more: Any, **named: Any) -> Any:
        """As `IReactorTCP` has it."""
        return self._reactor.listenTCP(port, self._fronted(factory), *more, **named)

    def listenSSL(
        self, port: int, factory: IProtocolFactory, contextFactory: Any, *more: Any, **named: Any
    ) -> Any:
        """As `IReactorSSL` has it: TLS begins behind the header."""
        secured = TLSMemoryBIOFactory(contextFactory, False, factory, self._reactor)
        return self.listenTCP(port, secured, *more, **named)

    def listenUNIX(self, address: Any, factory: IProtocolFactory, *more: Any, **named: Any) -> Any:
        """As `IReactorUNIX` has it."""
        return self._reactor.listenUNIX(address, self._fronted(factory), *more, **named)

    def adoptStreamPort(self, descriptor: int, family: Any, factory: IProtocolFactory) -> Any:
        """As `IReactorSocket` has it."""
        return self._reactor.adoptStreamPort(descriptor, family, self._fronted(factory))

    def finish(self) -> Deferred[None]:
        """Wait a moment for the headers that are on their way, when the ports are closed, and end
        the connections that have none then.
        """
        late = any(factory.waits for factory in self._factories)
        moment: Deferred[Any] = deferLater(self._reactor, LAST_MOMENT) if late else succeed(None)
        return moment.addCallback(self._end)

    def _end(self, _: Any) -> None:
        for factory in self._factories:
            factory.cut()
        self._timers.close()

    def _fronted(self, factory: IProtocolFactory) -> PreambleFactory:
        made = PreambleFactory(self._listener, factory, self._timers)
        self._factories.append(made)
        return made
