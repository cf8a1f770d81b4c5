"""A response's body on its way to the client."""

from __future__ import annotations

from typing import Any

from treq.testing import StubTreq
from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH
from twisted.web.resource import Resource
from twisted.web.server import Request

from altlas.backend.call import Call
from altlas.edge.leaf import ForwardLeaf
from altlas.settings.tree import Route
from altlas.testing import Answer
from altlas.upstream.response import DONE
from tests.backend.scene import Scene, backend
from tests.edge.connected import Connected, request


class RelayTests(SynchronousTestCase):
    """What our own client's responses become."""

    def begun(self, sent: bytes = request()) -> tuple[Connected, Any]:
        """An exchange whose answer has begun, and the response."""
        one = Connected()
        one.send(sent)
        return one, one.answer().response

    def test_head_goes_with_the_first_bytes(self) -> None:
        """What is there of the body goes out in one write with the head."""
        one = Connected()
        writes: list[bytes] = []
        one.transport.write = writes.append  # type: ignore[method-assign]
        one.send(request())
        one.answer()
        self.assertEqual(len(writes), 1)
        self.assertTrue(writes[0].endswith(b"\r\n\r\n4\r\npart\r\n"))

    def test_head_does_not_wait(self) -> None:
        """Where nothing of the body is there, the head goes out alone."""
        one = Connected()
        one.send(request())
        one.answer(Answer(open=True))
        self.assertIn(b"\r\nTransfer-Encoding: chunked\r\n", one.said)
        self.assertTrue(one.said.endswith(b"\r\n\r\n"))

    def test_unknown_length(self) -> None:
        """A body of unknown length is chunked, for HTTP/1.0 it ends with the connection."""
        one, response = self.begun()
        response.ended(DONE)
        self.assertTrue(one.said.endswith(b"4\r\npart\r\n0\r\n\r\n"))
        one, response = self.begun(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        response.ended(DONE)
        self.assertTrue(one.said.endswith(b"Connection: close\r\n\r\npart"))
        self.assertTrue(one.transport.half_closed)

    def test_nothing_after_the_end(self) -> None:
        """Once the client is gone, nothing that still comes is written or counted."""
        one, _ = self.begun()
        relay = one.exchange._relay
        assert relay is not None
        one.leave()
        relay.dataReceived(b"late")
        relay.connectionLost(DONE)
        relay.pause()
        relay.resume()
        relay.stop()
        self.assertEqual(one.records[0].bytes_out, 4)
        self.assertNotIn(b"late", one.said)

    def test_stopped_before_its_start(self) -> None:
        """A response whose body was never taken is refused."""
        one = Connected()
        one.send(request())
        flow = one.answer(Answer(fields=((b"X", b"a\r\nb"),), open=True)).flow
        self.assertTrue(flow.drained)
        self.assertEqual((one.statuses, one.leases), ([500], (0, 0, 0)))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)


class OtherClientTests(SynchronousTestCase):
    """Responses of treq clients that are not our own."""

    def asked(self, response: Any, method: str = "GET") -> bytes:
        """What the client is told when `response` is the answer."""

        class Stack:
            """Answers with it."""

            def send(self, call: Call) -> Deferred[Any]:
                """At once."""
                return succeed(response)

            def broken(self, *_: object) -> None:
                """Is told of it."""

        route = Route(name="other", path="/other", backend="demo")
        leaf = ForwardLeaf.of(route, backend(), Stack())  # type: ignore[arg-type]
        one = Connected(routes=[(route, leaf)])
        one.send(request(method, "/other"))
        return one.said

    def test_fields(self) -> None:
        """Fields, status and length are taken from treq's interface."""
        said = self.asked(Foreign(200, b"abc", 3))
        self.assertRegex(said, rb"^HTTP/1.1 200 Fine\r\nX-A: 1\r\nX-A: 2\r\n")
        self.assertTrue(said.endswith(b"\r\n\r\nabc"))
        self.assertIn(b"Content-Length: 3\r\n", said)

    def test_unknown_length(self) -> None:
        """A body of unknown length is chunked."""
        self.assertTrue(self.asked(Foreign(200, b"abc", UNKNOWN_LENGTH)).endswith(b"0\r\n\r\n"))

    def test_no_body(self) -> None:
        """What cannot have a body has none."""
        for method, status in (("HEAD", 200), ("GET", 204), ("GET", 304)):
            said = self.asked(Foreign(status, b"", UNKNOWN_LENGTH), method)
            self.assertNotIn(b"Transfer-Encoding", said)
            self.assertTrue(said.endswith(b"\r\n\r\n"))

    def test_treq(self) -> None:
        """treq's own stub can stand in for the network."""

        class Hello(Resource):
            """Says hello."""

            isLeaf = True

            def render_GET(self, asked: Request) -> bytes:
                """Say it."""
                return b"hello " + asked.uri

        client = StubTreq(Hello())
        scene = Scene(backend(), client=client)
        route = Route(name="treq", path="/treq", backend="demo")
        one = Connected(routes=[(route, ForwardLeaf.of(route, scene.settings, scene.stack))])
        one.send(request("GET", "/treq"))
        client.flush()
        self.assertEqual((one.statuses, one.said[-11:]), ([200], b"hello /treq"))
        self.assertEqual(scene.picker.in_flight, 0)


class Foreign:
    """A response as treq's interface has it, whole."""

    phrase = b"Fine"

    def __init__(self, code: int, body: bytes, length: Any) -> None:
        self.code = code
        self.length = length
        self.headers = Headers({b"X-A": [b"1", b"2"]})
        self._body = body

    def deliverBody(self, protocol: Any) -> None:
        """Deliver all of it."""
        protocol.makeConnection(None)
        if self._body:
            protocol.dataReceived(self._body)
        protocol.connectionLost(Failure(ResponseDone()))
