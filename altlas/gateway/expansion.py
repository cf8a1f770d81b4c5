"""Routes made of contracts: what the settings say becomes a rule for each operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from altlas.edge.leaf import ForwardLeaf, Leaf
from altlas.gateway.operations import Entrance, entrances
from altlas.resilience.retry import RetryWishes
from altlas.routing.rule import Rule
from altlas.settings.tree import Settings, Timeouts

if TYPE_CHECKING:
    from altlas.contracts.contract import Contract
    from altlas.contracts.kept import Kept
    from altlas.contracts.operation import Operation

#: makes of a leaf that forwards one that holds what it forwards to a contract
Held = Callable[[ForwardLeaf, "Kept"], Leaf]


@frozen
class Doubt:
    """What is odd about the operations that a route leads to."""

    route: str
    reason: str

    def __str__(self) -> str:
        return f"route {self.route}: {self.reason}"


@define(eq=False)
class Expanded:
    """What the rules of the settings became, and what was found to be odd."""

    rules: list[Rule] = field(factory=list)
    #: the rules that operations took the place of
    strays: list[Rule] = field(factory=list)
    doubts: list[Doubt] = field(factory=list)


@define(eq=False)
class Expansion:
    """Makes rules of the operations of contracts, as often as these change.

    A route whose contract is not known yet stands for itself. Rules without leaves are for who
    only looks at them, and get none.
    """

    _settings: Settings
    _contracts: Mapping[str, Kept]
    _held: Held
    #: by value, since a backend keeps queues for each that it ever met
    _timeouts: dict[Timeouts, Timeouts] = field(factory=dict, init=False)

    def concerns(self, contract: str) -> bool:
        """Whether there are routes that this contract makes."""
        return any(
            route.routes != "itself" and self._settings.contract_of(route) == contract
            for route in self._settings.routes
        )

    def of(self, rules: Iterable[Rule]) -> Expanded:
        """What the rules of the settings become by the contracts of this moment."""
        made = Expanded()
        # Read once: it may be called where others replace them meanwhile.
        found = [(rule, *self._kept(rule)) for rule in rules]
        taken = Counter(route.name for route in self._settings.routes)
        for rule, _, contract in found:
            if contract is not None and rule.route.routes != "itself":
                taken.update({operation.id for operation in contract.operations})
        for rule, kept, contract in found:
            if kept is None:
                made.rules.append(rule)
            elif contract is None or rule.route.routes == "itself":
                made.rules.append(evolve(rule, leaf=self._held(rule.leaf, kept)))
            else:
                parts = _Parts(rule, kept, self._held, self._timeouts, taken, made)
                parts.add([*entrances(rule.route, kept, contract)])
                parts.doubt(contract)
                made.strays.append(evolve(rule, leaf=self._held(rule.leaf, kept)))
        return made

    def _kept(self, rule: Rule) -> tuple[Kept | None, Contract | None]:
        if rule.route.backend is None:
            return None, None
        kept = self._contracts.get(self._settings.contract_of(rule.route) or "")
        return kept, None if kept is None else kept.contract


@define(eq=False)
class _Parts:
    """One route while it is taken apart into operations."""

    _rule: Rule
    _kept: Kept
    _held: Held
    _timeouts: dict[Timeouts, Timeouts]
    #: the names of routes and operations, and how often they are there
    _taken: Counter[str]
    _made: Expanded
    _reached: set[str] = field(factory=set, init=False)
    #: most operations wish nothing, and have one leaf
    _leaf: Leaf = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._leaf = self._held(self._rule.leaf, self._kept)

    def add(self, found: Iterable[Entrance]) -> None:
        """Make a rule of each entrance, one leaf for each operation."""
        leaves: dict[str, Leaf] = {}
        for entrance in found:
            operation = entrance.operation
            self._reached.add(operation.id)
            route = entrance.route(self._rule.route, self._name(operation))
            if route is not None:
                leaf = leaves.get(operation.id) or self._leaf_of(operation)
                leaves[operation.id] = leaf
                self._made.rules.append(Rule(route, leaf, pattern=entrance.pattern))

    def doubt(self, contract: Contract) -> None:
        """Say which operations cannot be reached, and which are called otherwise."""
        name = self._rule.route.name
        for operation in contract.operations:
            own = self._name(operation)
            if operation.id not in self._reached:
                reason = f"it leads to no path of operation {operation.id}"
                self._made.doubts.append(Doubt(name, reason))
            elif own != operation.id:
                reason = f"operation {operation.id} is called {own}, since its id is not its alone"
                self._made.doubts.append(Doubt(name, reason))

    def _name(self, operation: Operation) -> str:
        if self._taken[operation.id] == 1:
            return operation.id
        return f"{self._rule.route.name}.{operation.id}"

    def _leaf_of(self, operation: Operation) -> Leaf:
        inner: ForwardLeaf | None = self._rule.leaf
        wishes = operation.wishes
        if inner is None:
            return self._leaf
        said = inner.timeouts.overridden(wishes.timeouts)
        if said != inner.timeouts:
            inner = evolve(inner, timeouts=self._timeouts.setdefault(said, said))
        if wishes.retries is not None or wishes.idempotent is not None:
            inner = evolve(inner, wishes=RetryWishes(wishes.retries, wishes.idempotent))
        return self._leaf if inner is self._rule.leaf else self._held(inner, self._kept)
