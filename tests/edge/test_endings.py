"""Whatever happens, in whatever order: each exchange ends once, and leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge import channel as channel_module
from altlas.edge.exchange import Exchange
from altlas.errors import ConnectFailed, UpstreamMalformed, UpstreamReset
from altlas.settings.tree import (
    BreakerSettings,
    QueueSettings,
    RetrySettings,
    RouteLimits,
    Timeouts,
)
from altlas.testing import Answer
from altlas.upstream.response import DONE
from altlas.wire.heads import ResponseHead
from tests.edge.connected import Connected, fixed, post, request

CHUNKED = request("PUT", "/", "Transfer-Encoding: chunked")
EXPECTING = request("POST", "/", "Expect: 100-continue", "Content-Length: 4")

#: what a client may send, at any time
SENT = (
    request(),
    request("HEAD"),
    request("GET", "/", "Connection: close"),
    b"GET / HTTP/1.0\r\n\r\n",
    request("GET", "/fixed"),
    request("GET", "/%00"),
    request() * 3,
    post(4),
    post(4, b"0123"),
    post(4, b"01"),
    post(1000),
    EXPECTING,
    CHUNKED,
    CHUNKED + b"2\r\nab\r\n",
    b"2\r\ncd\r\n",
    b"0\r\n\r\n",
    b"01",
    b"x" * 70_000,
    b"\r\n\r\n",
)

LIMITS = Timeouts(response=10.0, total=40.0, idle=20.0, per_try=8.0, stream=90.0)
SETTINGS: dict[str, Any] = {
    "timeout": LIMITS,
    "retry": RetrySettings(tries=2),
    "breaker": BreakerSettings(minimum=3),
    "max_requests": 1,
    "queue": QueueSettings(size=1, timeout=3.0),
}

Event = Callable[[Connected], object]


def _sends(data: bytes) -> Event:
    return lambda one: None if one.channel.lost else one.send(data)


def _passes(seconds: float) -> Event:
    return lambda one: one.clock.advance(seconds)


def _answers(step: Answer | Exception) -> Event:
    """Answer every request that the backend has not answered."""

    def answer(one: Connected) -> None:
        for asked in list(one.scene.script.asked):
            if not asked.pending.called:
                asked.answer(step)

    return answer


def _streams(change: Callable[[Any], object]) -> Event:
    """Do something to every response whose body is under way."""

    def go_on(one: Connected) -> None:
        for asked in one.scene.script.asked:
            response = asked.response
            if response is not None and response._end is None and not asked.flow.aborted:
                change(response)

    return go_on


def _informs(one: Connected) -> None:
    exchange = one.channel.exchange
    if exchange is not None and exchange.call is not None:
        exchange.informational(ResponseHead(100, b"", 1, [], 0, True, frozenset(), 0))


def _leaves(one: Connected) -> None:
    one.leave()


def _falls_ill(one: Connected) -> None:
    one.scene.down(1)
    one.scene.down(2)


def _gets_well(one: Connected) -> None:
    one.scene.up(1)
    one.scene.up(2)


def _competes(one: Connected) -> None:
    """Another client asks for the same."""
    channel, _ = one.connect()
    channel.dataReceived(request())


EVENTS: tuple[tuple[str, Event], ...] = (
    *((f"sends {data[:30]!r}", _sends(data)) for data in SENT),
    *((f"{seconds} s pass", _passes(seconds)) for seconds in (0.0, 0.3, 4.0, 11.0, 25.0, 80.0)),
    ("answers", _answers(Answer(body=b"whole"))),
    ("answers 503", _answers(Answer(status=503))),
    ("begins", _answers(Answer(body=b"part", open=True))),
    ("breaks at once", _answers(Answer(body=b"part", broken=UpstreamReset()))),
    ("fails", _answers(UpstreamReset())),
    ("refuses", _answers(ConnectFailed())),
    ("babbles", _answers(UpstreamMalformed())),
    ("surprises", _answers(ZeroDivisionError())),
    ("goes on", _streams(lambda response: response.received(b"more"))),
    ("ends", _streams(lambda response: response.ended(DONE))),
    ("breaks", _streams(lambda response: response.ended(Failure(UpstreamReset())))),
    ("informs", _informs),
    ("fills", Connected.fill),
    ("takes", Connected.drain),
    ("leaves", _leaves),
    ("falls ill", _falls_ill),
    ("gets well", _gets_well),
    ("competes", _competes),
    ("drains", lambda one: one.listening.drain(lambda: None)),
    ("cuts", lambda one: one.listening.cut()),
)


class EndingTests(SynchronousTestCase):
    """Every ending of every exchange, by chance."""

    @settings(deadline=None, max_examples=250)
    @given(st.lists(st.sampled_from(EVENTS), max_size=25))
    def test_ends_once(self, events: list[tuple[str, Event]]) -> None:
        """Each exchange that began is reported once, its lease is back, no timer is set."""
        self.lives(events)

    def lives(self, events: list[tuple[str, Event]]) -> None:
        """Live through `events`, and see what is left."""
        begun = self.counted()
        one = Connected(settings=SETTINGS, route={"limit": RouteLimits(body=100)}, routes=[fixed()])
        for _, happen in events:
            happen(one)
            self.sound(one)
        for channel in list(one.listening.channels):
            channel.transport.lost(ConnectionError())  # type: ignore[union-attr]
        self.assertEqual(len(one.records), len(begun))
        self.assertEqual({id(each.record) for each in begun}, {*map(id, one.records)})
        self.assertEqual((one.listening.in_flight, one.listening.served), (0, len(begun)))
        self.assertEqual(one.leases, (0, 0, 0))
        self.assertEqual((one.scene.picker.waiting, one.timers), (0, 0))
        self.assertEqual(one.listening.channels, set())

    def sound(self, one: Connected) -> None:
        """What must be true at every moment."""
        under_way = [each.exchange for each in one.listening.channels if each.exchange is not None]
        self.assertGreaterEqual(one.listening.in_flight, 0)
        self.assertLessEqual(one.listening.in_flight, len(under_way))
        self.assertTrue(all(0 <= lease <= 2 for lease in one.leases))

    def counted(self) -> list[Exchange]:
        """Every exchange that begins from now on."""
        begun: list[Exchange] = []

        class Counted(Exchange):
            """Counts itself."""

            __slots__ = ()

            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments)
                begun.append(self)

        self.patch(channel_module, "Exchange", Counted)
        return begun

    def tearDown(self) -> None:
        """Errors that only a script can make are none of the exchange's."""
        self.flushLoggedErrors(ZeroDivisionError)

    def test_pairs(self) -> None:
        """The same for each pair of events after a request."""
        asks = ("asks", _sends(request()))
        for first in EVENTS:
            for second in EVENTS:
                self.lives([asks, first, second])
