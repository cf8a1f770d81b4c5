"""Answers that wait until it is known that they are as promised."""

from __future__ import annotations

from typing import Any

from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import UpstreamReset
from altlas.settings.tree import Timeouts
from altlas.testing import Answer
from altlas.upstream.response import DONE
from tests.edge.contracts.promised import BAD, GET, GOOD, JSON, Promised

WELL = ("answer", 200, ())
ILL = ("answer", 200, ("body",))
PART = Answer(fields=(JSON,), body=BAD[:3], open=True)


class WithholdingTests(SynchronousTestCase):
    """A backend whose wrong answers are replaced."""

    def asked(self, *steps: Answer, sent: bytes = GET, **said: Any) -> Promised:
        """A client that asked."""
        contract = {"responses": 1.0, "on_mismatch": "replace", **said.pop("contract", {})}
        one = Promised(*steps, contract=contract, **said)
        one.send(sent)
        return one

    def part(self, **said: Any) -> tuple[Promised, Any]:
        """One that has got a part of an answer's body, and the response."""
        one = self.asked(**said)
        response = one.answer(PART).response
        self.assertEqual((one.statuses, one.leases[0]), ([], 1))
        return one, response

    def answers(self, one: Promised) -> list[tuple[Any, ...]]:
        """What drift was told of answers."""
        return [each for each in one.told if each[0] != "request"]

    def test_whole(self) -> None:
        """One that is here whole goes on, or is replaced; nothing of it is in the 502."""
        one = self.asked(Answer(fields=(JSON,), body=GOOD, trailers=()))
        self.assertTrue(one.said.endswith(GOOD))
        self.assertEqual((one.statuses, self.answers(one)), ([200], [WELL]))
        one = self.asked(Answer(fields=(JSON, (b"X-A", b"secret")), body=b'{"n":"secret"}'))
        self.assertEqual((one.statuses, self.answers(one)), ([502], [ILL]))
        self.assertNotIn(b"secret", one.said)
        self.assertNotIn("errors", one.problem())
        record = one.records[0]
        self.assertEqual((record.flag, record.reason), ("CV", "body /n: is no number"))
        self.assertEqual((record.upstream_status, record.tries), (200, 1))
        self.assertEqual((one.leases[0], one.scene.member(1).failures), (0, 0))

    def test_serves_on(self) -> None:
        """The client's connection serves on."""
        one = self.asked(Answer(fields=(JSON,), body=BAD), Answer(fields=(JSON,), body=GOOD))
        one.send(GET)
        self.assertEqual(one.statuses, [502, 200])

    def test_head(self) -> None:
        """A head that does not match is enough: the body is read away, not waited for."""
        one = self.asked()
        asked = one.answer(Answer(status=500, fields=(JSON,), body=b"trace", open=True))
        self.assertEqual((one.statuses, asked.flow.drained), ([502], True))
        self.assertEqual(self.answers(one), [("answer", 500, ("status",))])
        self.assertEqual(one.leases[0], 0)

    def test_pieces(self) -> None:
        """One in pieces is held to its end; then it goes on with its trailers, or is replaced."""
        one = self.asked()
        response: Any = one.answer(Answer(fields=(JSON,), body=GOOD[:3], open=True)).response
        response.received(GOOD[3:])
        self.assertEqual(one.statuses, [])
        response.trailers = [(b"X-Sum", b"1")]
        response.ended(DONE)
        self.assertTrue(one.said.endswith(b"7\r\n" + GOOD + b"\r\n0\r\nX-Sum: 1\r\n\r\n"))
        self.assertEqual((self.answers(one), one.leases[0], one.timers), ([WELL], 0, 1))
        one, response = self.part()
        response.received(BAD[3:])
        response.ended(DONE)
        self.assertEqual((one.statuses, self.answers(one), one.leases[0]), ([502], [ILL], 0))
        self.assertEqual(one.scene.member(1).failures, 0)

    def test_long(self) -> None:
        """One that turns out long goes on unlooked from what was held, at the client's pace."""
        one, response = self.part(contract={"max_body": 5})
        response.received(b"456")
        self.assertTrue(one.said.endswith(b"6\r\n" + BAD[:3] + b"456\r\n"))
        one.fill()
        self.assertTrue(one.asked.flow.paused)
        one.drain()
        response.received(b"7")
        response.ended(DONE)
        self.assertTrue(one.said.endswith(b"1\r\n7\r\n0\r\n\r\n"))
        self.assertEqual(self.answers(one), [("unlooked", "response", "long"), WELL])
        self.assertEqual(one.leases[0], 0)

    def test_long_at_once(self) -> None:
        """The same where its first piece is too long already, and its end comes with it."""
        for ended in (False, True):
            one = self.asked(contract={"max_body": 2})
            broken = UpstreamReset() if ended else None
            step = Answer(fields=(JSON,), body=b"123", open=not ended, broken=broken)
            one.answer(step)
            self.assertIn(b"3\r\n123\r\n", one.said)
            self.assertEqual(self.answers(one), [("unlooked", "response", "long"), WELL])
            self.assertEqual(one.leases[0], int(not ended))

    def test_announced(self) -> None:
        """One that announces a longer length is not held at all, nor are events."""
        one = self.asked(Answer(fields=(JSON,), body=b"123456"), contract={"max_body": 5})
        self.assertEqual(
            (one.statuses, self.answers(one)[0]), ([200], ("unlooked", "response", "long"))
        )
        events = ((b"Content-Type", b"text/event-stream"),)
        one = self.asked()
        one.answer(Answer(fields=events, body=b"data: x\n\n", open=True))
        self.assertIn(b"data: x", one.said)

    def test_broken(self) -> None:
        """One that breaks off while it is held is a 502 of its own, and the instance's failure."""
        one, response = self.part()
        response.ended(Failure(UpstreamReset()))
        self.assertEqual((one.statuses, one.records[0].flag), ([502], "UC"))
        self.assertEqual((one.scene.member(1).failures, one.leases[0]), (1, 0))
        self.assertEqual(self.answers(one), [])

    def test_stalls(self) -> None:
        """One that stalls while it is held is a 504, and the instance's connection is cut."""
        limits = Timeouts(idle=5.0, response=None, total=None)
        one, response = self.part(settings={"timeout": limits})
        one.clock.advance(4)
        response.received(b"x")
        one.clock.advance(4)
        self.assertEqual(one.statuses, [])
        one.clock.advance(1)
        self.assertEqual((one.statuses, one.asked.flow.aborted), ([504], True))
        self.assertEqual((one.scene.member(1).failures, one.leases[0]), (1, 0))

    def test_leaves(self) -> None:
        """A client that leaves meanwhile leaves nothing behind; the instance is not to blame."""
        one, _ = self.part(settings={"timeout": Timeouts(idle=5.0)})
        one.leave()
        self.assertEqual((one.asked.flow.aborted, one.leases[0], one.timers), (True, 0, 0))
        self.assertEqual((one.records[0].flag, one.scene.member(1).failures), ("DC", 0))

    def test_informational(self) -> None:
        """1xx heads pass."""
        one = self.asked(Answer(fields=(JSON,), body=BAD, informational=(103,)))
        self.assertEqual(one.statuses, [103, 502])

    def test_mistake(self) -> None:
        """After a mistake of ours nothing of the answer is shown."""
        one = self.asked(Answer(fields=(JSON,), body=b"[]"))
        self.assertEqual(one.statuses, [500])
        self.assertEqual(len(self.flushLoggedErrors(AttributeError)), 1)
        one = self.asked()
        one.promise.operation.mistaken = True
        asked = one.answer(PART)
        self.assertEqual((one.statuses, asked.flow.drained), ([500], True))
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)
