"""Promises of one request over one connection: answers of every sort, and broken ones."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone
from twisted.web.iweb import UNKNOWN_LENGTH

from altlas.errors import (
    UpstreamMalformed,
    UpstreamReset,
)
from tests.upstream.link import Room, Sink, delivered, result_of

OK = b"HTTP/1.1 200 OK\r\n"


class WholeAnswerTests(SynchronousTestCase):
    """Answers that end by themselves leave their connection free."""

    def setUp(self) -> None:
        self.room = Room()

    def whole(self, answer: bytes, method: str = "GET") -> Any:
        """A complete answer that leaves the connection idle."""
        response, link = self.room.answered(answer, method)
        self.assertEqual((self.room.idle(), link.closing), (1, False))
        return response

    def test_sized(self) -> None:
        """A body with its length is given as it is, then ResponseDone, once."""
        response = self.whole(OK + b"Content-Length: 3\r\n\r\nabc")
        sink = delivered(response)
        self.assertEqual((response.code, response.length, sink.data), (200, 3, b"abc"))
        self.assertIsInstance(sink.ends.pop(), ResponseDone)
        self.assertEqual(sink.ends, [])

    def test_chunked_with_trailers(self) -> None:
        """A chunked body is given without its chunks, its trailers beside it."""
        answer = b"Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n2\r\nbc\r\n0\r\nX-Sum: 3\r\n\r\n"
        response = self.whole(OK + answer)
        self.assertIs(response.length, UNKNOWN_LENGTH)
        self.assertEqual(delivered(response).data, b"abc")
        self.assertEqual(response.trailers, [(b"X-Sum", b"3")])

    def test_bodyless(self) -> None:
        """204, 304 and answers to HEAD have no body, whatever length they tell."""
        for status in (b"204 No Content", b"304 Not Modified"):
            self.setUp()
            self.whole(b"HTTP/1.1 " + status + b"\r\n\r\n")
        self.setUp()
        response, _ = self.room.answered(OK + b"Content-Length: 99\r\n\r\n", "HEAD")
        self.assertEqual((response.length, delivered(response).data), (0, b""))
        self.assertEqual(response.headers.getRawHeaders(b"content-length"), [b"99"])

    def test_announced_without_leave(self) -> None:
        """After an answer without body that announces one its connection is not used again.

        Should the body come all the same, it would be read as somebody else's answer.
        """
        for first, method in ((OK, "HEAD"), (b"HTTP/1.1 204 No Content\r\n", "GET")):
            for field in (b"Content-Length: 5", b"Transfer-Encoding: chunked"):
                self.setUp()
                _, link = self.room.answered(first + field + b"\r\n\r\n", method)
                self.assertEqual((self.room.idle(), link.closing), (0, True))

    def test_byte_by_byte(self) -> None:
        """It does not matter in which pieces an answer comes."""
        deferred = self.room.get()
        link = self.room.accept()
        for byte in OK + b"Content-Length: 3\r\n\r\n":
            link.says(bytes([byte]))
        sink = delivered(result_of(deferred))
        for byte in b"abc":
            link.says(bytes([byte]))
        self.assertEqual((sink.data, len(sink.ends), self.room.idle()), (b"abc", 1, 1))

    def test_informational(self) -> None:
        """1xx heads go to whoever asked for them, and the final one is the answer."""
        seen: list[int] = []
        deferred = self.room.get(informational=lambda head: seen.append(head.status))
        link = self.room.accept()
        link.says(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTT")
        self.assertEqual(seen, [100, 103])
        link.says(b"P/1.1 204 No Content\r\n\r\n")
        self.assertEqual(result_of(deferred).code, 204)

    def test_many_informational(self) -> None:
        """However many 1xx heads come in one piece, the final one is found."""
        deferred = self.room.get()
        link = self.room.accept()
        link.says(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3000 + OK + b"Content-Length: 0\r\n\r\n")
        self.assertEqual((result_of(deferred).code, self.room.idle()), (200, 1))

    def test_taken_whole(self) -> None:
        """A small body that is here can be taken at once, but only once."""
        response = self.whole(OK + b"Content-Length: 3\r\n\r\nabc")
        self.assertEqual(response.take_body(), b"abc")
        self.assertRaises(RuntimeError, response.take_body)
        self.assertRaises(RuntimeError, response.deliverBody, Sink())

    def test_reused(self) -> None:
        """The next request goes over the same connection, and its response says so."""
        first = self.whole(OK + b"Content-Length: 0\r\n\r\n")
        link = self.room.links[0]
        link.heard()
        deferred = self.room.get(b"/two?")
        self.assertEqual(self.room.asked, 1)
        self.assertTrue(link.heard().startswith(b"GET /two? HTTP/1.1\r\n"))
        link.says(OK + b"Content-Length: 0\r\n\r\n")
        self.assertEqual((first.reused, result_of(deferred).reused), (False, True))


class LastAnswerTests(SynchronousTestCase):
    """After some answers a connection must not be used again, though they are complete."""

    def closed_after(self, answer: bytes) -> Any:
        """A complete answer that closes the connection."""
        room = Room()
        response, link = room.answered(answer)
        self.assertEqual((room.idle(), link.closing), (0, True))
        sink = delivered(response)
        self.assertIsInstance(sink.ends[0], ResponseDone)
        return sink

    def test_asked_for(self) -> None:
        """Connection: close is believed."""
        self.closed_after(OK + b"Connection: close\r\nContent-Length: 0\r\n\r\n")

    def test_old_version(self) -> None:
        """HTTP/1.0 closes."""
        self.closed_after(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")

    def test_extra_bytes(self) -> None:
        """What follows the answer belongs to nobody: not to it, and not to the next."""
        self.assertEqual(
            self.closed_after(OK + b"Content-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n").data, b"abc"
        )
        self.closed_after(b"HTTP/1.1 204 No Content\r\n\r\nx")
        self.closed_after(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nx")

    def test_extra_bytes_later(self) -> None:
        """So it is when the rest and more come in a piece of their own."""
        room = Room()
        response, link = room.answered(OK + b"Content-Length: 3\r\n\r\na")
        sink = delivered(response)
        link.says(b"bcd")
        self.assertEqual((sink.data, link.closing, room.idle()), (b"abc", True, 0))
        self.assertIsInstance(sink.ends[0], ResponseDone)


class UntilCloseTests(SynchronousTestCase):
    """A body that ends with its connection."""

    def setUp(self) -> None:
        self.room = Room()
        self.response, self.link = self.room.answered(OK + b"\r\nabc")
        self.sink = delivered(self.response)
        self.link.says(b"def")
        self.assertEqual((self.sink.data, self.sink.ends), (b"abcdef", []))

    def test_clean_close(self) -> None:
        """A clean close is its end."""
        self.link.hangs_up()
        self.assertIsInstance(self.sink.ends[0], ResponseDone)
        self.assertEqual(self.room.open(), 0)

    def test_reset(self) -> None:
        """A reset is not."""
        self.link.resets()
        self.assertIsInstance(self.sink.ends[0], UpstreamReset)


class BrokenAnswerTests(SynchronousTestCase):
    """Half an answer, or none, never looks like one."""

    def test_nothing(self) -> None:
        """A close before the head is complete is UpstreamReset, with the reason for the log."""
        for start in (b"", b"HTTP/1.1 200 OK\r\nA: b"):
            room = Room()
            deferred = room.get()
            link = room.accept()
            link.says(start)
            link.hangs_up()
            error = result_of(deferred)
            self.assertIsInstance(error, UpstreamReset)
            self.assertIn("127.0.0.1:9001", error.reason)
            self.assertNotIn("127.0.0.1", str(error))
            self.assertEqual(room.open(), 0)

    def test_cut_body(self) -> None:
        """A body cut before its end is UpstreamReset, after what there was of it."""
        for answer in (
            b"Content-Length: 9\r\n\r\nabc",
            b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc",
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
        ):
            response, link = Room().answered(OK + answer)
            sink = delivered(response)
            link.hangs_up()
            self.assertEqual(sink.data, b"abc")
            self.assertEqual([type(end) for end in sink.ends], [UpstreamReset])

    def test_cut_before_taken(self) -> None:
        """Who takes the body late hears of the cut all the same."""
        response, link = Room().answered(OK + b"Content-Length: 9\r\n\r\nabc")
        link.resets()
        sink = delivered(response)
        self.assertEqual((sink.data, [type(end) for end in sink.ends]), (b"abc", [UpstreamReset]))

    def test_not_http(self) -> None:
        """What is no HTTP, or an offer that nobody asked for, cuts the connection."""
        for answer in (
            b"SSH-2.0-OpenSSH\r\n\r\n",
            OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            OK + b"A: " + b"b" * 80_000,
        ):
            room = Room()
            deferred = room.get()
            link = room.accept()
            link.says(answer)
            self.assertIsInstance(result_of(deferred), UpstreamMalformed)
            self.assertTrue(link.aborted)

    def test_bad_chunk(self) -> None:
        """A chunk that is none ends the body as malformed, at the start or later."""
        room = Room()
        response, link = room.answered(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        sink = delivered(response)
        link.says(b"xyz\r\n")
        self.assertEqual([type(end) for end in sink.ends], [UpstreamMalformed])
        self.assertTrue(link.aborted)
        error, link = Room().answered(OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n")
        self.assertIsInstance(error, UpstreamMalformed)

    def test_deaf_after_the_end(self) -> None:
        """What still comes on a connection that was given up is not looked at."""
        _, link = Room().answered(b"junk\r\n\r\n")
        link.says(OK + b"\r\n")
        link.settles()
