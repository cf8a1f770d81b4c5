"""One answer that is held to its operation."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.contracts.answers import AnswerCheck
from altlas.errors import ResponseMismatch, UnsupportedMediaType
from altlas.testing import Answer
from tests.edge.contracts.promised import GET, GOOD, JSON, Answered, Operation, Promised


class Strange(Answered):
    """Takes no type."""

    def body_rule(self, content_type: bytes | None) -> Any:
        """None."""
        raise UnsupportedMediaType


class Strangely(Operation):
    """Takes no type in its answers."""

    def answer(self, status: int) -> Answered:
        """Any."""
        return Strange()


class AnswerCheckTests(SynchronousTestCase):
    """Where the watching and the withholding of answers agree; more is in their tests."""

    def check(self, operation: Operation, step: Answer) -> tuple[AnswerCheck, Any, Promised]:
        """A check, and the response of an exchange under way."""
        one = Promised()
        one.send(GET)
        response = one.asked
        one.answer(Answer(fields=step.fields, body=b"", open=True))
        given: Any = operation
        drift: Any = one.drift
        return AnswerCheck(given, 10, one.exchange, drift, one.sampling), response.response, one

    def test_type(self) -> None:
        """A type that the contract does not have is a mismatch of the answer's."""
        check, response, one = self.check(Strangely(), Answer(fields=(JSON,)))
        error = self.assertRaises(ResponseMismatch, check.begin, response)
        self.assertEqual([each.where for each in error.mismatches], ["content-type"])
        self.assertEqual(one.told[1:], [("answer", 200, ("content-type",))])

    def test_once(self) -> None:
        """What it comes to is counted once."""
        check, response, one = self.check(Operation(), Answer(fields=(JSON,)))
        self.assertTrue(check.begin(response))
        self.assertEqual(one.told[1:], [])
        check.look(GOOD)
        self.assertEqual(one.told[1:], [("answer", 200, ())])
