"""Promises of requests with a body, and of requests that are given up."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone

from altlas.errors import (
    ClientGone,
    UpstreamCancelled,
    UpstreamReset,
)
from altlas.upstream.headers import FieldHeaders
from tests.upstream.link import Body, Link, Room, Sink, delivered, result_of

OK = b"HTTP/1.1 200 OK\r\n"


class UploadedTests(SynchronousTestCase):
    """Request bodies, and answers that do not wait for them."""

    def posted(self, body: Body) -> Link:
        self.room = Room()
        self.deferred = self.room.get(method="POST", data=body)
        return self.room.accept()

    def test_small_body_goes_with_the_head(self) -> None:
        """Bytes go out in one write with the head."""
        room = Room()
        room.get(method="POST", data=b"abc")
        self.assertRegex(
            room.accept().heard(), rb"^POST / HTTP/1.1\r\n(?s:.*)Content-Length: 3\r\n\r\nabc$"
        )

    def test_produced_while_connected(self) -> None:
        """A body starts when the connection is there, never before."""
        room, body = Room(), Body(3)
        room.get(method="PUT", data=body)
        self.assertEqual(body.calls, [])
        link = room.accept()
        self.assertEqual(body.calls, ["start"])
        body.writes(b"abc")
        body.ends()
        self.assertTrue(link.heard().endswith(b"\r\n\r\nabc"))

    def test_complete_in_order(self) -> None:
        """After a whole body and a whole answer the connection is free."""
        body = Body(3)
        link = self.posted(body)
        body.writes(b"abc")
        body.ends()
        link.says(OK + b"Content-Length: 0\r\n\r\n")
        self.assertEqual((self.room.idle(), body.calls), (1, ["start"]))

    def test_alone(self) -> None:
        """A request whose end some server might not find is the last one of its connection, and
        says so: chunks, a body of a GET, a body that waits to be asked for.
        """
        expecting = FieldHeaders([(b"Host", b"a"), (b"expect", b"100-continue")])
        for method, body, headers in (
            ("POST", Body(at_once=b"abc"), None),
            ("GET", Body(3, b"abc"), None),
            ("DELETE", b"abc", None),
            ("POST", Body(3, b"abc"), expecting),
            ("POST", b"abc", expecting),
        ):
            room = Room()
            deferred = room.get(method=method, data=body, headers=headers)
            link = room.accept()
            self.assertIn(b"\r\nConnection: close\r\n", link.heard())
            link.says(OK + b"Content-Length: 2\r\n\r\nok")
            self.assertEqual(delivered(result_of(deferred)).data, b"ok")
            self.assertTrue(link.closing)
            self.assertEqual(room.idle(), 0)

    def test_here_at_once(self) -> None:
        """A body that is here at once leaves nothing to do but to wait for the answer, in parts
        or not, or for its end.
        """
        for pieces in (
            (OK + b"Content-Length: 1\r\n\r\na",),
            (OK, b"Content-Length: 1\r\n\r\n", b"a"),
        ):
            link = self.posted(Body(3, b"abc"))
            sinks: list[Sink] = []
            self.deferred.addCallback(delivered).addCallback(sinks.append)
            for piece in pieces:
                link.says(piece)
            self.assertEqual((sinks[0].data, self.room.idle()), (b"a", 1))
        link = self.posted(Body(3, b"abc"))
        link.hangs_up()
        self.assertIsInstance(result_of(self.deferred), UpstreamReset)

    def test_early_refusal(self) -> None:
        """An early refusal is delivered at once, stops the body, and ends the connection."""
        body = Body(9)
        link = self.posted(body)
        body.writes(b"abc")
        link.says(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\n")
        response = result_of(self.deferred)
        self.assertEqual((response.code, body.calls), (413, ["start", "stop"]))
        sink = delivered(response)
        link.says(b"abc")
        self.assertIsInstance(sink.ends[0], ResponseDone)
        self.assertEqual((self.room.idle(), link.closing), (0, True))

    def test_early_whole_refusal(self) -> None:
        """So it is when the refusal comes in one piece."""
        body = Body(9)
        link = self.posted(body)
        link.says(b"HTTP/1.1 401 No\r\nContent-Length: 3\r\n\r\nabc")
        self.assertEqual(result_of(self.deferred).take_body(), b"abc")
        self.assertEqual((body.calls, link.aborted), (["start", "stop"], True))

    def test_echo(self) -> None:
        """An instance that answers while it reads gets the rest of the body."""
        body = Body()
        link = self.posted(body)
        link.says(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        sink = delivered(result_of(self.deferred))
        for piece in (b"a", b"b"):
            link.heard()
            body.writes(piece)
            self.assertEqual(link.heard(), b"1\r\n" + piece + b"\r\n")
            link.says(b"1\r\n" + piece + b"\r\n")
        body.ends()
        link.says(b"0\r\n\r\n")
        self.assertEqual((sink.data, len(sink.ends)), (b"ab", 1))
        self.assertEqual((self.room.idle(), link.closing), (0, True))

    def test_answer_ends_before_the_body(self) -> None:
        """A success that is complete before the request is ends the connection too."""
        body = Body()
        link = self.posted(body)
        link.says(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        sink = delivered(result_of(self.deferred))
        link.says(b"0\r\n\r\n")
        self.assertIsInstance(sink.ends[0], ResponseDone)
        self.assertEqual((body.calls, link.aborted), (["start", "stop"], True))

    def test_client_gone(self) -> None:
        """An error of the gateway's own in the body is the error of the request."""
        body = Body()
        link = self.posted(body)
        body.breaks(ClientGone())
        self.assertIsInstance(result_of(self.deferred), ClientGone)
        self.assertTrue(link.aborted)

    def test_body_breaks_after_the_answer(self) -> None:
        """It ends an answer that is under way as well."""
        body = Body()
        link = self.posted(body)
        link.says(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        sink = delivered(result_of(self.deferred))
        body.breaks(KeyError("odd"))
        self.assertEqual([type(end) for end in sink.ends], [UpstreamCancelled])
        link.settles()
        self.assertEqual(len(sink.ends), 1)

    def test_lost_while_sending(self) -> None:
        """A connection lost within the body stops it once."""
        body = Body()
        link = self.posted(body)
        link.resets()
        self.assertIsInstance(result_of(self.deferred), UpstreamReset)
        self.assertEqual(body.calls, ["start", "stop"])


class CancelledTests(SynchronousTestCase):
    """A request can be given up at every stage."""

    def test_while_connecting(self) -> None:
        """Before there is a connection, connecting stops; a late one is closed."""
        room, body = Room(), Body()
        deferred = room.get(method="POST", data=body)
        deferred.cancel()
        self.assertIsInstance(result_of(deferred), UpstreamCancelled)
        self.assertTrue(room.reactor.connectors[0].stoppedConnecting)
        self.assertEqual(body.calls, [])

    def test_while_waiting(self) -> None:
        """Before the head, the connection is cut."""
        for start in (b"", OK):
            room, body = Room(), Body()
            deferred = room.get(method="POST", data=body)
            link = room.accept()
            link.says(start)
            deferred.cancel()
            self.assertIsInstance(result_of(deferred), UpstreamCancelled)
            self.assertEqual((link.aborted, body.calls), (True, ["start", "stop"]))
            link.settles()
            self.assertEqual((body.calls, room.open()), (["start", "stop"], 0))

    def test_after_the_request_s_body(self) -> None:
        """A body that was sent whole is not stopped any more."""
        room, body = Room(), Body(3, b"abc")
        deferred = room.get(method="POST", data=body)
        link = room.accept()
        deferred.cancel()
        self.assertIsInstance(result_of(deferred), UpstreamCancelled)
        self.assertEqual((link.aborted, body.calls), (True, ["start"]))

    def test_on_a_reused_connection(self) -> None:
        """So it is on a connection that served before."""
        room = Room()
        _, link = room.answered(OK + b"Content-Length: 0\r\n\r\n")
        deferred = room.get()
        deferred.cancel()
        self.assertIsInstance(result_of(deferred), UpstreamCancelled)
        self.assertTrue(link.aborted)

    def test_within_an_informational(self) -> None:
        """Whoever hears a 1xx may give up, though more is in the same piece."""
        room = Room()
        deferred = room.get(informational=lambda _: deferred.cancel())
        room.accept().says(b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + OK + b"Content-Length: 0\r\n\r\n")
        self.assertIsInstance(result_of(deferred), UpstreamCancelled)
        self.assertEqual(room.idle(), 0)

    def test_after_the_answer(self) -> None:
        """After the response a cancelled Deferred does nothing: the body has its own end."""
        room = Room()
        deferred = room.get()
        link = room.accept()
        link.says(OK + b"Content-Length: 3\r\n\r\na")
        deferred.cancel()
        self.assertFalse(link.closing)
