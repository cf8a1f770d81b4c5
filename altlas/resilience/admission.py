"""A breaker's answer to a call that asks to be let through."""

from __future__ import annotations

from enum import Enum

from attrs import frozen


class Decision(Enum):
    """What a breaker says to a call."""

    GO = "go"
    #: it goes, and its outcome decides whether the breaker closes again
    TRIAL = "trial"
    REFUSE = "refuse"


@frozen
class Admission:
    """The token of one call, handed back to the breaker with the call's outcome.

    `generation` is the breaker's state at the time, counted through, so that a call from
    before a change of state is told apart. `number` tells trials of one state apart.
    """

    decision: Decision
    generation: int
    number: int = 0

    @property
    def refused(self) -> bool:
        """Whether the call may not be made."""
        return self.decision is Decision.REFUSE
