"""A gateway that never changes, for whoever looks at one."""

from __future__ import annotations

from typing import Any

from attrs import define
from zope.interface import implementer

from altlas.interfaces import IGatewayView


def instance(address: str = "127.0.0.1:9001", **changes: Any) -> dict[str, Any]:
    """The row of an instance that is up."""
    row = {
        "address": address,
        "url": f"http://{address}",
        "weight": 1,
        "zone": "",
        "tags": [],
        "healthy": True,
        "state": "up",
        "reason": "probe: 200",
        "since": 1000.0,
        "last_probe": {"at": 1001.0, "ok": True, "reason": "200", "took": 0.001},
        "in_flight": 0,
        "requests": 0,
        "failures": 0,
        "idle_connections": 0,
        "history": [],
    }
    return row | changes


def backend(name: str = "segmentation", **changes: Any) -> dict[str, Any]:
    """The row of a backend of one instance, its breaker closed."""
    row = {
        "name": name,
        "balancer": "round-robin",
        "instances": [instance()],
        "breaker": {
            "enabled": True,
            "state": "closed",
            "reason": "",
            "open_until": None,
            "error_rate": 0.0,
            "calls": 0,
            "share": 1.0,
        },
        "queue": {"waiting": 0, "size": 1024},
        "in_flight": 0,
        "retry_budget": 3.0,
    }
    return row | changes


def overview(**changes: Any) -> dict[str, Any]:
    """The gateway in one page, with one listener."""
    row = {
        "version": "0.1.0",
        "started": 1000.0,
        "uptime": 60.0,
        "workers": 1,
        "ready": True,
        "listeners": [
            {
                "name": "public",
                "bind": "tcp:8080",
                "serves": "routes",
                "connections": 3,
                "in_flight": 2,
                "tunnels": 0,
                "capacity": {"accepting": True, "pauses": {}, "refused": 0, "closed": 0},
            }
        ],
        "routes": 1,
        "backends": {"total": 1, "healthy": 1},
        "instances": {"total": 1, "healthy": 1},
        "requests": {"total": 10, "in_flight": 2},
    }
    return row | changes


ROUTE = {
    "name": "segmentation",
    "hosts": [],
    "methods": [],
    "path": "/api/v1/segmentation/",
    "kind": "prefix",
    "priority": 0,
    "target": "backend segmentation",
    "rewrite": "/",
}

TLS = {
    "section": "listener:public",
    "renewed": True,
    "certificates": [{"file": "/etc/a.pem", "names": ["a.example"], "ends": 2000.0}],
    "handshakes": {"complete": 7, "failed": 1, "late": 0, "left": 0},
}

CONTRACT = {
    "name": "pets",
    "source": "/etc/pets.yaml",
    "up": True,
    "reason": "",
    "tried": True,
    "fetched": 1000.0,
    "changed": 1000.0,
    "fingerprint": "ab12",
    "copied": False,
    "failure": "",
    "unusable": None,
    "refused": None,
    "changes": {"accepted": 2, "broke": 1, "refused": 0, "unusable": 0},
    "requests": "refuse",
    "title": "Pets",
    "version": "1.2",
    "base_paths": ["/v1"],
    "since": 1000.0,
    "doubts": [{"pointer": "/paths", "message": "odd"}],
    "operations": [
        {
            "operation": "listPets",
            "method": "GET",
            "path": "/pets",
            "requests": 10,
            "invalid": {
                "total": 3,
                "refused": 2,
                "reported": 1,
                "by": {"query": 3},
                "places": {"seen": {"query /skip": 3}, "others": 0},
            },
            "answers": {"2xx": 9},
            "invalid_answers": {
                "total": 1,
                "by": {"status": 1},
                "places": {"seen": {"status": 1}, "others": 0},
            },
            "unlooked": {"response": {"long": 4}},
            "last_used": 1030.0,
            "undocumented": {
                "statuses": {"418": 1},
                "request": {"seen": {}, "others": 0},
                "response": {"seen": {"/x": 2}, "others": 0},
                "query": {"seen": {}, "others": 0},
            },
        },
        {
            "operation": "addPet",
            "method": "POST",
            "path": "/pets",
            "requests": 0,
            "invalid": {
                "total": 0,
                "refused": 0,
                "reported": 0,
                "by": {},
                "places": {"seen": {}, "others": 0},
            },
            "answers": {},
            "invalid_answers": {"total": 0, "by": {}, "places": {"seen": {}, "others": 0}},
            "unlooked": {},
            "last_used": None,
            "undocumented": {
                "statuses": {},
                "request": {"seen": {}, "others": 0},
                "response": {"seen": {}, "others": 0},
                "query": {"seen": {}, "others": 0},
            },
        },
    ],
    "undocumented": {
        "totals": {"path": 5, "method": 0, "status": 1, "query": 0, "request": 0, "response": 2},
        "paths": {"seen": {"GET /cats": 5}, "others": 0},
    },
    "unused": ["addPet"],
}


@implementer(IGatewayView)
@define(eq=False)
class FixedView:
    """Answers what it was told to; an exception among the backends is raised."""

    rows: list[dict[str, Any]] | Exception
    about: dict[str, Any]
    welcome: tuple[bool, str] = (True, "ready")

    def overview(self) -> dict[str, Any]:
        return self.about

    def routes(self) -> list[dict[str, Any]]:
        return [ROUTE]

    def backends(self) -> list[dict[str, Any]]:
        if isinstance(self.rows, Exception):
            raise self.rows
        return self.rows

    def tls(self) -> list[dict[str, Any]]:
        return [TLS]

    def contracts(self) -> list[dict[str, Any]]:
        return [CONTRACT]

    def ready(self) -> tuple[bool, str]:
        return self.welcome


def fixed_view(*rows: dict[str, Any]) -> FixedView:
    """A view of these backends, or of one when none is given."""
    return FixedView(list(rows) or [backend()], overview())
