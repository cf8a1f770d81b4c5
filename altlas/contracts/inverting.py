"""Which paths of the gateway lead, by a route, to a path of its backend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from attrs import frozen

from altlas.settings.tree import Route

_VARIABLE = re.compile(r"\{([^{}]*)\}")


@frozen
class Inverse:
    """A path template of the gateway, and the variables that the route has decided."""

    template: str
    decided: frozenset[str] = frozenset()


def irreversible(route: Route) -> str:
    """Why no path of the backend can be traced back through `route`; nothing if it can be."""
    if route.match_kind == "regex":
        return "its path is a regex"
    if route.rewrite.regex is not None:
        return "its rewriting is a regex"
    if "{" in route.path or "}" in route.path:
        return "its path has braces"
    return ""


def inverses(route: Route, template: str) -> Iterator[Inverse]:
    """The paths by which `route` leads to `template`, a path of the backend with its base path.

    A prefix may stand where the template has a variable, whose value the route then decides:
    ``/jobs/first/`` to ``/jobs/{id}/log``. None for what is `irreversible`.
    """
    if irreversible(route):
        return
    to = route.path if route.rewrite.prefix is None else route.rewrite.prefix
    given = template.split("/")
    if route.match_kind == "exact":
        decided = _agreed(to.split("/"), given)
        if decided is not None:
            yield Inverse(route.path, decided)
        return
    fixed = to.removesuffix("/").split("/")
    decided, rest = _agreed(fixed, given[: len(fixed)]), given[len(fixed) :]
    if decided is None:
        return
    if rest:
        yield Inverse(route.path + "/".join(rest), decided)
    # The prefix without its slash, of which the root is made too; it has none itself.
    if route.path != "/" and (not rest or template == "/"):
        yield Inverse(route.path.removesuffix("/"), decided)


def _agreed(fixed: list[str], given: list[str]) -> frozenset[str] | None:
    """The variables that stand in the place of something fixed; None if the paths differ."""
    if len(fixed) != len(given):
        return None
    decided = set()
    for ours, theirs in zip(fixed, given, strict=True):
        variable = _VARIABLE.fullmatch(theirs)
        if variable and ours:
            decided.add(variable[1])
        elif unquote_to_bytes(ours) != unquote_to_bytes(theirs):
            return None
    return frozenset(decided)
