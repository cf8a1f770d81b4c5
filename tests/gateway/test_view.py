"""The gateway as it shows itself."""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve
from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from altlas.gateway.service import GatewayService
from altlas.interfaces import IGatewayView
from altlas.resilience.breaker import closed
from altlas.resilience.outcome import classify_status
from altlas.settings.tree import BreakerSettings
from tests.gateway.surroundings import NOW, memory_reactor, service_of
from tests.observability import fixed_view

CLIENT = IPv4Address("TCP", "192.0.2.7", 4321)


def shape(value: Any) -> Any:
    """The keys of a row, and those of the rows in it."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


class ViewTests(SynchronousTestCase):
    """Read from the objects that serve."""

    def setUp(self) -> None:
        self.reactor = memory_reactor()
        self.service = self.started()
        self.view = self.service.view

    def started(self) -> GatewayService:
        """A gateway that listens."""
        service = service_of(self, self.reactor)
        service.startService()
        self.addCleanup(service.stopService)
        return service

    def connected(self, port: int = 8080) -> Any:
        """A client's connection to the listener at `port`."""
        factories = {server[0]: server[1] for server in self.reactor.tcpServers}
        protocol = factories[port].buildProtocol(CLIENT)
        transport = StringTransport(peerAddress=CLIENT)
        protocol.makeConnection(transport)
        return protocol

    def test_interface(self) -> None:
        """It has everything that admin and metrics ask for."""
        verifyObject(IGatewayView, self.view)

    def test_json(self) -> None:
        """Every answer can be written as JSON, and is the asker's own."""
        for ask in (self.view.overview, self.view.routes, self.view.backends):
            self.assertEqual(json.loads(json.dumps(ask())), ask())
            ask().clear()
            self.assertNotEqual(len(ask()), 0)

    def test_shapes(self) -> None:
        """Overview and backends have the keys that the interface promises, and no others."""
        self.assertEqual(shape(self.view.overview()), shape(fixed_view.overview()))
        (row,) = self.view.backends()
        promised = fixed_view.backend()
        for known in (row, promised):
            known["breaker"].pop("open_until")
            for each in known["instances"]:
                each.pop("last_probe")
        self.assertEqual(shape(row), shape(promised))
        self.assertLessEqual({*fixed_view.ROUTE}, {*self.view.routes()[0]})

    def test_routes(self) -> None:
        """All routes of the moment are counted, those that a contract made meanwhile too."""
        self.assertEqual(self.view.overview()["routes"], len(self.view.routes()))
        generation = self.service.generation
        rules = generation.rules * 3
        generation.planted = evolve(generation.planted, rules=rules)
        self.assertEqual(self.view.overview()["routes"], len(rules))

    def test_listeners(self) -> None:
        """Each listener is shown with its connections, the admin one as well."""
        self.connected()
        self.connected(9901)
        listeners = {each["name"]: each for each in self.view.overview()["listeners"]}
        self.assertEqual(
            listeners["public"],
            {
                "name": "public",
                "bind": "tcp:8080",
                "serves": "routes",
                "connections": 1,
                "in_flight": 0,
                "tunnels": 0,
                "capacity": {"accepting": True, "pauses": {}, "refused": 0, "closed": 0},
            },
        )
        self.assertEqual(
            (listeners["admin"]["serves"], listeners["admin"]["connections"]), ("admin", 1)
        )

    def test_traffic(self) -> None:
        """Exchanges are counted under way, and afterwards, where they are."""
        client = self.connected()
        client.dataReceived(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(self.view.overview()["requests"], {"total": 1, "in_flight": 0})
        client.dataReceived(b"GET /words/ HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(self.view.overview()["requests"], {"total": 1, "in_flight": 1})
        (row,) = self.view.backends()
        self.assertEqual((row["in_flight"], sum(i["in_flight"] for i in row["instances"])), (1, 1))
        client.connectionLost()
        self.assertEqual(self.view.overview()["requests"], {"total": 2, "in_flight": 0})
        (row,) = self.view.backends()
        self.assertEqual((row["in_flight"], sum(i["in_flight"] for i in row["instances"])), (0, 0))
        self.assertEqual(sum(i["requests"] for i in row["instances"]), 1)

    def test_times(self) -> None:
        """The start is a moment of the wall clock; the time since is counted by the reactor's."""
        self.reactor.advance(7.5)
        overview = self.view.overview()
        self.assertEqual((overview["started"], overview["uptime"]), (NOW, 7.5))

    def test_health(self) -> None:
        """An instance that leaves is shown with its reason and its history, and counted out."""
        backend = self.service.generation.backends["words"]
        member = backend.roster.members[0]
        for _ in range(backend.settings.probe.fall):
            backend.roster.report(member, False, "status 500")
        self.assertEqual(self.view.overview()["instances"], {"total": 2, "healthy": 1})
        self.assertEqual(self.view.overview()["backends"], {"total": 1, "healthy": 1})
        row = self.view.backends()[0]["instances"][0]
        self.assertEqual(
            (row["state"], row["healthy"], row["reason"], row["since"]),
            ("down", False, "status 500", NOW),
        )
        self.assertEqual([change["after"] for change in row["history"]], ["down"])
        self.assertEqual(row["last_probe"]["ok"], False)
        self.assertEqual((row["weight"], row["zone"], row["address"]), (2, "a", "127.0.0.1:9001"))

    def test_unreachable(self) -> None:
        """What requests found is told as reason and in the history, the last probe is a probe's."""
        backend = self.service.generation.backends["words"]
        roster, member = backend.roster, backend.roster.members[0]
        roster.probed = True
        for _ in range(backend.settings.probe.fall):
            roster.unreachable(member, "127.0.0.1:9001: refused")
        row = self.view.backends()[0]["instances"][0]
        self.assertEqual(row["reason"], "a request found: refused")
        self.assertEqual([change["reason"] for change in row["history"]], [row["reason"]])
        self.assertIsNone(row["last_probe"])

    def test_recovery(self) -> None:
        """A breaker in its ramp says so, and how many of the calls it lets pass."""
        settings = BreakerSettings(minimum=1, open_for=1.0, trials=1, ramp=10.0)
        guard = self.service.generation.backends["words"].guard
        guard.breaker = closed(settings, self.reactor.seconds())
        now = self.reactor.seconds()
        guard.settle(guard.ask(now), classify_status(500), 0.1, now)
        shown = self.view.backends()[0]["breaker"]
        self.assertEqual((shown["state"], shown["share"]), ("open", 0.0))
        self.assertEqual(shown["open_until"], NOW + 1.0)
        self.reactor.advance(1.0)
        guard.settle(guard.ask(now + 1.0), classify_status(200), 0.1, now + 1.0)
        self.reactor.advance(4.0)
        shown = self.view.backends()[0]["breaker"]
        self.assertEqual(
            (shown["state"], shown["share"], shown["open_until"]), ("closed", 0.4, None)
        )
        self.assertEqual(shown["reason"], "recovering: 40% of the calls pass")

    def test_ready(self) -> None:
        """It is ready when every listener is bound, and not before nor on the way down."""
        fresh = service_of(self, memory_reactor())
        self.assertEqual(fresh.view.ready(), (False, "not listening yet"))
        self.assertEqual(self.view.ready(), (True, "ready"))
        self.service.draining = True
        self.assertEqual(self.view.ready(), (False, "going down"))
        self.assertFalse(self.view.overview()["ready"])
        self.service.draining = False
