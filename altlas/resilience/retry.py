"""Whether a failed try may be followed by another."""

from __future__ import annotations

from altlas.errors import Retry
from altlas.resilience.outcome import Outcome
from altlas.settings.tree import RetrySettings

#: carrying these out twice has the effect of once (RFC 9110, 9.2.2)
IDEMPOTENT = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"})


def may_retry(
    policy: RetrySettings, method: bytes, outcome: Outcome, tries_done: int, body_replayable: bool
) -> bool:
    """Whether the policy allows another try after this outcome.

    `tries_done` counts the tries that ended, the first included. `body_replayable` says
    whether the body is empty, unread, or kept from its first byte. If nothing of the
    request was sent (`errors.Retry.ALWAYS`), method and body do not matter. Budget, time
    left and instances left are others' to ask for.
    """
    if tries_done > policy.tries or outcome.cause not in policy.on:
        return False
    if outcome.retry is Retry.ALWAYS:
        return True
    return outcome.retry is Retry.IDEMPOTENT and method in IDEMPOTENT and body_replayable
