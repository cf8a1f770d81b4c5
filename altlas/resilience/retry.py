"""Whether a failed try may be followed by another."""

from __future__ import annotations

from attrs import frozen

from altlas.errors import Retry
from altlas.resilience.outcome import Outcome
from altlas.settings.tree import RetrySettings

#: carrying these out twice has the effect of once (RFC 9110, 9.2.2)
IDEMPOTENT = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"})


@frozen
class RetryWishes:
    """What an operation says of itself otherwise than its method and its backend's policy do."""

    #: how many tries may follow the first; None for as many as the policy says
    tries: int | None = None
    #: whether it may be carried out twice; None for as its method says
    idempotent: bool | None = None

    def is_idempotent(self, method: bytes) -> bool:
        """Whether a request of this method may be carried out twice."""
        return method in IDEMPOTENT if self.idempotent is None else self.idempotent


def may_retry(
    policy: RetrySettings,
    idempotent: bool,
    outcome: Outcome,
    tries_done: int,
    body_replayable: bool,
) -> bool:
    """Whether the policy allows another try after this outcome.

    `tries_done` counts the tries that ended, the first included. `idempotent` says whether the
    request may be carried out twice, `body_replayable` whether the body is empty, unread, or
    kept from its first byte. If nothing of the request was sent (`errors.Retry.ALWAYS`), neither
    matters. Budget, time left and instances left are others' to ask for.
    """
    if tries_done > policy.tries or outcome.cause not in policy.on:
        return False
    if outcome.retry is Retry.ALWAYS:
        return True
    return outcome.retry is Retry.IDEMPOTENT and idempotent and body_replayable
