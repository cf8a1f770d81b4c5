"""Bodies must move."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.pace import SLACK
from altlas.settings.tree import ListenerLimits, Timeouts
from altlas.testing import Answer
from tests.edge.connected import Connected, post

PATIENT = {"timeout": Timeouts(idle=None, total=None, response=None)}


def slow(*steps: Any, **limits: Any) -> Connected:
    """A client whose silences do not matter."""
    limit = ListenerLimits(**{"body_rate": 100, "answer_rate": 1000, **limits})
    return Connected(*steps, settings=PATIENT, listener={"limit": limit})


class BodyTests(SynchronousTestCase):
    """The body of a request."""

    def test_drip(self) -> None:
        """One that comes a byte at a time gets a 408, and the instance is left alone."""
        one = slow()
        one.send(post(5000))
        for _ in range(5):
            one.clock.advance(1)
            one.send(b"x")
        one.clock.advance(0.1)
        self.assertEqual(one.statuses, [408])
        self.assertIn("4 bytes of it in 5 s", one.records[0].reason)
        self.assertTrue(one.transport.half_closed)
        self.assertEqual((one.asked.cancelled, one.leases), (True, (0, 0, 0)))

    def test_fast_enough(self) -> None:
        """One that keeps to the rate takes as long as it takes, and leaves no timer."""
        one = slow(Answer(open=True))
        one.send(post(3000))
        for _ in range(30):
            one.clock.advance(1)
            one.send(b"x" * 100)
        self.assertEqual(one.statuses, [200])

    def test_held_up(self) -> None:
        """What we do not take need not come."""
        one = slow()
        one.send(post(1_000_000, b"x" * 70_000))
        one.exchange.body.pauseProducing()  # type: ignore[union-attr]
        one.clock.advance(60)
        self.assertEqual(one.statuses, [])
        one.exchange.body.resumeProducing()  # type: ignore[union-attr]
        one.clock.advance(4)
        self.assertEqual(one.statuses, [])
        one.clock.pump([5, 5])
        self.assertEqual(one.statuses, [408])

    def test_off(self) -> None:
        """Where there is no limit nobody looks."""
        one = slow(body_rate=None, answer_rate=None)
        one.send(post(5000, b"x"))
        one.clock.advance(600)
        self.assertEqual((one.statuses, one.timers), ([], 0))

    def test_end(self) -> None:
        """Nothing is left once the client is gone."""
        one = slow()
        one.send(post(5000, b"x"))
        one.leave()
        self.assertEqual(one.timers, 0)


class AnswerTests(SynchronousTestCase):
    """The body of an answer."""

    def test_slow_reader(self) -> None:
        """A client that takes too little of it is cut, in the end."""
        one = slow(Answer(body=b"x" * 1000, open=True))
        one.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        one.fill()
        for _ in range(int(SLACK / 1000 / 5)):
            one.clock.advance(5)
        self.assertFalse(one.transport.aborted)
        for _ in range(3):
            one.clock.advance(5)
        self.assertTrue(one.transport.aborted)
        self.assertEqual((one.records[0].status, one.records[0].flag), (200, "SI"))

    def test_slow_instance(self) -> None:
        """A slow instance is not the client's fault."""
        one = slow(Answer(body=b"x", open=True))
        one.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        one.clock.advance(3600)
        self.assertFalse(one.transport.aborted)
