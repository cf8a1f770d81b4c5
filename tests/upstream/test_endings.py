"""Promises that hold under every ending, in whatever order things happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone

from altlas.errors import ClientGone, GatewayError
from altlas.upstream.connection import CLOSE_TIMEOUT
from altlas.upstream.pool import Pool
from tests.upstream.link import ORIGIN, Body, Link, Room, Sink

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
SPEECHES = [
    EMPTY,
    EMPTY,
    SIZED + b"abcdef",
    SIZED + b"abcdef",
    SIZED + b"ab",
    b"cdef",
    b"cdefX",
    CHUNKED + b"3\r\nabc\r\n",
    b"0\r\n\r\n",
    EMPTY,
    b"HTTP/1.1 200 OK\r\n\r\nuntil close",
    b"HTTP/1.1 413 Too Large\r\nContent-Length: 6\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 20",
    b"0 OK\r\nContent-Length: 0\r\n\r\n",
    b"junk\r\n\r\n",
]


class Story:
    """A room in which things happen, and what they led to."""

    def __init__(self) -> None:
        self.room = Room(idle=2)
        self.pool: Pool = self.room.agent._pools[ORIGIN]
        self.returns: Counter[Any] = Counter()
        self.results: list[list[Any]] = []
        self.requests: list[Deferred[Any]] = []
        self.responses: list[Any] = []
        self.bodies: list[Body] = []
        self.sinks: list[Sink] = []
        self.answered = 0
        release = Pool.release

        def counted(connection: Any) -> None:
            self.returns[connection] += 1
            release(self.pool, connection)

        self.counted = counted

    # --- what the gateway's other parts do

    def ask(self, choice: int) -> None:
        body = None
        if choice % 2:
            at_once = b"abc" if choice % 7 == 0 else None
            body = Body(3, at_once) if choice % 3 else Body(at_once=at_once)
            self.bodies.append(body)
        method = ("GET", "POST", "GET", "HEAD")[choice // 2 % 4]
        deferred = self.room.get(method=method, data=body)
        ends: list[Any] = []
        self.results.append(ends)
        self.requests.append(deferred)
        deferred.addBoth(self._had, ends, choice)

    def _had(self, result: Any, ends: list[Any], choice: int) -> None:
        ends.append(result)
        if hasattr(result, "deliverBody"):
            self.responses.append(result)
            if choice % 5 == 0:
                self.take(len(self.responses) - 1)

    def ask_over_link(self, choice: int) -> None:
        self.ask(choice)
        self.accept(choice)

    def cancel(self, choice: int) -> None:
        if self.requests:
            self.requests[choice % len(self.requests)].cancel()

    def take(self, choice: int) -> None:
        if self.responses:
            response = self.responses[choice % len(self.responses)]
            if not response.taken:
                sink = Sink()
                self.sinks.append(sink)
                response.deliverBody(sink)

    def discard(self, choice: int) -> None:
        if self.responses:
            self.responses[choice % len(self.responses)].discard()

    def abort(self, choice: int) -> None:
        if self.responses:
            self.responses[choice % len(self.responses)].abortConnection()

    def pause(self, choice: int) -> None:
        if self.responses:
            self.responses[choice % len(self.responses)].pauseProducing()

    def write(self, choice: int) -> None:
        if self.bodies and self.bodies[choice % len(self.bodies)].consumer is not None:
            self.bodies[choice % len(self.bodies)].writes(b"abc")

    def end_body(self, choice: int) -> None:
        if self.bodies:
            body = self.bodies[choice % len(self.bodies)]
            if body.consumer is not None and "stop" not in body.calls and not body._done.called:
                body.breaks(ClientGone()) if choice % 4 == 0 else body.ends()

    # --- what the instance and the world do

    def accept(self, choice: int) -> None:
        while self.answered < self.room.asked:
            index = self.answered
            self.answered += 1
            if self.room.reactor.connectors[index].stoppedConnecting:
                continue
            if choice % 7 == 0:
                self.room.refuse_at(index, ConnectionRefusedError())
                continue
            link = self.room.accept_at(index)
            connection = link.protocol
            connection._keeper = _Counting(self.pool, self.counted)

    def speak(self, choice: int) -> None:
        live = [link for link in self.room.links if not link.over]
        if live:
            live[choice // 100 % len(live)].says(SPEECHES[choice % len(SPEECHES)])

    def hang_up(self, choice: int) -> None:
        if self.room.links:
            link = self.room.links[choice % len(self.room.links)]
            link.resets() if choice % 2 else link.hangs_up()

    def settle(self, choice: int) -> None:
        for link in self.room.links:
            link.settles()

    def wait(self, choice: int) -> None:
        self.room.reactor.advance((0.1, 1.0, 2.0, 5.0)[choice % 4])

    def begin_with_idle(self) -> None:
        """Let two connections have served already."""
        self.ask(0)
        self.ask(0)
        self.accept(1)
        for link in self.room.links:
            link.says(EMPTY)

    def finish(self) -> None:
        """Give up whatever is still under way."""
        self.accept(1)
        for deferred in self.requests:
            deferred.cancel()
        for response in self.responses:
            response.abortConnection()
        self.settle(0)
        self.room.reactor.advance(CLOSE_TIMEOUT)
        self.settle(0)


class _Counting:
    """The pool, with its returns counted."""

    def __init__(self, pool: Pool, release: Callable[[Any], None]) -> None:
        self._pool = pool
        self.release = release

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


ACTIONS = (
    Story.ask,
    Story.accept,
    Story.speak,
    Story.take,
    Story.write,
    Story.end_body,
    Story.discard,
    Story.abort,
    Story.pause,
    Story.cancel,
    Story.hang_up,
    Story.settle,
    Story.wait,
)
# Asking, accepting and speaking come more often: otherwise little would happen.
OFTEN = (Story.ask_over_link, Story.speak, Story.speak, Story.take) * 3
STEPS = st.tuples(st.sampled_from(ACTIONS + OFTEN), st.integers(0, 1999))


class EndingsTests(SynchronousTestCase):
    """Whatever happens, everything ends once and nothing is left over."""

    @settings(max_examples=400, deadline=None)
    @given(st.lists(STEPS, min_size=8, max_size=40))
    def test_every_ending(self, steps: list[tuple[Any, int]]) -> None:
        """Connections come back or close, exactly once; requests and bodies end once."""
        story = Story()
        story.begin_with_idle()
        for action, choice in steps:
            action(story, choice)
            self.check_pool(story)
        story.finish()
        self.check_pool(story)
        self.check_requests(story)
        self.check_connections(story)

    def check_pool(self, story: Story) -> None:
        """What is idle is there once, and serves nobody."""
        idle = story.pool._idle
        self.assertEqual(len(set(idle)), len(idle))
        for connection in idle:
            self.assertEqual((connection._pending, connection._attempt), (None, None))
        self.assertLessEqual(len(idle), 2)

    def check_requests(self, story: Story) -> None:
        """Every request has one result, every body at most one end of either sort."""
        for ends in story.results:
            self.assertEqual(len(ends), 1)
            value = getattr(ends[0], "value", None)
            self.assertTrue(value is None or isinstance(value, GatewayError), value)
        for sink in story.sinks:
            self.assertEqual(len(sink.ends), 1)
            self.assertIsInstance(sink.ends[0], GatewayError | ResponseDone)
        for body in story.bodies:
            self.assertLessEqual(body.calls.count("stop"), 1)
            self.assertLessEqual(body.calls.count("start"), 1)

    def check_connections(self, story: Story) -> None:
        """Each use of a connection ended by its return or by its close."""
        for link in story.room.links:
            connection = link.protocol
            returned = story.returns[connection]
            if link.over:
                self.assertIn(connection.served - returned, (0, 1))
                self.assertNotIn(connection, story.pool._idle)
            else:
                self.assertEqual(connection.served, returned)
                self.assertIn(connection, story.pool._idle)
            self.assertIsNone(link.producer)
        self.assertEqual(story.pool.open, story.pool.idle)


class LinkTests(SynchronousTestCase):
    """The double behaves as a transport does."""

    def test_ends_once(self) -> None:
        """A link that is over stays so."""
        link = Link()
        link.protocol = Sink()
        link.hangs_up()
        link.resets()
        self.assertEqual(len(link.protocol.ends), 1)
