"""The shipped doubles do what they were told, and remember what they were asked."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from altlas.errors import ConnectFailed, UpstreamCancelled, UpstreamReset
from altlas.testing import NEVER, Answer, ScriptEnded, StubClient
from altlas.upstream.headers import FieldHeaders
from altlas.wire.framing import CHUNKED

URL = b"http://127.0.0.1:9001/a|b?"


class Taker(Protocol):
    """Takes a body and keeps it."""

    def __init__(self) -> None:
        self.taken = b""
        self.end: Failure | None = None

    def dataReceived(self, data: bytes) -> None:
        self.taken += data

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.end = reason


@implementer(IBodyProducer)
class Producer:
    """A body that writes itself at once."""

    length = UNKNOWN_LENGTH

    def __init__(self, end: Deferred[None]) -> None:
        self.end = end

    def startProducing(self, consumer: Any) -> Deferred[None]:
        consumer.write(b"one ")
        consumer.write(b"two")
        return self.end

    def stopProducing(self) -> None: ...
    def pauseProducing(self) -> None: ...
    def resumeProducing(self) -> None: ...


class StubClientTests(SynchronousTestCase):
    """A client by a script."""

    def test_remembers(self) -> None:
        """What was asked is remembered byte for byte, the body as well."""
        client = StubClient(Answer(), Answer())
        client.request(
            b"PUT", URL, headers=FieldHeaders([(b"X-Odd", b"1")]), data=Producer(succeed(None))
        )
        client.request("POST", "http://h:1", data=b"whole", unbuffered=True)
        first, second = client.asked
        self.assertEqual((first.request.method, first.request.origin), (b"PUT", URL[:21]))
        self.assertEqual(
            (first.request.target, first.request.fields), (b"/a|b?", [(b"X-Odd", b"1")])
        )
        self.assertEqual(
            (first.body, second.body, second.request.target), (b"one two", b"whole", b"")
        )

    def test_answers(self) -> None:
        """A whole answer is a response with status, fields, length, body and trailers."""
        answer = Answer(201, ((b"X-A", b"1"),), b"hello", trailers=((b"T", b"2"),))
        response = self.successResultOf(StubClient(answer).get(URL))
        self.assertEqual((response.code, response.phrase, response.length), (201, b"Created", 5))
        self.assertEqual(response.fields, [(b"X-A", b"1")])
        self.assertEqual(self.successResultOf(response.content()), b"hello")
        self.assertEqual(response.trailers, [(b"T", b"2")])

    def test_in_order(self) -> None:
        """Steps come in order, those of an origin before those for all."""
        client = StubClient(Answer(201))
        client.script(Answer(202))
        client.script_at(b"http://two:1", Answer(203))
        urls = (b"http://one:1/", b"http://two:1/", b"http://two:1/")
        codes = [self.successResultOf(client.get(url)).code for url in urls]
        self.assertEqual(codes, [201, 203, 202])

    def test_fails(self) -> None:
        """A request fails by the error of its step; one too many is a mistake of the test."""
        client = StubClient(ConnectFailed())
        self.failureResultOf(client.get(URL), ConnectFailed)
        self.assertRaises(ScriptEnded, client.get, URL)

    def test_never(self) -> None:
        """A request without an answer waits until the test gives one."""
        client = StubClient(NEVER)
        pending = client.get(URL)
        self.assertNoResult(pending)
        client.asked[0].answer(Answer(204))
        self.assertEqual(self.successResultOf(pending).code, 204)

    def test_cancelled(self) -> None:
        """A request that is given up is remembered as that."""
        client = StubClient(NEVER)
        pending = client.get(URL)
        pending.cancel()
        self.failureResultOf(pending, UpstreamCancelled)
        self.assertTrue(client.asked[0].cancelled)

    def test_informational(self) -> None:
        """Heads of 1xx come before the response, where somebody wants them."""
        heads: list[int] = []
        client = StubClient(Answer(informational=(100, 103)), Answer(informational=(103,)))
        client.request(b"GET", URL, informational=lambda head: heads.append(head.status))
        client.get(URL)
        self.assertEqual(heads, [100, 103])

    def test_broken(self) -> None:
        """A broken body ends by its error after the bytes that came."""
        answer = Answer(body=b"hal", broken=UpstreamReset())
        response = self.successResultOf(StubClient(answer).get(URL))
        taker = Taker()
        response.deliverBody(taker)
        self.assertEqual((taker.taken, response.head.framing), (b"hal", CHUNKED))
        self.assertIsNotNone(taker.end.check(UpstreamReset))

    def test_open(self) -> None:
        """An open body goes on as the test says, and its pace is to be seen."""
        client = StubClient(Answer(body=b"one ", open=True))
        response = self.successResultOf(client.get(URL))
        asked, taker = client.asked[0], Taker()
        response.deliverBody(taker)
        response.pauseProducing()
        self.assertTrue(asked.flow.paused)
        asked.response.received(b"two")
        self.assertEqual(taker.taken, b"one two")
        response.abortConnection()
        self.assertTrue(asked.flow.aborted)
        self.assertIsNone(taker.end.check(ResponseDone))

    def test_refused_body(self) -> None:
        """That nobody wants the body is to be seen too."""
        client = StubClient(Answer(body=b"one ", open=True))
        self.successResultOf(client.get(URL)).discard()
        self.assertTrue(client.asked[0].flow.drained)

    def test_body_that_fails(self) -> None:
        """A body that fails shows what had come, and its failure hurts nobody."""
        client = StubClient(NEVER)
        client.request(b"PUT", URL, data=Producer(fail(OSError())))
        self.assertEqual(client.asked[0].body, b"one two")
