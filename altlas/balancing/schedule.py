"""Smooth weighted round robin, worked out once.

nginx's algorithm: before each choice every member gains its weight, the richest is
chosen (the first of several) and pays the sum of all weights. Weights 5, 1, 1 give
``a a b a c a a``: never a run that a smoother order could break up. The order repeats
after as many choices as the weights sum to, so it is written down on its first pass
and only read after.

Members of one weight gain alike, so among them the one chosen least often is always
next, in pool order: a cycle. Only the heads of the cycles need comparing, which makes
a step cost as much as there are *different* weights, not members.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd

from attrs import define, field

#: choices that are written down; a longer order is worked out anew each time instead
REMEMBERED = 65_536


@define(eq=False)
class _Cycle:
    """The positions of one weight, and what the head of them is worth."""

    weight: int
    positions: list[int] = field(factory=list)
    worth: int = 0
    _at: int = 0

    @property
    def head(self) -> int:
        return self.positions[self._at]

    def pay(self, price: int) -> None:
        """The head was chosen: the next is head, and once all have paid, each is poorer."""
        self._at += 1
        if self._at == len(self.positions):
            self._at = 0
            self.worth -= price


def _cycles(weights: Sequence[int]) -> list[_Cycle]:
    divisor = gcd(*weights)
    cycles: dict[int, _Cycle] = {}
    for position, weight in enumerate(weights):
        share = weight // divisor
        cycles.setdefault(share, _Cycle(share)).positions.append(position)
    return list(cycles.values())


@define(eq=False, init=False)
class Schedule:
    """The endless order of positions 0..n-1 for these weights (each 1 or more)."""

    #: the positions, from the one whose turn it is; there is but this one iterator
    turns: Iterator[int]
    _cycles: list[_Cycle]
    _known: list[int]

    def __init__(self, weights: Sequence[int]) -> None:
        self._cycles = _cycles(weights)
        self._known = []
        self.turns = _turns(self._cycles, self._known)

    def next(self) -> int:
        """The position whose turn it is."""
        return next(self.turns)


def _turns(cycles: list[_Cycle], known: list[int]) -> Iterator[int]:
    """The positions, worked out, or read from `known` once all of them stand there."""
    period = sum(cycle.weight * len(cycle.positions) for cycle in cycles)
    while len(known) < period:
        for cycle in cycles:
            cycle.worth += cycle.weight
        chosen = min(cycles, key=lambda cycle: (-cycle.worth, cycle.head))
        position = chosen.head
        chosen.pay(period)
        if period <= REMEMBERED:
            known.append(position)
        yield position
    while True:
        yield from known
