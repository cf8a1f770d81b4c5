"""Members with nothing behind them, and traffic for them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from attrs import define

from altlas.balancing.member import Balancer


@define(eq=False)
class Instance:
    """An instance as a balancer sees it."""

    name: str
    weight: int = 1
    active: int = 0


def pool(*weights: int) -> tuple[Instance, ...]:
    """Idle members a, b, c... with these weights."""
    return tuple(Instance(chr(ord("a") + n), weight) for n, weight in enumerate(weights))


def alike(size: int) -> tuple[Instance, ...]:
    """Idle members 0, 1, 2... of weight 1."""
    return tuple(Instance(str(n)) for n in range(size))


def chosen(balancer: Balancer, members: tuple[Instance, ...], times: int) -> str:
    """The names chosen, one request after the other."""
    return "".join(balancer.choose(members).name for _ in range(times))


def served(
    balancer: Balancer, members: tuple[Instance, ...], requests: int, at_once: int
) -> Counter[str]:
    """How often each member was chosen, with `at_once` requests in flight all the time.

    The oldest request ends when a new one begins.
    """
    counts: Counter[str] = Counter()
    in_flight: deque[Instance] = deque()
    for _ in range(requests):
        if len(in_flight) == at_once:
            in_flight.popleft().active -= 1
        member = balancer.choose(members)
        member.active += 1
        in_flight.append(member)
        counts[member.name] += 1
    for member in in_flight:
        member.active -= 1
    return counts


def total(members: Iterable[Instance]) -> int:
    """The sum of the weights."""
    return sum(member.weight for member in members)
