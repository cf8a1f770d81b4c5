"""A backend at work: its settings made into instances, a stack and probes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from attrs import define, frozen
from treq.client import HTTPClient
from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger, LogLevel

from altlas.backend.guarding import Guard
from altlas.backend.picking import Picker
from altlas.backend.probing import HttpProbe, Prober
from altlas.backend.roster import Member, Roster
from altlas.backend.stack import Parts, Stack
from altlas.health.ledger import Change
from altlas.kinds import Catalog, Kind
from altlas.observability.metrics import Metrics
from altlas.resilience.breaker import Breaker, Open, closed
from altlas.resilience.budget import RetryBudget
from altlas.settings.tree import Backend
from altlas.timers import Timers
from altlas.upstream.agent import GatewayAgent
from altlas.upstream.client import GatewayClient
from altlas.upstream.pool import PoolSettings
from altlas.upstream.tls import TLSSettings

log = Logger()


@frozen(kw_only=True)
class Surroundings:
    """What the gateway lends to everything that it runs."""

    reactor: Any
    timers: Timers
    #: seconds since the epoch
    wall_clock: Callable[[], float]
    random: Random
    metrics: Metrics
    catalog: Catalog


@define(eq=False)
class RunningBackend:
    """One backend: `stack` takes calls from the moment it is made, probes run from `start`."""

    settings: Backend
    #: name of the balancer's kind
    balancer: str
    roster: Roster
    picker: Picker
    guard: Guard
    budget: RetryBudget
    stack: Stack
    agent: GatewayAgent
    tls: TLSSettings
    _probe_agent: GatewayAgent
    _prober: Prober

    @property
    def name(self) -> str:
        """Its name in the configuration."""
        return self.settings.name

    def start(self) -> None:
        """Begin to probe."""
        self._prober.start()

    def stop(self) -> Deferred[Any]:
        """End the probes, close the idle connections; fires when those in use are gone too."""
        self._prober.stop()
        return DeferredList([self._probe_agent.close(), self.agent.close()])


def running(settings: Backend, surroundings: Surroundings) -> RunningBackend:
    """Put a backend together. Nothing is sent or probed yet, and no file is read: a ``tls.ca``
    that cannot be used fails each connection (`altlas.gateway.preflight` finds it before).
    """
    timers, random = surroundings.timers, surroundings.random
    clock = timers.clock
    probe = settings.probe
    roster = Roster.of(settings.instances, probe, surroundings.wall_clock)
    kind = _balancer_kind(settings, surroundings.catalog)
    balancer = kind.make(settings.balancer or kind.settings(), random)
    picker = Picker(roster, balancer, settings.max_requests, settings.queue, timers)
    guard = Guard(closed(settings.breaker, clock.seconds()), random.random)
    budget = RetryBudget(settings.retry.budget, settings.retry.budget_minimum, clock.seconds())
    tls = TLSSettings.of(settings.tls)
    agent = _agent(settings, surroundings, settings.pool.idle, tls)
    # A probe is to see whether a connection can be made, and leaves none behind.
    probes = _agent(settings, surroundings, 0, tls)
    parts = Parts(
        settings=settings,
        picker=picker,
        guard=guard,
        budget=budget,
        client=GatewayClient(agent),
        timers=timers,
        random=random.random,
        metrics=surroundings.metrics,
    )
    prober = Prober(
        settings.name,
        probe,
        roster,
        HttpProbe(probe, HTTPClient(probes), clock),
        clock,
        random.random,
        surroundings.metrics,
    )
    roster.on_change.append(lambda member, change: _tell_health(settings.name, member, change))
    guard.on_change.append(lambda breaker: _tell_breaker(settings.name, breaker))
    return RunningBackend(
        settings, kind.name, roster, picker, guard, budget, Stack(parts), agent, tls, probes, prober
    )


def _balancer_kind(settings: Backend, catalog: Catalog) -> Kind:
    if settings.balancer is None:  # a tree built by hand
        return catalog.get("balancer", "round-robin")
    return catalog.kind_of("balancer", settings.balancer)


def _agent(
    settings: Backend, surroundings: Surroundings, idle: int, tls: TLSSettings
) -> GatewayAgent:
    agent = GatewayAgent(surroundings.reactor, surroundings.timers)
    pool = settings.pool
    for instance in settings.instances:
        agent.register(
            instance.origin,
            PoolSettings(
                connect_timeout=settings.timeout.connect,
                idle=idle,
                idle_timeout=pool.idle_timeout,
                lifetime=pool.lifetime,
                tls=tls,
            ),
        )
    return agent


def _tell_health(backend: str, member: Member, change: Change) -> None:
    log.emit(
        LogLevel.warn if change.leaves else LogLevel.info,
        "Instance {instance} of {backend} is {state}: {reason}",
        instance=member.name,
        backend=backend,
        state=change.after,
        reason=change.reason,
    )


def _tell_breaker(backend: str, breaker: Breaker) -> None:
    log.emit(
        LogLevel.warn if isinstance(breaker, Open) else LogLevel.info,
        "The breaker of {backend} is {state}{reason}",
        backend=backend,
        state=breaker.state,
        reason=f": {breaker.reason}" if breaker.reason else "",
    )
