"""The gateway as a service of twistd: listens, serves, and goes down in good order."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random, SystemRandom
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IAddress, IProtocolFactory
from twisted.logger import Logger
from twisted.protocols.policies import WrappingFactory
from twisted.python.failure import Failure

from altlas.admin.api import AdminAPI
from altlas.admin.site import admin_site
from altlas.backend.running import Surroundings
from altlas.edge.dispatching import Dispatcher
from altlas.edge.handshake import HTTP_1
from altlas.edge.headroom import Headroom
from altlas.edge.http2.choosing import entrances
from altlas.edge.listening import Entrance, Listening
from altlas.edge.pages.publishing import Publishing
from altlas.gateway.admin_access import access_faults, token_of
from altlas.gateway.catalog import catalog
from altlas.gateway.certificates import Certificates
from altlas.gateway.contracts.keeping import Contracts
from altlas.gateway.contracts.means import Means
from altlas.gateway.contracts.readings import Readings
from altlas.gateway.counts import counted
from altlas.gateway.draining import Draining
from altlas.gateway.generation import Generation, generation
from altlas.gateway.ports import CannotListen, Ports
from altlas.gateway.replanting import Replanting
from altlas.gateway.signals import Signals
from altlas.gateway.view import GatewayView
from altlas.observability.access_log import AccessLog
from altlas.observability.metrics import Metrics
from altlas.observability.record import ExchangeRecord
from altlas.settings.tree import Listener, Settings
from altlas.timers import Timers
from altlas.tls.identity import withheld
from altlas.wire.forwarding import Forwarding

log = Logger()


#: seconds that connections to instances may take to close when no exchange needs them
CLOSING = 5.0


class GatewayService(Service):
    """Serves `settings` from `startService` until the Deferred of `stopService` fires.

    Making one compiles the settings, reads certificates and contracts and opens the access log;
    it raises `OSError` or `ValueError` for files that cannot be used. `readings` has contracts that
    were read already. Starting it binds the listeners
    (earlier, by `privilegedStartService`, where twistd is to change its user) and raises
    `CannotListen` for those that are refused at once. `listening` fires once all are bound;
    it fails where an endpoint takes its time to be refused.
    """

    name = "altlas-gateway"

    def __init__(
        self,
        settings: Settings,
        reactor: Any,
        wall_clock: Callable[[], float] = time.time,
        random: Random | None = None,
        readings: Readings | None = None,
    ) -> None:
        self.settings = settings
        self.listening: Deferred[Any] = Deferred()
        self.listeners: dict[str, Listening] = {}
        self.admins: dict[str, WrappingFactory] = {}
        self.draining = False
        self.metrics = Metrics()
        self.timers = Timers(reactor)
        self._ports, self.headroom = Ports.of(settings.listeners, reactor), Headroom(self.timers)
        self._tokens = {one.name: _token(one) for one in settings.listeners}
        self.certificates = Certificates.of(settings.listeners, self.timers, wall_clock)
        self._opened = False
        #: called when most of what the gateway stands on was replaced
        self.replaced: Callable[[], object] = lambda: None
        self._withheld = withheld(one.tls for one in settings.listeners)
        self._reactor = reactor
        self._random = random or Random(SystemRandom().getrandbits(256))
        self._wall_clock = wall_clock
        means = Means.of(reactor, wall_clock, self._random)
        self.contracts = Contracts.of(settings.contracts, means, settings.gateway.state, readings)
        self.generation: Generation = self._generation()
        self._replanting = Replanting(self.generation, means.in_thread, self._serve)
        self._publishing = Publishing(settings, self.contracts.kept, means.in_thread)
        self.contracts.on_change = self._changed
        self.access_log = AccessLog(
            settings.access_log, self.timers, failed=self.metrics.access_log_failed
        )
        self.view = GatewayView(self, wall_clock)
        self.metrics.watch(self.view)
        self.metrics.reloaded(True, wall_clock())
        self._signals = Signals(reactor, self.access_log.reopen, self._renew)

    def _generation(self) -> Generation:
        surroundings = Surroundings(
            reactor=self._reactor,
            timers=self.timers,
            wall_clock=self._wall_clock,
            random=self._random,
            metrics=self.metrics,
            catalog=catalog(),
        )
        made = generation(self.settings, surroundings, self.contracts.kept)
        for backend in made.backends.values():
            self.certificates.watch(f"backend:{backend.name}", backend.tls)
        return made

    @property
    def addresses(self) -> dict[str, IAddress]:
        """Where the listeners are bound, by name."""
        return self._ports.addresses

    # --- start ---------------------------------------------------------------------------

    def privilegedStartService(self) -> None:
        """Bind every listener."""
        super().privilegedStartService()  # type: ignore[no-untyped-call]
        self._open()

    def startService(self) -> None:
        """Bind every listener that is not bound yet, and begin to probe."""
        super().startService()  # type: ignore[no-untyped-call]
        self._signals.install()
        self._open()
        self.generation.start()
        self.certificates.start()
        self.contracts.start()
        self._replanting.tell()

    def _open(self) -> None:
        if self._opened:
            return
        self._opened = True
        opened = self._ports.open({one.name: self._factory(one) for one in self.settings.listeners})
        if self._ports.refused:
            opened.addErrback(lambda failure: failure.trap(CannotListen))
            raise CannotListen(self._ports.refused)
        opened.addCallback(self._tell).chainDeferred(self.listening)

    def _tell(self, _: Any) -> None:
        log.info(
            "The gateway is up: {routes}, {backends}",
            routes=counted(len(self.settings.routes), "route"),
            backends=counted(len(self.settings.backends), "backend"),
        )

    def _factory(self, listener: Listener) -> IProtocolFactory:
        return self._admin(listener) if listener.serves == "admin" else self._edge(listener)

    def _admin(self, listener: Listener) -> IProtocolFactory:
        api = AdminAPI(self.view, self.metrics, listener.admin.hosts, self._tokens[listener.name])
        site = admin_site(api, self._reactor)
        # Wrapped, so that its connections can be found when the gateway goes down.
        factory = self.admins[listener.name] = WrappingFactory(site)
        site.noisy = factory.noisy = False
        return self.certificates.secured(listener, {HTTP_1: factory})

    def _edge(self, listener: Listener) -> IProtocolFactory:
        listening = self.listeners[listener.name] = Listening(
            listener,
            self.timers,
            Forwarding(self.settings.gateway.via, self._withheld),
            self.generation.dispatcher.serve,
            self._report,
            self._wall_clock,
            self._random,
            self._publishing.leaves(listener),
        )
        self.headroom.serve(listening.capacity)
        self._ports.watchers[listener.name] = listening.gate.add
        inside = self.certificates.secured(listener, entrances(listening), listening)
        return Entrance(inside, listening.capacity)

    # --- what is replaced while it runs --------------------------------------------------

    def _renew(self) -> None:
        self.certificates.renew()
        self.contracts.renew()

    def _changed(self, contract: str) -> None:
        self._replanting.changed(contract)
        self._publishing.changed(contract)

    def _serve(self, dispatcher: Dispatcher) -> None:
        """Have the exchanges that begin from now on find other routes."""
        for listening in self.listeners.values():
            listening.serve(dispatcher.serve)
        self.replaced()

    # --- traffic -----------------------------------------------------------------------------

    def _report(self, record: ExchangeRecord) -> None:
        self.metrics.observe(record)
        self.access_log.write(record)

    # --- stop ----------------------------------------------------------------------------------

    def stopService(self) -> Deferred[Any]:
        """Stop accepting, let exchanges finish for ``drain.timeout``, then cut what is left."""
        super().stopService()  # type: ignore[no-untyped-call]
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        drain = self.settings.gateway.drain
        log.info(
            "The gateway is going down: it accepts for {grace:g} s more, "
            "then exchanges may take {timeout:g} s",
            grace=drain.grace,
            timeout=drain.timeout,
        )
        self.draining = True
        self.contracts.stop()
        self._replanting.stop()
        self._publishing.stop()
        draining = Draining(self.listeners.values(), drain, self._reactor)
        self._signals.hurry(draining.hurry)
        await draining.drained(lambda: self._ports.close("routes"))
        await self.generation.stop().addTimeout(CLOSING, self._reactor).addErrback(_overdue)
        await self._stop_admin()
        self.access_log.close()
        self.certificates.stop()
        self.timers.close()
        self._signals.restore()
        log.info("The gateway is down")

    async def _stop_admin(self) -> None:
        # Last, so that the way down can be watched.
        await self._ports.close("admin")
        for factory in self.admins.values():
            for protocol in list(factory.protocols):
                protocol.transport.abortConnection()


def _token(listener: Listener) -> bytes | None:
    for key, reason in access_faults(listener):
        raise ValueError(f"[listener:{listener.name}] {key}: {reason}")
    return token_of(listener)


def _overdue(failure: Failure) -> None:
    failure.trap(TimeoutError)
    log.warn("Connections to instances are still open after {seconds:g} s", seconds=CLOSING)
