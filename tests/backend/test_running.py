"""A backend put together from its settings."""

from __future__ import annotations

from random import Random
from typing import Any

from attrs import evolve
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

import altlas.balancing
from altlas.backend.running import RunningBackend, Surroundings, running
from altlas.balancing.least_requests import LeastRequests
from altlas.errors import ConnectFailed
from altlas.kinds import discover
from altlas.observability.metrics import Metrics
from altlas.settings.backends import (
    BreakerSettings,
    PoolSettings,
    ProbeSettings,
    RetrySettings,
    TlsSettings,
)
from altlas.settings.tree import Backend
from altlas.timers import Timers
from tests.backend.scene import Scene, backend, instance, origin

NO_PROBES = ProbeSettings(enabled=False)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class RunningTests(SynchronousTestCase):
    """What is made of the settings."""

    def setUp(self) -> None:
        """A reactor in memory, and what the backend says of itself."""
        self.reactor: Any = MemoryReactorClock()
        self.said: list[str] = []
        globalLogPublisher.addObserver(self.hear)
        self.addCleanup(globalLogPublisher.removeObserver, self.hear)

    def hear(self, event: Any) -> None:
        """Keep what the backend logs."""
        if event.get("log_namespace") == "altlas.backend.running":
            self.said.append(event["log_format"].format(**event))

    def running(self, settings: Backend) -> RunningBackend:
        """The backend of these settings."""
        surroundings = Surroundings(
            reactor=self.reactor,
            timers=Timers(self.reactor),
            wall_clock=lambda: 1000.0,
            random=Random(1),
            metrics=Metrics(),
            catalog=discover(altlas.balancing),
        )
        return running(settings, surroundings)

    def connected(self, number: int) -> tuple[Any, StringTransport]:
        """The connection of that number in order, made."""
        factory = self.reactor.tcpClients[number][2]
        protocol, transport = factory.buildProtocol(None), StringTransport()
        protocol.makeConnection(transport)
        return protocol, transport

    def send(self, one: RunningBackend) -> Deferred[Any]:
        """The end of a call."""
        return one.stack.send(Scene(one.settings).call())

    def test_balancer(self) -> None:
        """The balancer is of the kind that the settings are of; round robin for none."""
        self.assertEqual(self.running(backend(probe=NO_PROBES)).balancer, "round-robin")
        chosen = self.running(backend(probe=NO_PROBES, balancer=LeastRequests()))
        self.assertEqual(chosen.balancer, "least-requests")

    def test_serves(self) -> None:
        """A call goes to an instance, and its answer comes back."""
        one = self.running(backend(1, probe=NO_PROBES))
        pending = self.send(one)
        protocol, transport = self.connected(0)
        self.assertEqual(transport.value(), b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        protocol.dataReceived(ANSWER)
        self.assertEqual(self.successResultOf(pending).code, 200)
        self.assertEqual(one.agent.idle(origin(1)), 1)

    def test_pool_settings(self) -> None:
        """The pool is as large as it was said."""
        one = self.running(backend(1, probe=NO_PROBES, pool=PoolSettings(idle=0)))
        pending = self.send(one)
        protocol, _ = self.connected(0)
        protocol.dataReceived(ANSWER)
        self.successResultOf(pending)
        self.assertEqual(one.agent.idle(origin(1)), 0)

    def test_probes(self) -> None:
        """From the start each instance is probed, on connections that are not kept."""
        one = self.running(backend(2))
        self.assertEqual(self.reactor.tcpClients, [])
        one.start()
        self.assertEqual([client[1] for client in self.reactor.tcpClients], [1, 2])
        protocol, transport = self.connected(0)
        self.assertTrue(transport.value().startswith(b"GET /health HTTP/1.1\r\n"))
        protocol.dataReceived(ANSWER)
        self.assertTrue(transport.disconnecting)
        self.assertEqual(one.roster.members[0].ledger.state, "up")

    def test_tells_of_health(self) -> None:
        """An instance that leaves or returns is in the log, with the reason."""
        one = self.running(backend(1, probe=ProbeSettings(enabled=False, fall=1, rise=1)))
        one.roster.report(one.roster.members[0], False, "status 500")
        one.roster.report(one.roster.members[0], True, "status 200")
        self.assertEqual(
            self.said,
            [
                "Instance 127.0.0.1:1 of demo is down: status 500",
                "Instance 127.0.0.1:1 of demo is up: status 200",
            ],
        )

    def test_tells_of_the_breaker(self) -> None:
        """So is a breaker that changes its state."""
        breaker = BreakerSettings(minimum=1)
        one = self.running(backend(1, probe=NO_PROBES, breaker=breaker))
        pending = self.send(one)
        protocol, _ = self.connected(0)
        protocol.dataReceived(ANSWER.replace(b"200 OK", b"500 No"))
        self.successResultOf(pending)
        self.assertEqual(self.said, ["The breaker of demo is open: 1 of 1 calls failed"])

    def test_budget(self) -> None:
        """The budget is that of the settings."""
        one = self.running(backend(1, probe=NO_PROBES, retry=RetrySettings(budget_minimum=7)))
        self.assertEqual(one.budget.balance(0.0), 7.0)

    def test_unusable_ca(self) -> None:
        """A file of authorities that cannot be read fails the connection; nothing is sent."""
        secure = evolve(instance(1), scheme="https", url="https://127.0.0.1:1")
        settings = backend(1, probe=NO_PROBES, tls=TlsSettings(ca="/no/such/file"))
        one = self.running(evolve(settings, instances=(secure,)))
        error = self.failureResultOf(self.send(one), ConnectFailed).value
        self.assertIn("/no/such/file", error.reason)
        self.assertEqual(self.reactor.tcpClients, [])

    def test_stop(self) -> None:
        """It is stopped once probes are cut and the last connection is closed."""
        one = self.running(backend(1))
        one.start()
        pending = self.send(one)
        protocol, transport = self.connected(1)
        protocol.dataReceived(ANSWER)
        self.successResultOf(pending)
        stopped = one.stop()
        self.assertTrue(transport.disconnecting)
        self.assertNoResult(stopped)
        protocol.connectionLost(Failure(ConnectionDone()))
        self.successResultOf(stopped)
        self.assertIsNone(one.roster.members[0].ledger.last_result)
