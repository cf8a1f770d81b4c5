"""Promises of a response's body to whoever takes it, or does not want it."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import (
    UpstreamCancelled,
)
from altlas.upstream.attempt import DRAIN_TIMEOUT
from tests.upstream.link import Link, Room, Sink, delivered

OK = b"HTTP/1.1 200 OK\r\n"


class PaceTests(SynchronousTestCase):
    """The taker of the body sets the pace, and memory stays bounded."""

    def setUp(self) -> None:
        self.room = Room()
        self.response, self.link = self.room.answered(OK + b"Content-Length: 9\r\n\r\nabc")

    def test_waits_for_a_taker(self) -> None:
        """Nothing more is read until somebody takes the body."""
        self.assertEqual(self.link.producerState, "paused")
        delivered(self.response)
        self.assertEqual(self.link.producerState, "producing")

    def test_no_pause_for_a_quick_taker(self) -> None:
        """Who takes the body as the response comes costs no pause."""
        states: list[str] = []
        deferred = self.room.get()
        deferred.addCallback(delivered)
        link = self.room.accept()
        link.pauseProducing = lambda: states.append("paused")  # type: ignore[method-assign]
        link.says(OK + b"Content-Length: 9\r\n\r\nabc")
        self.assertEqual(states, [])

    def test_paced(self) -> None:
        """Pausing the body stops reading from the instance, resuming goes on."""
        sink = delivered(self.response)
        assert sink.transport is not None
        sink.transport.pauseProducing()
        self.assertEqual(self.link.producerState, "paused")
        sink.transport.resumeProducing()
        self.assertEqual(self.link.producerState, "producing")

    def test_paused_by_the_first_piece(self) -> None:
        """A taker that is full after the first piece stays paused."""

        class Full(Sink):
            def dataReceived(self, data: bytes) -> None:
                super().dataReceived(data)
                self.transport.pauseProducing()

        self.response.deliverBody(Full())
        self.assertEqual(self.link.producerState, "paused")

    def test_taker_that_raises(self) -> None:
        """A taker that raises at the last piece is told of the end all the same."""

        class Broken(Sink):
            def dataReceived(self, data: bytes) -> None:
                if data != b"abc":
                    raise KeyError("broken")

        sink = Broken()
        self.response.deliverBody(sink)
        self.assertRaises(KeyError, self.link.says, b"defghi")
        self.assertEqual(len(sink.ends), 1)

    def test_paused_by_the_last_piece(self) -> None:
        """A taker that is full after the last piece does not pause who comes after it."""

        class Full(Sink):
            def dataReceived(self, data: bytes) -> None:
                super().dataReceived(data)
                self.transport.pauseProducing()

        self.response.deliverBody(Full())
        self.response.resumeProducing()
        self.link.says(b"defghi")
        self.assertEqual((self.link.producerState, self.room.idle()), ("producing", 1))

    def test_free_again_unpaused(self) -> None:
        """A connection that was paused at the end of a body reads on while idle."""
        sink = delivered(self.response)
        sink.transport.pauseProducing()
        self.link.says(b"defghi")
        self.assertEqual((self.link.producerState, self.room.idle()), ("producing", 1))

    def test_powerless_afterwards(self) -> None:
        """After its end a response cannot touch a connection that serves another."""
        sink = delivered(self.response)
        self.link.says(b"defghi")
        sink.transport.pauseProducing()
        sink.transport.loseConnection()
        self.response.discard()
        self.assertEqual((self.link.producerState, self.link.closing), ("producing", False))


class RefusedBodyTests(SynchronousTestCase):
    """A body that nobody wants frees its connection cheaply, or cuts it."""

    def begun(self, answer: bytes) -> tuple[Any, Link]:
        self.room = Room()
        return self.room.answered(OK + answer)

    def test_cut(self) -> None:
        """The taker may cut: nothing more is given, and the end is its own doing."""
        for name in ("abortConnection", "loseConnection", "stopProducing"):
            response, link = self.begun(b"Content-Length: 9\r\n\r\nabc")
            sink = delivered(response)
            getattr(sink.transport, name)()
            self.assertTrue(link.aborted)
            link.says(b"def")
            link.settles()
            self.assertEqual(sink.data, b"abc")
            self.assertEqual([type(end) for end in sink.ends], [UpstreamCancelled])
            self.assertEqual(self.room.open(), 0)

    def test_small_rest_is_read_away(self) -> None:
        """A small rest that comes soon leaves the connection free."""
        for answer, rest in (
            (b"Content-Length: 9\r\n\r\nabc", b"defghi"),
            (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"1\r\nd\r\n0\r\n\r\n"),
        ):
            response, link = self.begun(answer)
            response.discard()
            self.assertEqual(link.producerState, "producing")
            link.says(rest[:2])
            link.says(rest[2:])
            self.assertEqual((self.room.idle(), link.closing), (1, False))
            self.room.reactor.advance(DRAIN_TIMEOUT)
            self.assertFalse(link.aborted)

    def test_late_rest(self) -> None:
        """A rest that does not come in time cuts the connection."""
        response, link = self.begun(b"Content-Length: 9\r\n\r\nabc")
        response.discard()
        self.room.reactor.advance(DRAIN_TIMEOUT)
        self.assertTrue(link.aborted)
        link.settles()
        self.assertEqual(self.room.open(), 0)

    def test_large_rest(self) -> None:
        """A rest that is large, or may be, cuts the connection at once or when it grows."""
        response, link = self.begun(b"Content-Length: 99999\r\n\r\nabc")
        response.discard()
        self.assertTrue(link.aborted)
        response, link = self.begun(b"\r\nabc")
        response.discard()
        self.assertTrue(link.aborted)
        response, link = self.begun(b"Transfer-Encoding: chunked\r\n\r\nffff\r\nabc")
        response.discard(limit=10)
        link.says(b"d" * 10)
        self.assertFalse(link.aborted)
        link.says(b"d")
        self.assertTrue(link.aborted)

    def test_nothing_to_refuse(self) -> None:
        """A body that is here whole is simply dropped; refusing twice does nothing."""
        response, link = self.begun(b"Content-Length: 3\r\n\r\nabc")
        response.discard()
        response.discard()
        self.assertEqual((self.room.idle(), link.closing), (1, False))
        self.assertRaises(RuntimeError, response.deliverBody, Sink())
