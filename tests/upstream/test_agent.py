"""Promises of the agent: where requests go, and that none goes twice."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IClientRequest, IResponse
from zope.interface.verify import verifyObject

from altlas.errors import BadRequest, UpstreamReset
from altlas.upstream.pool import PoolSettings
from altlas.upstream.request import UpstreamRequest
from tests.upstream.link import ORIGIN, Body, Room, result_of

EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


class AgentTests(SynchronousTestCase):
    """Requests find their origin's pool."""

    def setUp(self) -> None:
        self.room = Room()
        self.agent = self.room.agent

    def test_interfaces(self) -> None:
        """Agent, request and response are what Twisted calls by these names."""
        verifyObject(IAgent, self.agent)
        deferred = self.agent.request(b"GET", ORIGIN + b"/a")
        self.room.accept().says(EMPTY)
        response = result_of(deferred)
        verifyObject(IResponse, response)
        verifyObject(IClientRequest, response.request)
        self.assertEqual(response.request.absoluteURI, ORIGIN + b"/a")
        self.assertEqual(response.request.headers.getRawHeaders(b"host"), [b"127.0.0.1:9001"])
        self.assertEqual(response.version, (b"HTTP", 1, 1))
        self.assertEqual(response.phrase, b"No Content")

    def test_as_any_agent(self) -> None:
        """Headers and body go out as with Twisted's agent, with the origin's Host."""
        self.agent.request(b"POST", ORIGIN + b"/a", Headers({"B": ["1"]}), Body(3, b"abc"))
        sent = self.room.accept().heard()
        self.assertEqual(
            sent,
            b"POST /a HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nB: 1\r\nContent-Length: 3\r\n\r\nabc",
        )

    def test_host_of_the_request_wins(self) -> None:
        """A Host that is given is kept, wherever it stands."""
        self.agent.request(b"GET", ORIGIN + b"/", Headers({"A": ["1"], "Host": ["x"]}))
        self.assertEqual(self.room.accept().heard().count(b"Host: x"), 1)

    def test_split(self) -> None:
        """The target is cut off byte for byte; an empty one has its own rule."""
        cases = [
            (b"GET", b"/a%2F//b|?", b"/a%2F//b|?"),
            (b"GET", b"", b"/"),
            (b"OPTIONS", b"", b"*"),
            (b"GET", b"?a=/b", b"/?a=/b"),
        ]
        for method, given, target in cases:
            self.assertEqual(self.agent.split(method, ORIGIN + given), (ORIGIN, target))
        for uri in (b"", b"/", b"http:/a/", b"ftp://a/", b"http://u@a/"):
            self.assertRaises(ValueError, self.agent.split, b"GET", uri)

    def test_unknown_origin(self) -> None:
        """An origin that nobody registered gets the defaults."""
        self.agent.request(b"GET", b"http://127.0.0.9/")
        self.assertEqual(self.room.reactor.tcpClients[0][:2], ("127.0.0.9", 80))

    def test_no_origin(self) -> None:
        """What is no address fails, as an error of the tree."""
        self.assertIsInstance(result_of(self.agent.request(b"GET", b"nonsense")), BadRequest)
        request = UpstreamRequest(b"GET", b"nonsense", b"/", [])
        self.assertIsInstance(result_of(self.agent.send(request)), BadRequest)

    def test_cannot_be_written(self) -> None:
        """What would break the head is refused before any connection is touched."""
        for request in (
            UpstreamRequest(b"GET", ORIGIN, b"/ HTTP/1.1\r\nEvil: 1", [(b"Host", b"a")]),
            UpstreamRequest(b"GET\r\n", ORIGIN, b"/", [(b"Host", b"a")]),
        ):
            self.assertIsInstance(result_of(self.agent.send(request)), BadRequest)
        self.assertEqual(self.room.asked, 0)

    def test_nothing_is_sent_twice(self) -> None:
        """A reused connection that ends without a byte fails the request: it was written."""
        _, link = self.room.answered(EMPTY)
        deferred = self.room.get()
        link.hangs_up()
        error = result_of(deferred)
        self.assertIsInstance(error, UpstreamReset)
        self.assertIn("reused", error.reason)
        self.assertEqual(self.room.asked, 1)

    def test_unregistered(self) -> None:
        """An origin that left keeps no idle connections; coming back is a fresh start."""
        _, link = self.room.answered(EMPTY)
        self.agent.unregister(ORIGIN)
        self.agent.unregister(ORIGIN)
        self.assertEqual((link.closing, self.room.idle(), self.room.open()), (True, 0, 0))
        self.agent.register(ORIGIN, PoolSettings())
        self.room.get()
        self.assertEqual(self.room.asked, 2)

    def test_register_refuses(self) -> None:
        """What is no origin cannot be registered."""
        self.assertRaises(ValueError, self.agent.register, ORIGIN + b"/", PoolSettings())
