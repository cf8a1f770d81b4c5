"""All that one reading of the configuration compiles into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred, DeferredList

from altlas.backend.running import RunningBackend, Surroundings, running
from altlas.contracts.kept import Kept
from altlas.edge.dispatching import Dispatcher
from altlas.edge.leaf import ForwardLeaf, Leaf
from altlas.edge.replying import RedirectLeaf, RespondLeaf
from altlas.edge.securing import SecureRedirectLeaf
from altlas.edge.tree import RouteTree
from altlas.routing.rule import Rule
from altlas.settings.routes import HTTPS
from altlas.settings.tree import Route, Settings


@frozen(eq=False)
class Generation:
    """Routes with their leaves, and the backends behind them. An exchange keeps its own."""

    settings: Settings
    backends: dict[str, RunningBackend]
    #: the routes for plain HTTP, and those for TLS
    tree: RouteTree
    secure_tree: RouteTree
    dispatcher: Dispatcher

    def start(self) -> None:
        """Begin to probe."""
        for backend in self.backends.values():
            backend.start()

    def replanted(self, contracts: Mapping[str, Kept]) -> Dispatcher:
        """The routes anew, as the contracts of now make them, before the same backends."""
        return self.dispatcher

    def stop(self) -> Deferred[Any]:
        """End probes and connections; fires when the last connection is gone."""
        return DeferredList([backend.stop() for backend in self.backends.values()])


def generation(
    settings: Settings, surroundings: Surroundings, contracts: Mapping[str, Kept]
) -> Generation:
    """Compile `settings`; nothing runs yet.

    Raises `OSError` or `ValueError` for files that are named there and cannot be used.
    """
    backends = {one.name: running(one, surroundings) for one in settings.backends}
    rules = [Rule(route, _leaf(route, backends)) for route in settings.routes]
    tree = _tree(rules, "http")
    if all(len(route.schemes) == 2 for route in settings.routes):
        return Generation(settings, backends, tree, tree, Dispatcher(tree.index()))
    secure = _tree(rules, "https")
    dispatcher = Dispatcher(tree.index(), secure.index())
    return Generation(settings, backends, tree, secure, dispatcher)


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
