"""The routes as they would serve, for who looks before the gateway starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from altlas.contracts.contract import Contract
from altlas.contracts.digesting import Unusable
from altlas.contracts.drift import Drift
from altlas.contracts.kept import Kept
from altlas.gateway.contracts.readings import Readings
from altlas.gateway.expansion import Expanded, Expansion
from altlas.routing.pattern import PathKind
from altlas.routing.rule import Rule
from altlas.settings import tree
from altlas.settings.tree import Settings


def prospect(settings: Settings, readings: Readings) -> Expanded:
    """All routes, with those that contracts in files make; none has a leaf.

    A route whose contract has to be fetched, or cannot be read, stands for itself.
    """
    kept = {
        one.name: Kept(one, Drift(_never), _read(one, readings))
        for one in settings.contracts
        if any(settings.contract_of(route) == one.name for route in _made(settings))
    }
    return Expansion(settings, kept, _unheld).of(map(Rule, settings.routes))


def undecided(rules: Iterable[Rule]) -> Iterator[str]:
    """A line for each route that stands for itself, for now: its contract is not known here."""
    for rule in rules:
        if rule.route.routes != "itself" and rule.pattern.kind is PathKind.PREFIX:
            made = "its routes are known when the gateway has fetched its contract"
            yield f"[route:{rule.route.name}] routes = {rule.route.routes}: {made}"


def _made(settings: Settings) -> tuple[tree.Route, ...]:
    return tuple(route for route in settings.routes if route.routes != "itself")


def _read(settings: tree.Contract, readings: Readings) -> Contract | None:
    try:
        return None if settings.file is None else readings.of_file(settings).contract
    except Unusable:
        return None


def _unheld(inner: Any, _: Kept) -> Any:
    return inner


def _never() -> float:
    return 0.0
