"""What a try meant is one verdict, the same for everyone who asks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas import errors
from altlas.resilience.outcome import Verdict, classify_error, classify_status


def leaves(kind: type[errors.GatewayError]) -> list[type[errors.GatewayError]]:
    """A class of errors and all below it."""
    return [kind, *(leaf for below in kind.__subclasses__() for leaf in leaves(below))]


class StatusTests(SynchronousTestCase):
    """What a response's status says of the backend."""

    @given(st.integers(0, 999))
    def test_verdict(self, status: int) -> None:
        """5xx but for 501 and 505 is a failure, everything else a success."""
        outcome = classify_status(status)
        failed = status // 100 == 5 and status not in (501, 505)
        self.assertIs(outcome.verdict, Verdict.FAILURE if failed else Verdict.SUCCESS)
        self.assertEqual(outcome.status, status)
        self.assertEqual(outcome.cause, str(status))

    def test_built_once(self) -> None:
        """Classifying costs a lookup: the outcome of a status is always the same object."""
        self.assertIs(classify_status(502), classify_status(502))

    def test_may_have_been_carried_out(self) -> None:
        """A request that got an answer was read: only an idempotent one may be repeated."""
        self.assertIs(classify_status(503).retry, errors.Retry.IDEMPOTENT)


class ErrorTests(SynchronousTestCase):
    """What an error says of the backend."""

    def test_upstream_failures(self) -> None:
        """Failures on the way to, at, or back from an instance count against the backend."""
        for error, cause in [
            (errors.ConnectFailed(), "connect"),
            (errors.ConnectTimeout(), "connect"),
            (errors.UpstreamReset(), "reset"),
            (errors.UpstreamMalformed(), "reset"),
            (errors.UpstreamTimeout(), "timeout"),
            (errors.TryTimeout(), "504"),
            (errors.DeadlinePassed(), "timeout"),
        ]:
            outcome = classify_error(error)
            self.assertIs(outcome.verdict, Verdict.FAILURE, error)
            self.assertEqual(outcome.cause, cause)
            self.assertIsNone(outcome.status)

    def test_ignorable(self) -> None:
        """The client's faults, the gateway's refusals and cancelled tries say nothing."""
        kinds = [
            *leaves(errors.ClientError),
            *leaves(errors.Unavailable),
            errors.UpstreamCancelled,
            errors.GatewayError,
        ]
        for kind in kinds:
            self.assertIs(classify_error(kind()).verdict, Verdict.IGNORABLE, kind)

    def test_every_error_is_classified(self) -> None:
        """Every error of the tree has an outcome, whose retry and cause are the error's own."""
        for kind in leaves(errors.GatewayError):
            outcome = classify_error(kind())
            self.assertEqual((outcome.retry, outcome.cause), (kind.retry, kind.cause))

    def test_built_once(self) -> None:
        """Errors of one class share one outcome."""
        self.assertIs(
            classify_error(errors.UpstreamReset("a")), classify_error(errors.UpstreamReset("b"))
        )
