"""The gateway as admin API and metrics see it: read from the very objects that serve."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from zope.interface import implementer

from altlas.backend.roster import Member
from altlas.backend.running import RunningBackend
from altlas.gateway.contract_rows import contract_rows
from altlas.interfaces import IGatewayView
from altlas.resilience.reading import reading
from altlas.routing.table import table

if TYPE_CHECKING:
    from altlas.edge.listening import Listening
    from altlas.gateway.service import GatewayService


def this_version() -> str:
    """The version of the installed package; "unknown" in a tree that was never installed."""
    try:
        return version("altlas-gateway")
    except PackageNotFoundError:
        return "unknown"


@implementer(IGatewayView)
class GatewayView:
    """Answers from the current generation; keeps nothing of its own."""

    def __init__(self, service: GatewayService, wall_clock: Callable[[], float]) -> None:
        self._service = service
        self._wall_clock = wall_clock
        self._started = wall_clock()
        self._began = service.timers.seconds()
        self._version = this_version()

    def overview(self) -> dict[str, Any]:
        """See `IGatewayView`."""
        service = self._service
        listeners = service.listeners.values()
        backends = list(service.generation.backends.values())
        members = [member for backend in backends for member in backend.roster.members]
        return {
            "version": self._version,
            "started": self._started,
            "uptime": service.timers.seconds() - self._began,
            "workers": service.settings.gateway.workers,
            "ready": self.ready()[0],
            "listeners": self._listeners(),
            "routes": len(service.generation.rules),
            "backends": {
                "total": len(backends),
                "healthy": sum(1 for backend in backends if backend.roster.available),
            },
            "instances": {
                "total": len(members),
                "healthy": sum(1 for member in members if member.ledger.healthy),
            },
            "requests": {
                "total": sum(one.served for one in listeners),
                "in_flight": sum(one.in_flight for one in listeners),
            },
        }

    def _listeners(self) -> list[dict[str, Any]]:
        rows = []
        for settings in self._service.settings.listeners:
            listening = self._service.listeners.get(settings.name)
            rows.append(
                {
                    "name": settings.name,
                    "bind": settings.bind,
                    "serves": settings.serves,
                    "connections": self._connections(settings.name),
                    "in_flight": listening.in_flight if listening else 0,
                    "tunnels": len(listening.tunnels) if listening else 0,
                    "capacity": listening and _capacity(listening),
                }
            )
        return rows

    def _connections(self, name: str) -> int:
        listening, admin = self._service.listeners.get(name), self._service.admins.get(name)
        if listening is not None:
            return len(listening.channels)
        return len(admin.protocols) if admin is not None else 0

    def routes(self) -> list[dict[str, Any]]:
        """See `IGatewayView`."""
        return [dict(row) for row in table(self._service.generation.rules)]

    def backends(self) -> list[dict[str, Any]]:
        """See `IGatewayView`."""
        now = self._service.timers.seconds()
        wall = self._wall_clock()
        return [_backend(one, now, wall) for one in self._service.generation.backends.values()]

    def tls(self) -> list[dict[str, Any]]:
        """See `IGatewayView`."""
        return self._service.certificates.rows()

    def contracts(self) -> list[dict[str, Any]]:
        """See `IGatewayView`."""
        contracts = self._service.contracts
        return contract_rows(contracts.rows(), contracts.kept)

    def ready(self) -> tuple[bool, str]:
        """See `IGatewayView`."""
        if self._service.draining:
            return False, "going down"
        if not self._service.listening.called:
            return False, "not listening yet"
        awaited = self._service.contracts.awaited()
        if awaited:
            return False, f"not asked for yet: contract {', '.join(awaited)}"
        return True, "ready"


def _capacity(listening: Listening) -> dict[str, Any]:
    capacity, gate = listening.capacity, listening.gate
    return {
        "accepting": gate.is_open,
        "pauses": dict(gate.pauses),
        "refused": capacity.refused,
        "closed": capacity.closed,
    }


def _backend(backend: RunningBackend, now: float, wall: float) -> dict[str, Any]:
    return {
        "name": backend.name,
        "balancer": backend.balancer,
        "in_flight": backend.picker.in_flight,
        "retry_budget": backend.budget.balance(now),
        "instances": [_instance(backend, member) for member in backend.roster.members],
        "breaker": _breaker(backend, now, wall),
        "queue": {"waiting": backend.picker.waiting, "size": backend.picker.queue.size},
    }


def _instance(backend: RunningBackend, member: Member) -> dict[str, Any]:
    ledger, last = member.ledger, member.ledger.last_result
    probe = last and {
        "at": last.at,
        "ok": last.ok,
        "reason": last.reason,
        "took": member.probe_took,
    }
    return {
        "address": member.name,
        "url": member.instance.url,
        "weight": member.weight,
        "zone": member.instance.zone,
        "tags": list(member.instance.tags),
        "healthy": ledger.healthy,
        "state": ledger.state,
        "reason": ledger.reason,
        "since": ledger.since,
        "last_probe": probe,
        "in_flight": member.active,
        "requests": member.requests,
        "failures": member.failures,
        "idle_connections": backend.agent.idle(member.origin),
        "history": [
            {"at": one.at, "before": one.before, "after": one.after, "reason": one.reason}
            for one in ledger.history
        ],
    }


def _breaker(backend: RunningBackend, now: float, wall: float) -> dict[str, Any]:
    said = reading(backend.guard.breaker, now)
    until = said.open_until
    return {
        "enabled": backend.settings.breaker.enabled,
        "state": said.state,
        "reason": said.reason,
        "open_until": None if until is None else round(wall + until - now, 3),
        "error_rate": said.error_rate,
        "calls": said.calls,
        "share": round(said.share, 3),
    }
