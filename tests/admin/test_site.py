"""Tests for `altlas.admin.site`."""

from __future__ import annotations

from twisted.internet.testing import EventLoggingObserver, MemoryReactorClock, StringTransport
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.test.requesthelper import DummyChannel

from altlas.admin.api import AdminAPI
from altlas.admin.site import IDLE, BodilessRequest, admin_site
from altlas.observability.metrics import Metrics
from tests.observability.fixed_view import fixed_view


class AdminSiteTests(SynchronousTestCase):
    """The API as bytes on a connection."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.site = admin_site(AdminAPI(fixed_view(), Metrics()), self.reactor)
        self.site.doStart()
        self.addCleanup(self.site.doStop)
        self.transport = StringTransport()
        self.channel = self.site.buildProtocol(None)
        self.channel.makeConnection(self.transport)

    def ask(self, request: bytes) -> bytes:
        self.channel.dataReceived(request)
        answer: bytes = self.transport.value()
        self.transport.clear()
        return answer

    def test_answers(self) -> None:
        """One connection serves one request after the other."""
        for _ in range(2):
            answer = self.ask(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1:9901\r\n\r\n")
            self.assertEqual(answer[:15], b"HTTP/1.1 200 OK")
            self.assertEqual(answer[-6:], b"alive\n")

    def test_no_version(self) -> None:
        """No answer says what the server is made of."""
        for path in (b"/livez", b"/nope"):
            answer = self.ask(b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % path)
            self.assertNotIn(b"\r\nserver:", answer.lower())

    def test_no_log(self) -> None:
        """Requests leave nothing in the log of events."""
        observer = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)
        self.ask(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual([event["log_system"] for event in observer], [])

    def test_bodies_are_forgotten(self) -> None:
        """However long the body that someone sends, nothing of it is kept."""
        request = BodilessRequest(DummyChannel())
        request.gotLength(300_000)
        request.handleContentChunk(b"x" * 100_000)
        self.assertEqual(request.content.tell(), 0)

    def test_bodies_are_read(self) -> None:
        """A body is read to its end, so that the connection can go on after the refusal."""
        head = b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n"
        self.assertEqual(self.ask(head + b"x" * 100_000), b"")
        self.assertIn(b"405 Method Not Allowed", self.ask(b"x" * 100_000))
        self.assertIn(b"200 OK", self.ask(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"))

    def test_idle(self) -> None:
        """A connection on which nothing comes is closed."""
        self.reactor.advance(IDLE + 1)
        self.assertTrue(self.transport.disconnecting)
