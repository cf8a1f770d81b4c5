"""What a route really takes, beside all others."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, evolve, field

from altlas.errors import GatewayError
from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings.tree import Route


@define(eq=False)
class Reach:
    """Tells of paths, variables in braces included, which route takes them.

    A route is held against those that take all that it could: not those that ask for a header,
    a query, or the one scheme, nor those whose paths only some values of a variable make. Routes
    that are made from contracts take what those have, and no whole path.
    """

    _routes: tuple[Route, ...]
    _indexes: dict[frozenset[str] | str, RouteIndex] = field(factory=dict, init=False)

    def takes(self, route: Route, method: str, path: str) -> bool:
        """Whether `route` takes `method` on `path`, for one of its hosts at least."""
        index = self._index(route)
        return any(
            _found(index, Facts(_example(host), path.encode(), method.encode(), [], None))
            == route.name
            for host in route.host or ("",)
        )

    def _index(self, route: Route) -> RouteIndex:
        special = bool(route.header or route.query) or route.routes != "itself"
        key = f"{route.name}" if special else route.schemes
        if key not in self._indexes:
            self._indexes[key] = RouteIndex(Rule(one) for one in self._rivals(route, special))
        return self._indexes[key]

    def _rivals(self, route: Route, special: bool) -> Iterable[Route]:
        for one in self._routes:
            # On one path who asks for more is asked first.
            later = special and one.path == route.path and one.priority <= route.priority
            if one.name == route.name:
                yield evolve(one, header=(), query=())
            elif one.schemes >= route.schemes and not _asks(one) and not later:
                yield one


def _asks(route: Route) -> bool:
    return bool(route.header or route.query) or route.routes != "itself"


def _example(host: str) -> bytes:
    """A host that a route for `host` takes."""
    return host.replace("*", "any").encode()


def _found(index: RouteIndex, facts: Facts) -> str:
    try:
        name: str = index.find(facts).route.name
    except GatewayError:
        return ""
    return name
