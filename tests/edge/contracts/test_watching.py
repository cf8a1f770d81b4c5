"""Answers that are looked at when they have passed."""

from __future__ import annotations

from typing import Any

from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import UpstreamReset
from altlas.testing import Answer
from altlas.upstream.response import DONE
from tests.edge.contracts.promised import BAD, GET, GOOD, JSON, Promised

WELL = ("answer", 200, ())
ILL = ("answer", 200, ("body",))


class WatchingTests(SynchronousTestCase):
    """A backend whose answers are looked at, and never changed or held."""

    def watched(self, *steps: Answer, sent: bytes = GET, **contract: Any) -> Promised:
        """A client that asked."""
        one = Promised(*steps, contract={"responses": 1.0, **contract})
        one.send(sent)
        return one

    def answers(self, one: Promised) -> list[tuple[Any, ...]]:
        """What drift was told of answers."""
        return [each for each in one.told if each[0] != "request"]

    def test_whole(self) -> None:
        """An answer that is here whole goes out first, right or wrong, and is looked at then."""
        for body, told in ((GOOD, WELL), (BAD, ILL), (b"no json", ILL)):
            one = self.watched(Answer(fields=(JSON,), body=body))
            self.assertTrue(one.said.endswith(body))
            self.assertEqual(one.drift.said[1:], [])
            self.assertEqual(self.answers(one), [told])

    def test_head(self) -> None:
        """A status or field that does not match is counted, and the body left alone."""
        one = self.watched(Answer(status=404, fields=(JSON,), body=BAD))
        self.assertEqual((one.statuses, self.answers(one)), ([404], [("answer", 404, ("status",))]))
        one = self.watched(Answer(fields=(JSON, (b"X-Bad", b"1")), body=BAD))
        self.assertEqual(self.answers(one), [("answer", 200, ("header",))])

    def test_pieces(self) -> None:
        """An answer in pieces passes as they come, and is looked at at its end."""
        one = self.watched()
        asked = one.answer(Answer(fields=(JSON,), body=BAD[:3], open=True))
        self.assertTrue(one.said.endswith(b"3\r\n" + BAD[:3] + b"\r\n"))
        assert asked.response is not None
        asked.response.received(BAD[3:])
        self.assertIn(BAD[3:], one.said)
        asked.response.ended(DONE)
        self.assertTrue(one.said.endswith(b"0\r\n\r\n"))
        self.assertEqual((self.answers(one), one.leases[0]), ([ILL], 0))

    def test_long(self) -> None:
        """Of a long one no more is kept, and it is counted as not looked at."""
        one = self.watched(max_body=5)
        asked = one.answer(Answer(fields=(JSON,), body=b"12345", open=True))
        assert asked.response is not None
        asked.response.received(b"6")
        asked.response.received(b"7")
        asked.response.ended(DONE)
        self.assertEqual(self.answers(one), [("unlooked", "response", "long"), WELL])
        one = self.watched(Answer(fields=(JSON,), body=b"123456"), max_body=5)
        self.assertEqual(self.answers(one), [("unlooked", "response", "long"), WELL])

    def test_breaks(self) -> None:
        """One that breaks off is no answer to be looked at; client and instance fare as ever."""
        one = self.watched()
        asked = one.answer(Answer(fields=(JSON,), body=BAD[:3], open=True))
        assert asked.response is not None
        asked.response.ended(Failure(UpstreamReset()))
        self.assertEqual((self.answers(one), one.records[0].flag), ([], "UC"))
        self.assertEqual(one.scene.member(1).failures, 1)

    def test_pace(self) -> None:
        """A slow client makes the instance wait, and its leaving cuts the connection."""
        one = self.watched()
        asked = one.answer(Answer(fields=(JSON,), body=BAD[:3], open=True))
        one.fill()
        self.assertTrue(asked.flow.paused)
        one.drain()
        self.assertFalse(asked.flow.paused)
        one.leave()
        self.assertEqual((asked.flow.aborted, one.leases[0], self.answers(one)), (True, 0, []))

    def test_left_alone(self) -> None:
        """What has no body of its own, or an endless one, or one that cannot be read, is left."""
        events, br = (b"Content-Type", b"text/event-stream"), (b"Content-Encoding", b"br")
        packed = (b"Content-Encoding", b"gzip")
        for step, told in (
            (Answer(status=204), [("answer", 204, ())]),
            (Answer(status=304), [("answer", 304, ())]),
            (Answer(status=206, fields=(JSON,), body=BAD), [("answer", 206, ())]),
            (Answer(fields=(events,), body=BAD), [("unlooked", "response", "stream"), WELL]),
            (Answer(fields=(JSON, br), body=BAD), [("unlooked", "response", "encoded"), WELL]),
            (Answer(fields=(JSON, packed), body=BAD), [WELL, ("unlooked", "response", "long")]),
            (Answer(fields=((b"Content-Type", b"text/plain"),), body=BAD), [WELL]),
        ):
            one = self.watched(step)
            self.assertEqual((one.statuses, self.answers(one)), ([step.status], told))
        one = self.watched(Answer(fields=(JSON,)), sent=GET.replace(b"GET", b"HEAD"))
        self.assertEqual(self.answers(one), [WELL])

    def test_fields(self) -> None:
        """Fields that are not in the contract are looked for in a few."""
        step = Answer(fields=(JSON,), body=b'{"n":1,"x":2}')
        one = self.watched(step, step)
        one.send(GET)
        found = ("undocumented", "response", ("/x",))
        self.assertEqual(one.told.count(found), 1)

    def test_mistake(self) -> None:
        """A mistake of ours is logged, and costs no answer."""
        one = self.watched(Answer(fields=(JSON,), body=b"[]"))  # which our fake cannot take
        self.assertEqual((one.statuses, self.answers(one)), ([200], []))
        self.assertEqual(len(self.flushLoggedErrors(AttributeError)), 1)

    def test_unsought(self) -> None:
        """A mistake in judging a head is logged, and costs no answer either."""
        one = Promised(contract={"responses": 1.0})
        one.promise.operation.mistaken = True
        one.send(GET)
        one.answer(Answer(fields=(JSON,), body=GOOD))
        self.assertEqual(one.statuses, [200])
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)
