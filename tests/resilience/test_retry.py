"""Another try is made only where it is safe and wanted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas import errors
from altlas.resilience.outcome import Outcome, classify_error, classify_status
from altlas.resilience.retry import IDEMPOTENT, RetryWishes, may_retry
from altlas.settings.tree import RetrySettings

POLICY = RetrySettings()
NONE = RetryWishes()
RESET = classify_error(errors.UpstreamReset())
REFUSED = classify_error(errors.ConnectFailed())

outcomes = st.one_of(
    st.integers(100, 599).map(classify_status),
    st.sampled_from(
        [
            errors.ConnectFailed,
            errors.ConnectTimeout,
            errors.UpstreamReset,
            errors.UpstreamMalformed,
            errors.UpstreamTimeout,
            errors.TryTimeout,
            errors.DeadlinePassed,
            errors.UpstreamCancelled,
            errors.BreakerOpen,
            errors.ClientGone,
        ]
    ).map(lambda kind: classify_error(kind())),
)
methods = st.sampled_from([b"GET", b"HEAD", b"PUT", b"DELETE", b"POST", b"PATCH"])


class MayRetryTests(SynchronousTestCase):
    """When a try may be followed by another."""

    def test_nothing_sent(self) -> None:
        """After a failure to connect, any method with any body may be tried again."""
        self.assertTrue(may_retry(POLICY, False, REFUSED, 1, False))

    def test_idempotent_after_reset(self) -> None:
        """After a reset an idempotent request may be tried again, another may not."""
        for method in sorted(IDEMPOTENT):
            self.assertTrue(may_retry(POLICY, NONE.is_idempotent(method), RESET, 1, True))
        for method in (b"POST", b"PATCH", b"CONNECT", b"get"):
            self.assertFalse(may_retry(POLICY, NONE.is_idempotent(method), RESET, 1, True))

    def test_body_gone(self) -> None:
        """A body that was read and not kept cannot be sent again."""
        self.assertFalse(may_retry(POLICY, True, RESET, 1, False))

    def test_statuses_of_the_policy(self) -> None:
        """By default 502, 503 and 504 are tried again, and no other status."""
        allowed = [
            status
            for status in range(200, 600)
            if may_retry(POLICY, True, classify_status(status), 1, True)
        ]
        self.assertEqual(allowed, [502, 503, 504])

    def test_status_that_is_no_failure(self) -> None:
        """The policy may name a status that is no failure, such as 429."""
        policy = RetrySettings(on=frozenset({"429"}))
        self.assertTrue(may_retry(policy, True, classify_status(429), 1, True))
        self.assertFalse(may_retry(policy, True, REFUSED, 1, True))

    def test_try_timeout_counts_as_504(self) -> None:
        """A try that ran out of its own time is a 504 to the policy."""
        self.assertTrue(may_retry(POLICY, True, classify_error(errors.TryTimeout()), 1, True))

    def test_tries(self) -> None:
        """``retry.tries`` counts the tries after the first."""
        seen = [may_retry(POLICY, True, RESET, done, True) for done in (1, 2, 3)]
        self.assertEqual(seen, [True, True, False])
        none = RetrySettings(tries=0)
        self.assertFalse(may_retry(none, True, REFUSED, 1, True))

    @given(outcomes, methods, st.integers(1, 5), st.booleans())
    def test_never_unsafe(
        self, outcome: Outcome, method: bytes, done: int, replayable: bool
    ) -> None:
        """Never beyond the tries, never what cannot help, never twice what may not be."""
        if may_retry(POLICY, method in IDEMPOTENT, outcome, done, replayable):
            self.assertLessEqual(done, POLICY.tries)
            self.assertIn(outcome.cause, POLICY.on)
            self.assertIsNot(outcome.retry, errors.Retry.NEVER)
            if outcome.retry is errors.Retry.IDEMPOTENT:
                self.assertTrue(replayable and method in IDEMPOTENT)


class RetryWishesTests(SynchronousTestCase):
    """What an operation says of itself."""

    def test_idempotent(self) -> None:
        """Its word goes before the method's, and where there is none the method's holds."""
        for method in (b"GET", b"POST"):
            found = [RetryWishes(None, said).is_idempotent(method) for said in (True, False, None)]
            self.assertEqual(found, [True, False, method == b"GET"])
