"""All that one reading of the configuration compiles into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import define, frozen
from twisted.internet.defer import Deferred, DeferredList

from altlas.backend.running import RunningBackend, Surroundings, running
from altlas.edge.contracts.leaf import ContractLeaf
from altlas.edge.dispatching import Dispatcher
from altlas.edge.leaf import ForwardLeaf, Leaf
from altlas.edge.replying import RedirectLeaf, RespondLeaf
from altlas.edge.securing import SecureRedirectLeaf
from altlas.edge.tree import RouteTree
from altlas.gateway.expansion import Doubt, Expanded, Expansion, Held
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings.routes import HTTPS
from altlas.settings.tree import Route, Settings

if TYPE_CHECKING:
    from altlas.contracts.kept import Kept

NO_CONTRACTS: Mapping[str, Kept] = MappingProxyType({})


@frozen(eq=False)
class Plantation:
    """Rules, the trees that define where they are found, and the index that finds them."""

    rules: tuple[Rule, ...]
    #: what is odd about the operations of contracts
    doubts: tuple[Doubt, ...]
    #: the routes for plain HTTP, and those for TLS
    tree: RouteTree
    secure_tree: RouteTree
    dispatcher: Dispatcher

    @classmethod
    def of(cls, expanded: Expanded) -> Plantation:
        """Plant these rules. It takes about a third of a second for a thousand."""
        rules = tuple(expanded.rules)
        tree = secure = _tree(rules, "http")
        strays = RouteIndex(expanded.strays) if expanded.strays else None
        if all(len(rule.route.schemes) == 2 for rule in rules):
            dispatcher = Dispatcher(tree.index(), strays=strays)
        else:
            secure = _tree(rules, "https")
            dispatcher = Dispatcher(tree.index(), secure.index(), strays)
        return cls(rules, tuple(expanded.doubts), tree, secure, dispatcher)

    def fell(self) -> None:
        """Give the trees up; what the index finds is found on."""
        self.tree.fell()
        self.secure_tree.fell()


@define(eq=False)
class Generation:
    """Routes with their leaves, and the backends behind them. An exchange keeps its own."""

    settings: Settings
    backends: dict[str, RunningBackend]
    planted: Plantation
    _rules: tuple[Rule, ...]
    _expansion: Expansion

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All routes, those that contracts make too."""
        return self.planted.rules

    @property
    def dispatcher(self) -> Dispatcher:
        """What finds the leaf of an exchange."""
        return self.planted.dispatcher

    def start(self) -> None:
        """Begin to probe."""
        for backend in self.backends.values():
            backend.start()

    def concerns(self, contract: str) -> bool:
        """Whether routes are made of this contract."""
        return self._expansion.concerns(contract)

    def replanted(self) -> Plantation:
        """The routes as the contracts of now make them, before the same backends.

        Nothing is changed here: it may be called in a thread. Who wants them assigns `planted`.
        """
        return Plantation.of(self._expansion.of(self._rules))

    def stop(self) -> Deferred[Any]:
        """End probes and connections; fires when the last connection is gone."""
        return DeferredList([backend.stop() for backend in self.backends.values()])


def generation(
    settings: Settings, surroundings: Surroundings, contracts: Mapping[str, Kept] = NO_CONTRACTS
) -> Generation:
    """Compile `settings`; nothing runs yet.

    Raises `OSError` or `ValueError` for files that are named there and cannot be used.
    """
    backends = {one.name: running(one, surroundings) for one in settings.backends}
    rules = tuple(Rule(route, _leaf(route, backends)) for route in settings.routes)
    expansion = Expansion(settings, contracts, _held(surroundings))
    return Generation(settings, backends, Plantation.of(expansion.of(rules)), rules, expansion)


def _held(surroundings: Surroundings) -> Held:
    def held(inner: ForwardLeaf, kept: Kept) -> Leaf:
        return ContractLeaf.of(inner, kept, surroundings.random.random)

    return held


def _tree(rules: Iterable[Rule], scheme: str) -> RouteTree:
    return RouteTree(rule for rule in rules if scheme in rule.route.schemes)


def _leaf(route: Route, backends: dict[str, RunningBackend]) -> Leaf:
    if route.backend is not None:
        backend = backends[route.backend]
        return ForwardLeaf.of(route, backend.settings, backend.stack)
    if route.redirect.to is not None:
        if route.redirect.to == HTTPS:
            return SecureRedirectLeaf(route.redirect.status, route.redirect.port)
        return RedirectLeaf(route.redirect.status, route.redirect.to.encode("ascii"))
    respond = route.respond
    assert respond.status is not None  # the settings see to it that a route has one of the three
    return RespondLeaf(respond.status, respond.type.encode("ascii"), respond.body.encode())
