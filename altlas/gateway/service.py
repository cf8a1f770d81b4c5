"""The gateway as a service of twistd: listens, serves, and goes down in good order."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random, SystemRandom
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import (
    Deferred,
    DeferredList,
    FirstError,
    gatherResults,
    maybeDeferred,
)
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IAddress, IListeningPort, IProtocolFactory
from twisted.logger import Logger
from twisted.protocols.policies import WrappingFactory
from twisted.python.failure import Failure

import altlas.balancing
from altlas.admin.api import AdminAPI
from altlas.admin.site import admin_site
from altlas.backend.running import Surroundings
from altlas.edge.channel import Channel
from altlas.edge.exchange import Exchange
from altlas.edge.listening import ChannelFactory, Listening
from altlas.gateway.draining import drained
from altlas.gateway.generation import Generation, generation
from altlas.gateway.signals import Signals
from altlas.gateway.view import GatewayView
from altlas.kinds import Catalog, discover
from altlas.observability.access_log import AccessLog
from altlas.observability.metrics import Metrics
from altlas.observability.record import ExchangeRecord
from altlas.settings.tree import Listener, Settings
from altlas.timers import Timers
from altlas.wire.forwarding import Forwarding

log = Logger()


def catalog() -> Catalog:
    """Every kind that this version has."""
    return discover(altlas.balancing)


class GatewayService(Service):
    """Serves `settings` from `startService` until the Deferred of `stopService` fires.

    Making one compiles the settings and opens the access log; it raises `OSError` or
    `ValueError` for files that cannot be used. `listening` fires once every listener
    is bound (its failure is a bind that failed), `addresses` tells where, by name.
    """

    name = "altlas-gateway"

    def __init__(
        self,
        settings: Settings,
        reactor: Any,
        wall_clock: Callable[[], float] = time.time,
        random: Random | None = None,
    ) -> None:
        self.settings = settings
        self.listening: Deferred[Any] = Deferred()
        self.addresses: dict[str, IAddress] = {}
        self.listeners: dict[str, Listening] = {}
        self._ports: dict[str, list[IListeningPort]] = {"routes": [], "admin": []}
        self._admins: list[WrappingFactory] = []
        self.draining = False
        self.metrics = Metrics()
        self.timers = Timers(reactor)
        self._reactor = reactor
        self._random = random or Random(SystemRandom().getrandbits(256))
        surroundings = Surroundings(
            reactor=reactor,
            timers=self.timers,
            wall_clock=wall_clock,
            random=self._random,
            metrics=self.metrics,
            catalog=catalog(),
        )
        self._wall_clock = wall_clock
        self.generation: Generation = generation(settings, surroundings)
        self.access_log = AccessLog(
            settings.access_log, self.timers, failed=self.metrics.access_log_failed
        )
        self.view = GatewayView(self, wall_clock)
        self.metrics.watch(self.view)
        self.metrics.reloaded(True, wall_clock())
        self._signals = Signals(reactor, self.access_log.reopen)

    # --- start ---------------------------------------------------------------------------

    def startService(self) -> None:
        """Bind every listener and begin to probe."""
        super().startService()  # type: ignore[no-untyped-call]
        self._signals.install()
        self.generation.start()
        bound = [self._bind(listener) for listener in self.settings.listeners]
        gatherResults(bound, consumeErrors=True).addCallbacks(self._bound, self._unbound)

    def _bind(self, listener: Listener) -> Deferred[Any]:
        factory = self._admin() if listener.serves == "admin" else self._edge(listener)
        endpoint = serverFromString(self._reactor, listener.bind)
        bound: Deferred[Any] = endpoint.listen(factory)
        return bound.addCallbacks(
            self._listens, self._refused, callbackArgs=(listener,), errbackArgs=(listener,)
        )

    def _listens(self, port: IListeningPort, listener: Listener) -> None:
        self._ports[listener.serves].append(port)
        self.addresses[listener.name] = port.getHost()
        log.info("Listener {name} is at {bind}", name=listener.name, bind=listener.bind)

    def _refused(self, failure: Failure, listener: Listener) -> Failure:
        log.critical(
            "Listener {name} cannot listen at {bind}: {reason}",
            name=listener.name,
            bind=listener.bind,
            reason=failure.getErrorMessage(),
        )
        return failure

    def _bound(self, _: Any) -> None:
        log.info("The gateway is up with {count} routes", count=len(self.settings.routes))
        self.listening.callback(None)

    def _unbound(self, failure: Failure) -> None:
        first = failure.value
        assert isinstance(first, FirstError)
        self.listening.errback(first.subFailure)

    def _admin(self) -> IProtocolFactory:
        # Wrapped, so that its connections can be found when the gateway goes down.
        factory = WrappingFactory(admin_site(AdminAPI(self.view, self.metrics), self._reactor))
        factory.noisy = False
        self._admins.append(factory)
        return factory

    def _edge(self, listener: Listener) -> IProtocolFactory:
        listening = self.listeners[listener.name] = Listening(
            listener,
            self.timers,
            Forwarding(self.settings.gateway.via),
            self._dispatch,
            self._report,
            self._wall_clock,
            self._random,
        )
        return ChannelFactory(listening, Channel)

    # --- traffic -----------------------------------------------------------------------------

    def _dispatch(self, exchange: Exchange) -> None:
        self.generation.dispatcher.serve(exchange)

    def _report(self, record: ExchangeRecord) -> None:
        self.metrics.observe(record)
        self.access_log.write(record)

    # --- stop ----------------------------------------------------------------------------------

    def stopService(self) -> Deferred[Any]:
        """Stop accepting, let exchanges finish for ``drain.timeout``, then cut what is left."""
        super().stopService()  # type: ignore[no-untyped-call]
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        log.info("The gateway is going down")
        self.draining = True
        await drained(
            self._ports["routes"],
            self.listeners.values(),
            self.settings.gateway.drain,
            self._reactor,
        )
        await self.generation.stop()
        await self._stop_admin()
        self.access_log.close()
        self.timers.close()
        self._signals.restore()
        log.info("The gateway is down")

    async def _stop_admin(self) -> None:
        # Last, so that the way down can be watched.
        await DeferredList([maybeDeferred(port.stopListening) for port in self._ports["admin"]])
        for factory in self._admins:
            for protocol in list(factory.protocols):
                protocol.transport.abortConnection()
