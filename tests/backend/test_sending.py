"""A call becomes a request of the client, whichever client it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from klein import Klein
from treq.client import HTTPClient
from treq.testing import RequestTraversalAgent, StubTreq
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone
from twisted.web.iweb import IRequest, IResponse

from altlas.backend.sending import PlainResponse, with_own_host
from altlas.settings.backends import RetrySettings
from altlas.settings.tree import UpgradeLimits
from altlas.testing import Answer, StubClient
from altlas.wire.section import Section
from altlas.wire.upgrades import Offer
from tests.backend.scene import Scene, backend, body, origin


class SendingTests(SynchronousTestCase):
    """With the gateway's own client."""

    def test_byte_for_byte(self) -> None:
        """Method, target and fields go out as they are, to the member that was picked."""
        scene = Scene(backend(1), Answer())
        call = scene.call(b"GET")
        call.target = b"//a%2F|b?"
        call.fields = [(b"hOST", b"h"), (b"X-Odd", b"1")]
        self.successResultOf(scene.send(call))
        request = scene.asked[0].request
        self.assertEqual((request.method, request.origin), (b"GET", origin(1)))
        self.assertEqual((request.target, request.fields), (call.target, call.fields))

    def test_asterisk(self) -> None:
        """So does the asterisk-form, which is no path."""
        scene = Scene(backend(1), Answer())
        call = scene.call(b"OPTIONS")
        call.target = b"*"
        self.successResultOf(scene.send(call))
        self.assertEqual(scene.asked[0].request.target, b"*")

    def test_host_of_instance(self) -> None:
        """Each instance sees its own address as Host where it is told to; the call does not."""
        scene = Scene(backend(1), Answer())
        call = scene.call(host_of_instance=True)
        self.successResultOf(scene.send(call))
        self.assertEqual(scene.asked[0].request.fields, [(b"Host", b"127.0.0.1:1")])
        self.assertEqual(call.fields, [(b"Host", b"h")])

    def test_host_of_instance_in_a_section(self) -> None:
        """So it is where the fields are a section; its framing stays."""
        scene = Scene(backend(1), Answer())
        call = scene.call(host_of_instance=True)
        call.fields = Section.of([(b"Host", b"h"), (b"Content-Length", b"4")], 4)
        self.successResultOf(scene.send(call))
        sent: Any = scene.asked[0].request.fields
        self.assertEqual(
            (sent.lines, sent.framing), (b"Host: 127.0.0.1:1\r\nContent-Length: 4\r\n", 4)
        )

    def test_host_of_instance_and_offer(self) -> None:
        """An offer of another protocol is made all the same: a 101 to it is awaited."""
        scene = Scene(backend(1), Answer())
        call = scene.call(host_of_instance=True)
        call.offer = Offer((b"websocket",), UpgradeLimits())
        self.successResultOf(scene.send(call))
        self.assertIs(with_own_host(call).offer, call.offer)

    def test_body_and_informational(self) -> None:
        """The body goes out, and 1xx heads come back."""
        scene = Scene(backend(1), Answer(informational=(103,)))
        heads: list[int] = []
        call = scene.call(
            b"PUT", body=body(b"data"), informational=lambda head: heads.append(head.status)
        )
        self.successResultOf(scene.send(call))
        self.assertEqual((scene.asked[0].body, heads), (b"data", [103]))


class Service:
    """A backend in Klein that fails as often as it is told to."""

    app = Klein()

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.asked: list[tuple[bytes, bytes, bytes]] = []

    @app.route("/", branch=True)
    def answer(self, request: IRequest) -> bytes:
        """Say what was asked, or 503."""
        self.asked.append((request.method, request.uri, request.content.read()))
        if self.failures:
            self.failures -= 1
            request.setResponseCode(503)
        lengths = request.requestHeaders.getRawHeaders(b"content-length", [])
        request.setHeader(b"X-Lengths", b",".join(lengths))
        return b"%s at %s" % (request.method, request.getHeader("host").encode())


class Collector(Protocol):
    """Collects a body."""

    def __init__(self) -> None:
        self.data = b""
        self.end: Failure | None = None

    def dataReceived(self, data: bytes) -> None:
        self.data += data

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.end = reason


class AnyTreqClientTests(SynchronousTestCase):
    """Any treq client can stand in: here treq's own, over a Klein resource."""

    def collected(self, pending: Deferred[Any], flush: Callable[[], None]) -> tuple[int, bytes]:
        """Status and body of what `pending` brings."""
        flush()
        response = self.successResultOf(pending)
        collector = Collector()
        response.deliverBody(collector)
        flush()
        assert collector.end is not None
        collector.end.trap(ResponseDone)
        return response.code, collector.data

    def test_stub(self) -> None:
        """With `StubTreq` a request reaches the resource, and its answer comes back up."""
        service = Service()
        stub = StubTreq(service.app.resource())
        scene = Scene(backend(1), client=stub)
        call = scene.call()
        call.target = b"/a?b=1"
        self.assertEqual(self.collected(scene.send(call), stub.flush), (200, b"GET at h"))
        call.finish()
        self.assertEqual(service.asked, [(b"GET", b"/a?b=1", b"")])
        self.assertTrue(scene.idle())

    def test_asterisk(self) -> None:
        """The asterisk-form, which such clients do not know, is asked of the root."""
        service = Service()
        stub = StubTreq(service.app.resource())
        scene = Scene(backend(1), client=stub)
        call = scene.call(b"OPTIONS")
        call.target = b"*"
        self.collected(scene.send(call), stub.flush)
        self.assertEqual(service.asked, [(b"OPTIONS", b"/", b"")])

    def test_section(self) -> None:
        """The fields of a section reach it too, with the instance's own Host where that is told."""
        for own, host in ((False, b"h"), (True, b"127.0.0.1:1")):
            service = Service()
            stub = StubTreq(service.app.resource())
            scene = Scene(backend(1), client=stub)
            call = scene.call(host_of_instance=own)
            call.fields = Section.of([(b"Host", b"h")], 0)
            self.assertEqual(self.collected(scene.send(call), stub.flush), (200, b"GET at " + host))

    def test_body(self) -> None:
        """A body is sent with its length, which is said once."""
        service = Service()
        agent = RequestTraversalAgent(service.app.resource())
        scene = Scene(backend(1), client=HTTPClient(agent))
        call = scene.call(b"PUT", body=body(b"data"))
        call.fields = [(b"Host", b"h"), (b"Content-Length", b"4")]
        pending = scene.send(call)
        agent.flush()
        response = self.successResultOf(pending)
        self.assertEqual(service.asked, [(b"PUT", b"/", b"data")])
        self.assertEqual(response.headers.getRawHeaders(b"x-lengths"), [b"4"])

    def test_retries(self) -> None:
        """A refused answer is let go and the request sent again, body and all."""
        service = Service(failures=1)
        agent = RequestTraversalAgent(service.app.resource())
        settings = backend(2, retry=RetrySettings(tries=1))
        scene = Scene(settings, client=HTTPClient(agent))
        call = scene.call(b"PUT", body=body(b"data"))
        pending = scene.send(call)
        agent.flush()
        scene.clock.advance(1)
        self.assertEqual(self.collected(pending, agent.flush), (200, b"PUT at h"))
        self.assertEqual(service.asked, [(b"PUT", b"/", b"data")] * 2)
        self.assertEqual((call.record.tries, scene.member(1).failures), (2, 1))


class PlainResponseTests(SynchronousTestCase):
    """A response of any client."""

    def test_passes_on(self) -> None:
        """It is the response that it stands for."""
        original = self.successResultOf(StubClient(Answer(201, body=b"x")).get(origin(1)))
        response = PlainResponse(original)
        self.assertTrue(IResponse.providedBy(response))
        self.assertEqual((response.code, response.phrase), (201, b"Created"))
        collector = Collector()
        response.deliverBody(collector)
        self.assertEqual(collector.data, b"x")

    def test_discard(self) -> None:
        """To refuse it cuts its connection."""
        client = StubClient(Answer(open=True))
        PlainResponse(self.successResultOf(client.get(origin(1)))).discard()
        self.assertTrue(client.asked[0].flow.aborted)

    def test_discard_of_a_lesser_one(self) -> None:
        """A body whose transport offers less is refused as far as it offers."""

        class Transport:
            def __init__(self) -> None:
                self.stopped = False

            def stopProducing(self) -> None:
                self.stopped = True

        class Response:
            def deliverBody(self, protocol: Protocol) -> None:
                protocol.makeConnection(transport)

        for transport in (Transport(), object()):
            PlainResponse(Response()).discard()
            self.assertTrue(getattr(transport, "stopped", True))
