"""Room for connections."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.capacity import client_of
from altlas.edge.listening import Entrance, TurnedAway
from altlas.settings.tree import ListenerLimits
from tests.edge.connected import PEER, Connected, fixed, request
from tests.edge.test_gate import Port


class AllTests(SynchronousTestCase):
    """The limit on all connections of a listener."""

    def connected(self, most: int | None) -> Connected:
        """A listener with that limit, and one client."""
        one = Connected(routes=[fixed()], listener={"limit": ListenerLimits(connections=most)})
        self.port = Port()
        one.listening.gate.add(self.port)
        return one

    def test_pause(self) -> None:
        """At the limit nobody else is accepted, until one leaves; nobody is told anything."""
        one = self.connected(2)
        self.assertTrue(self.port.accepts)
        _, other = one.connect()
        self.assertFalse(self.port.accepts)
        one.leave()
        self.assertTrue(self.port.accepts)
        self.assertEqual(other.value(), b"")
        self.assertEqual(one.listening.capacity.count, 1)

    def test_off(self) -> None:
        """Without a limit there is none."""
        one = self.connected(None)
        for _ in range(50):
            one.connect()
        self.assertTrue(self.port.accepts)

    def test_idle_ones_go(self) -> None:
        """Shortly before it who is idle longest is closed, if it is so for a second."""
        one = self.connected(3)
        one.send(request("GET", "/fixed"))
        one.clock.advance(0.9)
        one.connect()
        one.connect()
        self.assertFalse(one.transport.disconnecting)
        self.assertFalse(self.port.accepts)
        one.channel.connectionLost()
        self.assertTrue(self.port.accepts)
        one.clock.advance(1.1)
        one.connect()
        self.assertEqual(one.listening.capacity.closed, 1)

    def test_full_house(self) -> None:
        """When nobody can come any more, who has become idle still makes room."""
        one = self.connected(20)
        for _ in range(19):
            one.connect()
        one.send(request("GET", "/fixed"))
        self.assertFalse(self.port.accepts)
        one.clock.pump([0.1] * 12)
        self.assertTrue(self.port.accepts)
        self.assertGreater(one.listening.capacity.closed, 0)

    def test_busy_ones_stay(self) -> None:
        """Whose request is under way, or has begun to come, is not closed."""
        one = self.connected(3)
        one.send(request())
        beginning, begun = one.connect()
        beginning.dataReceived(b"GET / HT")
        one.clock.advance(5)
        one.connect()
        self.assertFalse(one.transport.disconnecting)
        self.assertFalse(begun.disconnecting)

    def test_behind_others(self) -> None:
        """Idle ones go even if many requests wait before them for the same length of time."""
        one = self.connected(3)
        for _ in range(100):
            one.scene.timers.after(15.0, lambda: None)
        one.connect()
        one.clock.advance(5)
        one.connect()
        self.assertGreater(one.listening.capacity.closed, 0)

    def test_one_length(self) -> None:
        """Others that wait for the same length of time are left alone."""
        one = self.connected(2)
        called: list[bool] = []
        one.scene.timers.after(75.0, lambda: called.append(True))
        one.clock.advance(5)
        one.connect()
        one.clock.advance(75)
        self.assertEqual(called, [True])


class ClientTests(SynchronousTestCase):
    """The limit on one client's."""

    def entrance(self, most: int, **listener: Any) -> tuple[Connected, Entrance]:
        """A listener with that limit and one client, and the way in."""
        limit = ListenerLimits(connections_per_client=most)
        one = Connected(routes=[fixed()], listener={"limit": limit, **listener})
        inside: Any = type("Inside", (), {"buildProtocol": lambda self, address: address})()
        return one, Entrance(inside, one.listening.capacity)

    def test_one_too_many(self) -> None:
        """It is closed at once and counted; others, and who left, may come."""
        one, entrance = self.entrance(1)
        refused: Any = entrance.buildProtocol(PEER)
        self.assertIsInstance(refused, TurnedAway)
        _, transport = one.connect()
        refused.makeConnection(transport)
        self.assertTrue(transport.aborted)
        self.assertEqual(one.listening.capacity.refused, 1)
        other = IPv4Address("TCP", "192.0.2.2", 1)
        self.assertIs(entrance.buildProtocol(other), other)
        one.leave()
        one.listening.capacity.went(one.listening.channels.pop())
        self.assertIs(entrance.buildProtocol(PEER), PEER)

    def test_trusted(self) -> None:
        """A trusted peer stands for many clients, and a UNIX socket for any."""
        from ipaddress import ip_network

        _, entrance = self.entrance(1, trust=(ip_network("192.0.2.0/24"),))
        self.assertIs(entrance.buildProtocol(PEER), PEER)
        local: Any = UNIXAddress(b"/run/x")
        self.assertIs(entrance.buildProtocol(local), local)

    def test_who(self) -> None:
        """An IPv6 client is its /64, an IPv4 one its address, however that is written."""
        self.assertEqual(client_of("2001:db8::1"), client_of("2001:db8::ffff:1%eth0"))
        self.assertNotEqual(client_of("2001:db8::1"), client_of("2001:db8:0:1::1"))
        self.assertEqual(client_of("::ffff:192.0.2.1"), client_of("192.0.2.1"))
        self.assertNotEqual(client_of("192.0.2.2"), client_of("192.0.2.1"))
        self.assertEqual(IPv6Address("TCP", "::1", 1).host, "::1")
