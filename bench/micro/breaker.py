"""What a breaker and a balancer cost a request: ``python -m bench.micro.breaker``.

Prints microseconds a call, the best of several rounds. The numbers that matter are
the closed breaker with a success (target: under 1.5) and round robin.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from time import perf_counter
from timeit import Timer

from attrs import define

from altlas.balancing import least_requests, round_robin
from altlas.balancing.member import Balancer
from altlas.resilience.admission import Decision
from altlas.resilience.breaker import Breaker, closed
from altlas.resilience.budget import RetryBudget
from altlas.resilience.outcome import classify_status
from altlas.settings.tree import BreakerSettings

ROUNDS = 7
CALLS = 50_000


@define(eq=False)
class Instance:
    """A member with nothing behind it."""

    name: str
    weight: int
    active: int = 0


@define(eq=False)
class Guard:
    """Uses a breaker as a backend's guard does: keep the latest value."""

    breaker: Breaker

    def call(self) -> None:
        """One successful call through a closed breaker."""
        now = perf_counter()
        admission, self.breaker = self.breaker.admit(now, 0.5)
        if admission.decision is not Decision.REFUSE:
            outcome = classify_status(200)
            self.breaker = self.breaker.after(outcome, 0.01, admission, now)


def microseconds(call: Callable[[], object]) -> float:
    """The best mean of several rounds."""
    return min(Timer(call).repeat(ROUNDS, CALLS)) / CALLS * 1e6


def pool(size: int, weights: tuple[int, ...]) -> tuple[Instance, ...]:
    """Members with these weights in turn."""
    return tuple(Instance(f"i{n}", weights[n % len(weights)]) for n in range(size))


def show(what: str, call: Callable[[], object]) -> None:
    """One line of the report."""
    print(f"{what:<46} {microseconds(call):6.2f} us")


def show_balancer(name: str, balancer: Balancer, members: tuple[Instance, ...]) -> None:
    """One balancer over one pool."""
    show(f"{name}, {len(members)} members", lambda: balancer.choose(members))


def main() -> None:
    """Print the report."""
    guard = Guard(closed(BreakerSettings(), perf_counter()))
    show("an empty call", lambda: None)
    show("breaker, closed: admit and after a success", guard.call)
    budget = RetryBudget(0.2, 3, perf_counter())
    show("retry budget: deposit", lambda: budget.deposit(perf_counter()))
    for size in (2, 10, 100):
        members = pool(size, (3, 1, 2))
        random = Random(1)
        show_balancer("round-robin", round_robin.KIND.make(None, random), members)
        settings = least_requests.LeastRequests()
        show_balancer("least-requests", least_requests.KIND.make(settings, random), members)


if __name__ == "__main__":
    main()
