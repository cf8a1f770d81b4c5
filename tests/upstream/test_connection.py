"""Promises of a connection between its requests, and of its end."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHandshakeListener, IProtocol
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from altlas.errors import ConnectFailed
from altlas.timers import Timers
from altlas.upstream.connection import CLOSE_TIMEOUT, UpstreamConnection
from altlas.upstream.request import UpstreamRequest
from altlas.wire.limits import Limits
from tests.upstream.link import ORIGIN, Link, Room, result_of

REQUEST = UpstreamRequest(b"GET", ORIGIN, b"/", [(b"Host", b"a")])
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


class Keeper:
    """A keeper that writes down what it is told."""

    address = "127.0.0.1:9001"
    limits = Limits()

    def __init__(self) -> None:
        self.clock = Clock()
        self.timers = Timers(self.clock)
        self.told: list[str] = []

    def release(self, connection: Any) -> None:
        self.told.append("release")

    def forget(self, connection: Any) -> None:
        self.told.append("forget")


class ConnectionTests(SynchronousTestCase):
    """A connection is idle, in use or closing, and tells its keeper of each change once."""

    def setUp(self) -> None:
        self.keeper = Keeper()
        self.connection = UpstreamConnection(self.keeper)
        self.link = Link()
        self.link.protocol = self.connection
        self.connection.makeConnection(self.link)

    def send(self) -> Deferred[Any]:
        return self.connection.send(REQUEST, REQUEST.encoded())

    def test_interfaces(self) -> None:
        """It is a protocol that hears of TLS handshakes."""
        verifyObject(IProtocol, self.connection)
        verifyObject(IHandshakeListener, self.connection)

    def test_one_after_another(self) -> None:
        """Each complete attempt gives it back once, and it counts them."""
        for served in (1, 2):
            self.send()
            self.link.says(EMPTY)
            self.assertEqual(self.connection.served, served)
        self.link.hangs_up()
        self.assertEqual(self.keeper.told, ["release", "release", "forget"])

    def test_one_at_a_time(self) -> None:
        """A second request on a busy connection fails and nothing of it is sent."""
        self.send()
        self.link.heard()
        self.assertIsInstance(result_of(self.send()), ConnectFailed)
        self.assertEqual(self.link.heard(), b"")

    def test_not_when_closing(self) -> None:
        """So does one on a connection that is closing."""
        self.connection.close()
        self.assertIsInstance(result_of(self.send()), ConnectFailed)

    def test_unasked_bytes(self) -> None:
        """Bytes on an idle connection end it."""
        self.link.says(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
        self.assertTrue(self.link.aborted)
        self.assertTrue(self.connection.closing)

    def test_close(self) -> None:
        """A close is polite at first and does not wait for ever."""
        self.connection.close()
        self.connection.close()
        self.assertEqual((self.link.disconnecting, self.link.aborted), (True, False))
        self.keeper.clock.advance(CLOSE_TIMEOUT)
        self.assertTrue(self.link.aborted)

    def test_close_in_time(self) -> None:
        """Once it is closed nothing is left with the clock."""
        self.connection.close()
        self.link.settles()
        self.keeper.clock.advance(CLOSE_TIMEOUT)
        self.assertFalse(self.link.aborted)

    def test_no_delay(self) -> None:
        """A transport that can is told to send small writes at once."""

        class Quick(Link):
            no_delay = False

            def setTcpNoDelay(self, enabled: bool) -> None:
                self.no_delay = enabled

        link = Quick()
        UpstreamConnection(self.keeper).makeConnection(link)
        self.assertTrue(link.no_delay)

    def test_without_a_shell(self) -> None:
        """What Twisted's endpoints put around it does not stand between it and its transport."""
        _, link = Room().answered(EMPTY)
        self.assertIsInstance(link.protocol, UpstreamConnection)

    def test_secured(self) -> None:
        """Who waits for TLS hears of its success, or of the loss instead."""
        secured = self.connection.secured = Deferred()
        self.connection.handshakeCompleted()
        self.assertIsNone(self.successResultOf(secured))
        other = UpstreamConnection(self.keeper)
        secured = other.secured = Deferred()
        link = Link()
        link.protocol = other
        other.makeConnection(link)
        link.resets()
        self.failureResultOf(secured)
