"""Where clients find the operations of a contract: below the path of the route that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from altlas.contracts.inverting import inverses
from altlas.contracts.place import top
from altlas.contracts.servers import bases_of
from altlas.routing.pattern import PathPattern, compiled_template
from altlas.settings.tree import Rewrite, Route

if TYPE_CHECKING:
    from altlas.contracts.contract import Contract
    from altlas.contracts.kept import Kept
    from altlas.contracts.operation import Operation


@frozen
class Entrance:
    """A path of an operation as clients write it, and as the instance gets it."""

    operation: Operation
    public: str
    template: str
    pattern: PathPattern

    def route(self, route: Route, name: str) -> Route | None:
        """The operation as a route, which inherits what `route` says; None if that has methods
        and this is none of them.
        """
        methods = _methods(route, self.operation.method)
        if not methods:
            return None
        rewrite = route.rewrite
        if rewrite.prefix is not None:
            rewrite = Rewrite(prefix=self.template)
        return evolve(route, name=name, path=self.public, method=methods, rewrite=rewrite)


def entrances(route: Route, kept: Kept, contract: Contract) -> Iterator[Entrance]:
    """The paths at which `route` leads to operations of `contract`."""
    document, given = top(contract.document), kept.settings.base_path
    # HEAD is also taken by the route of GET, unless an earlier one does.
    for operation in sorted(contract.operations, key=lambda one: one.method != "HEAD"):
        for base in bases_of(document, operation.template, operation.method, given):
            template = base + operation.template
            for found in inverses(route, template):
                # A variable that the route decides would take other values as well.
                pattern = None if found.decided else _pattern(found.template)
                if pattern is not None:
                    yield Entrance(operation, found.template, template, pattern)


def _pattern(path: str) -> PathPattern | None:
    try:
        return compiled_template(path)
    except ValueError:
        return None


def _methods(route: Route, method: str) -> tuple[str, ...]:
    """Of an operation's methods those that `route` takes; GET brings HEAD along."""
    taken = {*route.method, "HEAD"} if "GET" in route.method else {*route.method}
    if not taken or method in taken:
        return (method,)
    return ("HEAD",) if method == "GET" and "HEAD" in taken else ()
