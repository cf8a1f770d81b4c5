"""Exchanges: what each ending means to client, backend and log."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.exchange import MOST_INFORMATIONAL
from altlas.errors import NoneHealthy, UpstreamReset
from altlas.settings.tree import (
    BreakerSettings,
    ListenerLimits,
    RetrySettings,
    RouteLimits,
    Timeouts,
)
from altlas.testing import Answer
from altlas.upstream.response import DONE
from altlas.wire.heads import ResponseHead
from tests.edge.connected import Connected, fixed, moved, post, request

#: every limit set, and no two alike
LIMITS = Timeouts(response=10.0, total=40.0, idle=20.0)


class EdgeTestCase(SynchronousTestCase):
    """Knows what must be true of every exchange that ended."""

    def ended(self, one: Connected, flag: str, status: int) -> None:
        """One exchange ended so, and nothing of it is left."""
        self.assertEqual([(each.flag, each.status) for each in one.records], [(flag, status)])
        self.assertEqual((one.leases, one.listening.in_flight), ((0, 0, 0), 0))
        self.assertEqual(one.listening.served, 1)
        one.leave()
        self.assertEqual((len(one.records), one.timers), (1, 0))

    def broken_off(self, one: Connected) -> None:
        """The client's connection was cut."""
        self.assertTrue(one.transport.aborted)


class CompleteTests(EdgeTestCase):
    """Answers that arrive whole."""

    def test_at_once(self) -> None:
        """An answer that is here whole is one write."""
        one = Connected(Answer(body=b"hello", fields=((b"Date", b"x"), (b"X-Request-ID", b"own"))))
        writes: list[bytes] = []
        one.transport.write = writes.append  # type: ignore[method-assign]
        one.send(request())
        self.assertEqual(
            writes,
            [
                b"HTTP/1.1 200 OK\r\nDate: x\r\nX-Request-ID: own\r\nVia: 1.1 altlas\r\n"
                b"Content-Length: 5\r\n\r\nhello"
            ],
        )
        self.ended(one, "-", 200)

    def test_in_pieces(self) -> None:
        """An answer of unknown length goes out in chunks, its trailers after them."""
        one = Connected()
        one.send(request())
        response = one.answer().response
        assert response is not None
        response.received(b"more")
        response.trailers = [(b"X-Sum", b"8"), (b"Host", b"evil")]
        self.assertEqual(one.records, [])
        response.ended(DONE)
        _, _, body = one.said.partition(b"\r\n\r\n")
        self.assertEqual(body, b"4\r\npart\r\n4\r\nmore\r\n0\r\nX-Sum: 8\r\n\r\n")
        self.assertEqual(one.records[0].bytes_out, 8)
        self.assertFalse(one.transport.half_closed)
        self.ended(one, "-", 200)

    def test_what_it_says(self) -> None:
        """Date, id and the fate of the connection are added where they are missing."""
        one = Connected(Answer(), Answer())
        one.send(request())
        self.assertRegex(one.said, rb"\r\nDate: [^\r]+ GMT\r\nX-Request-ID: [0-9a-f]{32}\r\n")
        self.assertNotIn(b"Connection", one.said)
        one.send(request("GET", "/", "Connection: close"))
        self.assertIn(b"\r\nConnection: close\r\n", one.said)
        self.assertTrue(one.transport.half_closed)

    def test_body_with_its_head(self) -> None:
        """A body that came with its head is sent as bytes; what follows is the next request."""
        one = Connected(Answer(), Answer())
        one.send(post(4, b"0123") + request("GET", "/next"))
        first, second = one.scene.script.asked
        self.assertEqual((first.request.body, second.request.target), (b"0123", b"/next"))
        self.assertIsNone(second.request.body)
        self.assertEqual([each.bytes_in for each in one.records], [4, 0])

    def test_body_again(self) -> None:
        """A body that came with its head is sent again at another try, unless it is too long."""
        for limit, tries in ((4, 2), (3, 1)):
            retry = RetrySettings(body_limit=limit, backoff=0.0)
            one = Connected(UpstreamReset(), Answer(), settings={"retry": retry})
            one.send(request("PUT", "/", "Content-Length: 4", body=b"0123"))
            one.clock.advance(1)
            self.assertEqual([each.body for each in one.scene.script.asked], [b"0123"] * tries)

    def test_expected(self) -> None:
        """A body whose client asks first may come with its head all the same."""
        one = Connected(Answer(informational=(100,)))
        sent = request("POST", "/", "Expect: 100-continue", "Content-Length: 4", body=b"0123")
        one.send(sent)
        self.assertEqual((one.asked.body, one.statuses), (b"0123", [100, 200]))

    def test_early(self) -> None:
        """An answer before the body's end is told whole, and the connection not kept."""
        one = Connected()
        one.send(post(10, b"012"))
        asked = one.asked
        asked.request.body.stopProducing()  # type: ignore[union-attr]
        one.answer(Answer(status=403))
        self.assertIn(b"\r\nConnection: close\r\n", one.said)
        self.assertTrue(one.transport.half_closed)
        self.ended(one, "-", 403)

    def test_early_while_it_flows(self) -> None:
        """A body that still flows may end before the answer does: then all is well."""
        one = Connected()
        one.send(post(4, b"01"))
        response = one.answer().response
        assert response is not None
        one.send(b"23")
        response.ended(DONE)
        self.assertFalse(one.transport.half_closed)
        self.assertEqual((one.asked.body, one.records[0].bytes_in), (b"0123", 4))

    def test_flows_no_more(self) -> None:
        """An answer that ends before the body that flowed closes the connection after it."""
        one = Connected()
        one.send(post(4, b"01"))
        response = one.answer().response
        assert response is not None
        response.ended(DONE)
        self.assertTrue(one.transport.half_closed)
        self.ended(one, "-", 200)

    def test_refused_while_it_flows(self) -> None:
        """After a refusal no rest of a body is read as a request, though its taker still takes."""
        one = Connected(routes=[fixed()])
        one.send(post(100, b"01"))
        self.assertTrue(one.exchange.body.flowing)
        one.answer(UpstreamReset())
        self.assertIn(b"\r\nConnection: close\r\n", one.said)
        one.send(request("GET", "/fixed"))
        self.assertEqual(one.statuses, [502])

    def test_own(self) -> None:
        """The gateway's own answers are whole, to HEAD without their body."""
        one = Connected(routes=[fixed(), moved()])
        one.send(request("HEAD", "/fixed") + request("GET", "/old"))
        self.assertEqual(one.statuses, [200, 308])
        self.assertNotIn(b"hello", one.said)
        self.assertIn(b"\r\nLocation: /new\r\n", one.said)
        self.assertEqual([each.bytes_out for each in one.records], [0, 0])


class InformationalTests(EdgeTestCase):
    """1xx heads."""

    def hint(self, one: Connected, status: int) -> None:
        """The instance sends one."""
        one.exchange.informational(ResponseHead(status, b"", 1, [], 0, True, frozenset(), 0))

    def test_passed_on(self) -> None:
        """They are passed on, and leave the answer to come."""
        one = Connected()
        one.send(request())
        self.hint(one, 103)
        one.answer(Answer())
        self.assertEqual(one.statuses, [103, 200])
        self.ended(one, "-", 200)

    def test_continue(self) -> None:
        """A 100 is for who waits for it, once."""
        one = Connected()
        one.send(post(1))
        self.hint(one, 100)
        self.assertEqual(one.said, b"")
        one.send(b"x")
        one.answer(Answer())
        one.send(request("POST", "/", "Expect: 100-continue", "Content-Length: 1"))
        self.hint(one, 100)
        self.hint(one, 100)
        self.assertEqual(one.statuses, [200, 100])

    def test_not_for_old_clients(self) -> None:
        """HTTP/1.0 does not know them."""
        one = Connected()
        one.send(b"GET / HTTP/1.0\r\n\r\n")
        self.hint(one, 103)
        self.assertEqual(one.said, b"")

    def test_too_many(self) -> None:
        """An instance that sends nothing else is given up."""
        one = Connected()
        one.send(request())
        for _ in range(MOST_INFORMATIONAL + 1):
            self.hint(one, 103)
        self.assertTrue(one.asked.cancelled)
        self.assertEqual(one.statuses[-1], 502)
        self.hint(one, 103) if one.channel.exchange else None
        self.ended(one, "UPE", 502)


class FullTests(EdgeTestCase):
    """The client takes nothing yet when the answer comes."""

    def test_begins_paused(self) -> None:
        """The instance is held from the start: a transport says only once that it is full."""
        one = Connected()
        one.send(request())
        one.fill()
        asked = one.answer(Answer(body=b"part", open=True))
        self.assertTrue(asked.flow.paused)
        one.drain()
        self.assertFalse(asked.flow.paused)


class RefusedTests(EdgeTestCase):
    """Errors before a byte of the answer is out."""

    def test_by_the_backend(self) -> None:
        """A failed try is a problem+json, and the connection serves on."""
        one = Connected(UpstreamReset(reason="at 10.0.0.1"))
        one.send(request())
        self.assertEqual(one.statuses, [502])
        self.assertNotIn(b"10.0.0.1", one.said)
        self.assertFalse(one.transport.half_closed)
        self.assertEqual(one.records[0].reason, "at 10.0.0.1")
        self.ended(one, "UC", 502)

    def test_broken_at_once(self) -> None:
        """A body that broke before anything was written is such an error too."""
        one = Connected(Answer(broken=UpstreamReset()))
        one.send(request())
        self.assertEqual(one.statuses, [502])
        self.ended(one, "UC", 502)

    def test_after_retries(self) -> None:
        """The log tells that there were other tries before."""
        steps = [UpstreamReset()] * 3
        one = Connected(*steps, settings={"retry": RetrySettings(tries=2)})
        one.send(request())
        one.clock.pump([0.25, 0.25])
        self.assertEqual((one.statuses, one.records[0].tries), ([502], 3))
        self.assertRegex(one.records[0].reason, r"\.; 3 tries, the last failed \(reset\)$")
        self.ended(one, "UC,URX", 502)

    def test_none_healthy(self) -> None:
        """A backend that has nobody to ask is a 503."""
        one = Connected()
        one.scene.down(1)
        one.scene.down(2)
        one.send(request())
        self.ended(one, NoneHealthy.flag, 503)

    def test_wire_errors_close(self) -> None:
        """After a client's fault on the wire the rest is not read; other errors keep."""
        for sent, status, closes in (
            (request("GET", "/%00"), 400, True),
            (post(11), 413, True),
            (request("POST", "/", "Transfer-Encoding: chunked") + b"x\r\n", 400, True),
            (request("GET", "/elsewhere"), 404, False),
        ):
            one = Connected(route={"path": "~^/$", "limit": RouteLimits(body=10)})
            one.send(sent)
            self.assertEqual((one.statuses, one.transport.half_closed), ([status], closes), sent)

    def test_body_breaks_later(self) -> None:
        """A body that breaks its framing on its way cancels the try, and is not the backend's."""
        one = Connected()
        one.send(request("POST", "/", "Transfer-Encoding: chunked") + b"1\r\na\r\n")
        one.send(b"nonsense\r\n")
        self.assertTrue(one.asked.cancelled)
        self.assertEqual([each.failures for each in one.scene.roster.members], [0, 0])
        self.ended(one, "DPE", 400)

    def test_bug(self) -> None:
        """What nobody foresaw is a 500 in the client's eyes and a failure in the log's."""
        one = Connected(Answer(fields=((b"X", b"a\r\nb"),)))
        one.send(request())
        self.assertEqual(one.statuses, [500])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.ended(one, "-", 500)

    def test_late_response(self) -> None:
        """A response that comes after all is refused, and its lease given back."""
        one = Connected()
        one.send(request())
        exchange = one.exchange
        exchange.fail(NoneHealthy())
        call, picker = exchange.call, one.scene.picker
        assert call is not None
        member = picker.take()
        assert member is not None
        call.member, call.lender = member, picker
        refused: list[str] = []
        exchange._respond(Refusable(refused))
        self.assertEqual((refused, one.leases), (["discarded"], (0, 0, 0)))


class BrokenOffTests(EdgeTestCase):
    """Errors when a part of the answer is out."""

    def begun(self, **said: Any) -> Connected:
        """An exchange of whose answer a part is out."""
        one = Connected(**said)
        one.send(request())
        one.answer()
        return one

    def end(self, one: Connected, error: Exception) -> None:
        """The body breaks off."""
        from twisted.python.failure import Failure

        assert one.asked.response is not None
        one.asked.response.ended(Failure(error))

    def test_visibly(self) -> None:
        """What came is the client's, the end is missing, and the connection closes."""
        one = self.begun()
        self.end(one, UpstreamReset())
        self.assertTrue(one.said.endswith(b"4\r\npart\r\n"))
        self.assertTrue(one.transport.half_closed)
        self.assertEqual(sum(each.failures for each in one.scene.roster.members), 1)
        self.ended(one, "UC", 200)

    def test_by_reset(self) -> None:
        """Where the close would be the end, it is a reset."""
        one = Connected()
        one.send(b"GET / HTTP/1.0\r\n\r\n")
        one.answer()
        self.end(one, UpstreamReset())
        self.broken_off(one)
        self.ended(one, "UC", 200)

    def test_by_the_client(self) -> None:
        """A client that leaves ends the instance's work, and nobody is blamed."""
        one = self.begun()
        one.leave()
        self.assertTrue(one.asked.flow.aborted)
        self.assertEqual(sum(each.failures for each in one.scene.roster.members), 0)
        self.ended(one, "DC", 200)

    def test_breaker_hears(self) -> None:
        """A body that breaks off is a failure to the breaker, though its head was a success."""
        breaker = BreakerSettings(minimum=1, error_rate=0.1)
        one = self.begun(settings={"breaker": breaker})
        self.end(one, UpstreamReset())
        self.assertEqual(one.scene.guard.breaker.state, "open")


class GoneTests(EdgeTestCase):
    """The client leaves before any of the answer."""

    def test_while_waiting(self) -> None:
        """The try is cancelled."""
        one = Connected()
        one.send(request())
        one.leave()
        self.assertTrue(one.asked.cancelled)
        self.ended(one, "DC", 499)

    def test_between_tries(self) -> None:
        """There will be no other try."""
        one = Connected(UpstreamReset(), settings={"retry": RetrySettings(tries=2)})
        one.send(request())
        one.leave()
        one.clock.advance(10)
        self.assertEqual(len(one.scene.script.asked), 1)
        self.ended(one, "DC", 499)


class TimeTests(EdgeTestCase):
    """Who is late, and who is told so."""

    def waiting(self, sent: bytes, **limits: Any) -> Connected:
        """An exchange that began with these bytes, under these limits."""
        timeout = Timeouts(response=None, total=None, **limits)
        limit = ListenerLimits(body_rate=None)
        one = Connected(settings={"timeout": timeout}, listener={"limit": limit})
        one.send(sent)
        return one

    def test_client_stalls(self) -> None:
        """A body of which no byte comes is a 408; each byte counts as a sign of life."""
        one = self.waiting(post(10, b"0"), idle=20.0)
        one.clock.advance(19)
        one.send(b"1")
        one.clock.advance(19)
        self.assertEqual(one.records, [])
        one.clock.advance(1)
        self.assertEqual(one.statuses, [408])
        self.ended(one, "SI", 408)

    def test_nothing_runs_while_the_answer_is_awaited(self) -> None:
        """After the body's last byte the idle limit rests; the answer's own limits count."""
        one = self.waiting(post(2, b"0"), idle=20.0)
        one.clock.advance(19)
        one.send(b"1")
        one.clock.advance(100)
        self.assertEqual(one.records, [])
        one.answer()
        one.clock.advance(20)
        self.assertEqual(one.records[0].flag, "UT")

    def test_answer_while_the_body_flows(self) -> None:
        """The end of the body is a sign of life too, and the answer must go on from there."""
        one = self.waiting(post(2, b"0"), idle=20.0)
        one.answer()
        one.clock.advance(15)
        one.send(b"1")
        one.clock.advance(19)
        self.assertEqual(one.records, [])
        one.clock.advance(1)
        self.assertEqual(one.records[0].flag, "UT")

    def test_backend_takes_nothing(self) -> None:
        """A body that we ourselves do not read is not the client's fault."""
        one = self.waiting(post(10, b"0"), idle=20.0)
        one.exchange.body.pauseProducing()
        one.clock.advance(20)
        self.ended(one, "UT", 504)

    def test_nobody_invites(self) -> None:
        """Nor is one that was never asked for."""
        sent = request("POST", "/", "Expect: 100-continue", "Content-Length: 5")
        one = self.waiting(sent, idle=20.0)
        one.clock.advance(20)
        self.ended(one, "UT", 504)

    def test_answer_stalls(self) -> None:
        """An answer that stops is cut, to the backend's account."""
        one = self.waiting(request(), idle=20.0)
        response = one.answer().response
        assert response is not None
        one.clock.advance(19)
        response.received(b"more")
        one.clock.advance(19)
        self.assertEqual(one.records, [])
        one.clock.advance(1)
        self.assertTrue(one.asked.flow.aborted)
        self.assertEqual(sum(each.failures for each in one.scene.roster.members), 1)
        self.ended(one, "UT", 200)

    def test_client_takes_nothing(self) -> None:
        """A client that takes nothing is cut, to nobody's account but its own."""
        one = self.waiting(request(), idle=20.0)
        one.answer()
        one.clock.advance(10)
        one.fill()
        one.clock.advance(9)
        one.drain()  # a sign of life
        one.fill()
        one.clock.advance(19)
        self.assertEqual(one.records, [])
        one.clock.advance(1)
        self.broken_off(one)
        self.assertEqual(sum(each.failures for each in one.scene.roster.members), 0)
        self.ended(one, "SI", 200)

    def test_both_stall(self) -> None:
        """Within an answer to a body that still flows, it is the client who owes something."""
        one = self.waiting(post(10, b"0"), idle=20.0)
        one.answer()
        one.clock.advance(20)
        self.assertEqual(sum(each.failures for each in one.scene.roster.members), 0)
        self.ended(one, "SI", 200)

    def test_whole_exchange(self) -> None:
        """`timeout.stream` ends whatever is under way; before the answer as an error."""
        one = self.waiting(request(), stream=5.0)
        one.clock.advance(5)
        self.ended(one, "UT", 504)
        one = self.waiting(post(10), stream=5.0)
        one.clock.advance(5)
        self.ended(one, "SI", 408)
        one = self.waiting(request(), stream=5.0)
        one.answer()
        one.clock.advance(5)
        self.assertTrue(one.said.endswith(b"4\r\npart\r\n"))
        self.assertEqual(sum(each.failures for each in one.scene.roster.members), 0)
        self.ended(one, "UT", 200)

    def test_deadlines(self) -> None:
        """`timeout.response` is a 504 and no limit to what follows the head."""
        one = Connected(settings={"timeout": LIMITS})
        one.send(request())
        one.clock.advance(10)
        self.ended(one, "UT", 504)
        one = Connected(settings={"timeout": LIMITS})
        one.send(request())
        response = one.answer().response
        assert response is not None
        for _ in range(5):
            one.clock.advance(15)
            response.received(b"x")
        response.ended(DONE)
        self.ended(one, "-", 200)


class Refusable:
    """A response that remembers to have been refused."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    def discard(self) -> None:
        """Refuse the body."""
        self._told.append("discarded")
