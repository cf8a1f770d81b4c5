"""Routes that no request can reach, because an earlier one takes all that they take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from altlas.settings.literal_heads import literal_head
from altlas.settings.predicates import Predicate
from altlas.settings.routes import Route


def shadowed(routes: Sequence[Route]) -> list[tuple[Route, Route]]:
    """Each unreachable route with one that stands in its way.

    Regexes are compared as text among each other, and by their literal heads with paths.
    """
    order = {route.name: index for index, route in enumerate(routes)}
    found = []
    for route, rivals in _rivals(routes):
        for rival in rivals:
            earlier = order[rival.name] < order[route.name]
            if rival.routes != "itself":
                continue  # what is no operation of a contract is left to others
            if rival is not route and _goes_first(rival, route, earlier) and _covers(rival, route):
                found.append((route, rival))
                break
    return found


def _rivals(routes: Sequence[Route]) -> Iterator[tuple[Route, Iterable[Route]]]:
    """Those that can stand in the way at all, lest thousands be compared with thousands."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    for route in routes:
        yield route, chain.from_iterable(by_path.get(path, ()) for path in _covering(route))


def _covering(route: Route) -> Iterator[str]:
    """The paths that take all that the route's path takes: itself, and wider prefixes."""
    yield route.path
    if route.match_kind == "regex":
        head = literal_head(route.path[1:])
        if head.whole:
            yield from (head.text, head.text + "/")
        yield from _prefixes(head.text)
        if not head.text.startswith("/"):
            yield "/"
    else:
        if route.match_kind == "exact":
            yield route.path + "/"
        yield from _prefixes(route.path[:-1])


def _prefixes(path: str) -> Iterator[str]:
    """The path up to each of its slashes, from the last one on."""
    cut = path.rfind("/")
    while cut != -1:
        yield path[: cut + 1]
        cut = path.rfind("/", 0, cut)


def _goes_first(rival: Route, route: Route, earlier: bool) -> bool:
    """Whether the rival is asked before the route about every request that both take."""
    if rival.priority != route.priority:
        return rival.priority > route.priority
    if route.routes != "itself":
        return False  # its operations have closer paths than its own
    # Of two paths the closer one goes first, and the wider one cannot stand in its way.
    # But a regex is never close: it is asked after every path.
    if rival.path != route.path:
        return route.match_kind == "regex" and rival.match_kind != "regex"
    if not _same_hosts(rival, route):
        return False
    difference = _conditions(rival) - _conditions(route)
    return difference > 0 or (difference == 0 and earlier)


def _same_hosts(rival: Route, route: Route) -> bool:
    # A wildcard is asked after the name itself, so only the same spelling counts.
    return set(route.host) <= set(rival.host) and bool(route.host) == bool(rival.host)


def _conditions(route: Route) -> int:
    return len(route.header) + len(route.query) + bool(route.method) + (len(route.schemes) == 1)


def _covers(rival: Route, route: Route) -> bool:
    """Whether the rival, whose path does, takes every request that the route takes."""
    return (
        route.schemes <= rival.schemes
        and (not rival.host or _covers_hosts(rival.host, route.host))
        and _covers_methods(rival.method, route.method)
        and _covers_predicates(_named(rival.header), _named(route.header))
        and _covers_predicates(rival.query, route.query)
    )


def _covers_hosts(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    suffixes = tuple(host[1:] for host in wide if host.startswith("*."))
    return bool(narrow) and all(
        host in wide or (bool(suffixes) and host.endswith(suffixes)) for host in narrow
    )


def _covers_methods(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    return not wide or (bool(narrow) and _methods(narrow) <= _methods(wide))


def _methods(names: tuple[str, ...]) -> set[str]:
    return {*names, "HEAD"} if "GET" in names else set(names)


def _covers_predicates(wide: Sequence[Predicate], narrow: Sequence[Predicate]) -> bool:
    present = {Predicate(predicate.name) for predicate in narrow}
    return set(wide) <= present.union(narrow)


def _named(header: tuple[Predicate, ...]) -> list[Predicate]:
    """Header names are compared without case."""
    return [
        Predicate(predicate.name.lower(), predicate.value, predicate.regex) for predicate in header
    ]
