"""How long to wait before another try."""

from __future__ import annotations

#: doublings after which only the cap can matter; keeps the power finite
_MOST_DOUBLINGS = 32


def backoff(attempt: int, base: float, cap: float, roll: float) -> float:
    """Seconds to wait before retry number `attempt` (1 is the first retry).

    Full jitter: evenly spread between nothing and ``base * 2 ** (attempt - 1)``, at most
    `cap`; `roll` is a random number in [0, 1). Spreading over the whole span keeps the
    retries of many clients from arriving together ("Exponential Backoff And Jitter",
    AWS Architecture Blog, 2015).
    """
    doublings = min(max(attempt - 1, 0), _MOST_DOUBLINGS)
    return roll * min(cap, base * 2.0**doublings)
