"""Promises of connecting: one result, in time, and no connection left over."""

from __future__ import annotations

import errno
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectBindError, ConnectionRefusedError, TimeoutError
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import ConnectFailed, ConnectTimeout, Exhausted, Retry, UpstreamCancelled
from altlas.resilience.outcome import Verdict, classify_error
from altlas.upstream.connecting import endpoint_for
from altlas.upstream.origin import Origin
from tests.upstream.link import Room, result_of


class ConnectingTests(SynchronousTestCase):
    """A connection comes about, or an error says why not."""

    def failed(self, error: Exception) -> Any:
        room = Room()
        deferred = room.get()
        room.refuse(error)
        return result_of(deferred)

    def test_time_is_told(self) -> None:
        """The first response on a connection tells how long connecting took."""
        room = Room()
        deferred = room.get()
        room.reactor.advance(0.5)
        link = room.accept()
        link.says(b"HTTP/1.1 204 No\r\n\r\n")
        self.assertEqual(result_of(deferred).connect_time, 0.5)
        deferred = room.get()
        link.says(b"HTTP/1.1 204 No\r\n\r\n")
        self.assertEqual(result_of(deferred).connect_time, 0.0)

    def test_refused(self) -> None:
        """A refusal may always be tried again; the address is for the log only."""
        error = self.failed(ConnectionRefusedError())
        self.assertIsInstance(error, ConnectFailed)
        self.assertIs(error.retry, Retry.ALWAYS)
        self.assertIn("127.0.0.1:9001", error.reason)
        self.assertNotIn("127.0.0.1", str(error))

    def test_our_own_want(self) -> None:
        """Descriptors that we have not are no failure of the instance, and nobody's verdict."""
        for error in (ConnectBindError(errno.EMFILE, "files"), OSError(errno.ENFILE, "files")):
            found = self.failed(error)
            self.assertIsInstance(found, Exhausted)
            self.assertIs(classify_error(found).verdict, Verdict.IGNORABLE)
            self.assertNotIn("127.0.0.1", str(found))

    def test_system_s_patience(self) -> None:
        """A time-out of the system's own is one of ours."""
        self.assertIsInstance(self.failed(TimeoutError()), ConnectTimeout)

    def test_time_limit(self) -> None:
        """After the settings' time the attempt is stopped."""
        room = Room(connect_timeout=2.0)
        deferred = room.get()
        room.reactor.advance(1.9)
        self.assertFalse(deferred.called)
        room.reactor.advance(0.1)
        self.assertIsInstance(result_of(deferred), ConnectTimeout)
        self.assertTrue(room.reactor.connectors[0].stoppedConnecting)

    def test_no_time_limit(self) -> None:
        """Without a limit the clock knows nothing of it."""
        room = Room(connect_timeout=None)
        room.get()
        self.assertEqual(room.reactor.getDelayedCalls(), [])

    def test_nothing_left_with_the_clock(self) -> None:
        """A connection that came about in time is left alone."""
        room = Room(connect_timeout=2.0)
        room.get()
        link = room.accept()
        room.reactor.advance(2.0)
        self.assertFalse(link.closing)

    def test_given_up(self) -> None:
        """Who gives up stops the attempt, and nothing is left with the clock."""
        room = Room(connect_timeout=2.0)
        deferred = room.get()
        deferred.cancel()
        self.assertIsInstance(result_of(deferred), UpstreamCancelled)
        self.assertTrue(room.reactor.connectors[0].stoppedConnecting)
        room.reactor.advance(2.0)
        self.assertEqual(room.reactor.getDelayedCalls(), [])


class EndpointTests(SynchronousTestCase):
    """The way to an origin fits its host."""

    def test_addresses(self) -> None:
        """Addresses are connected to as they are."""
        reactor = MemoryReactorClock()
        endpoint_for(reactor, Origin("http", "127.0.0.2", 80), None).connect(None)
        self.assertEqual(reactor.tcpClients[0][:2], ("127.0.0.2", 80))

    def test_names(self) -> None:
        """Names are looked up first."""
        reactor = MemoryReactorClock()
        looked_up: list[bytes] = []

        class Resolver:
            def resolveHostName(self, receiver: Any, name: str, *args: Any, **more: Any) -> Any:
                looked_up.append(name.encode())
                receiver.resolutionBegan(self)
                receiver.addressResolved(IPv4Address("TCP", "127.0.0.3", 81))
                receiver.resolutionComplete()

        reactor.installNameResolver(Resolver())
        endpoint_for(reactor, Origin("http", "name.example", 81), None).connect(None)
        self.assertEqual(
            (looked_up, reactor.tcpClients[0][:2]), ([b"name.example"], ("127.0.0.3", 81))
        )
