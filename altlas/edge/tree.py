"""The routes as a Klein application: their definition, which the index is compiled from.

Klein stores for each different path one route whose endpoint stands for all rules of that
path; what a path's rules ask beside the path is for `altlas.routing.node` to judge. Traffic is
found by the index, since Klein's own way costs tens of microseconds; whatever else the
application serves is rendered by Klein as usual.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, cast

from klein import Klein, KleinRenderable
from twisted.web.server import Request
from werkzeug import exceptions
from werkzeug.routing import BaseConverter, Map, ValidationError

from altlas.errors import BadRequest, MethodNotAllowed, NoRoute
from altlas.routing.facts import Facts, host_name
from altlas.routing.index import RouteIndex
from altlas.routing.node import Node, chosen, grouped
from altlas.routing.pattern import PathKind
from altlas.routing.rule import Rule
from altlas.wire.targets import normalised


class RouteTree:
    """Builds the application from rules, given in order of the file.

    Rendered by Klein, a route answers with the leaf of the rule that takes the request:
    anything that Klein can render, an `IResource` say. Klein undoes escapes before it looks,
    so a path that hides a slash in ``%2F`` may find its leaf only through the index.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.app = Klein()
        # Paths arrive normalised. To merge slashes would be to answer with a redirect.
        self.app.url_map.merge_slashes = False
        self._nodes: dict[str, tuple[Node, ...]] = {}
        nodes = grouped(rules)
        for node in nodes:
            if node.pattern.kind is not PathKind.REGEX:
                self._plant(node)
        self._regexes = tuple(node for node in nodes if node.pattern.kind is PathKind.REGEX)
        if self._regexes:
            self._plant_regexes()

    def index(self) -> RouteIndex:
        """The index of what the application's map holds now."""
        endpoints = (rule.endpoint for rule in self.app.url_map.iter_rules())
        found = (node for endpoint in endpoints for node in self._nodes.get(endpoint, ()))
        # A prefix has two endpoints in the map.
        return RouteIndex(rule for node in dict.fromkeys(found) for rule in node.rules)

    def match(self, facts: Facts) -> Rule:
        """The rule that takes the request, found by Klein's own matching.

        Raises `NoRoute` or `MethodNotAllowed`, as `RouteIndex.find` does.
        """
        return chosen(self.candidates(facts.path), facts)

    def candidates(self, path: bytes) -> Iterator[Node]:
        """The nodes whose paths take the normalised `path`, from the most specific one on."""
        asked = b"/" if path == b"*" else path
        while asked:
            found = self._found(asked)
            if found is None or found.pattern.kind is PathKind.REGEX:
                break
            yield found
            asked = _above(found)
        yield from matching(self._regexes, path)

    def _found(self, path: bytes) -> Node | None:
        try:
            rule, values = self.app.url_map.bind("").match(path.decode("latin-1"), return_rule=True)
        except exceptions.NotFound:
            return None
        nodes = values.get("nodes") or self._nodes.get(rule.endpoint)
        return nodes[0] if nodes else None

    def _plant(self, node: Node) -> None:
        kind, path = node.pattern.kind, node.pattern.text.decode()
        name = f"{kind.name.lower()}:{path}"
        branch = kind is PathKind.PREFIX
        # A prefix also takes its path without the slash, without Klein's redirect.
        route = self.app.route(path, branch=branch, strict_slashes=not branch, endpoint=name)
        route(self._leaf)
        self._nodes[name] = (node,)
        if branch:
            # Klein's own name for whatever is below the path.
            self._nodes[f"{name}_branch"] = (node,)

    def _plant_regexes(self) -> None:
        made = partial(_Regexes, nodes=self._regexes)
        self.app.url_map.converters["regexes"] = cast(type[BaseConverter], made)
        self.app.route("/<regexes:nodes>", endpoint="regexes")(self._leaf)
        self._nodes["regexes"] = self._regexes

    def _leaf(self, request: Request, **_: Any) -> KleinRenderable:
        try:
            return cast(KleinRenderable, self.match(shown(request)).leaf)
        except BadRequest:
            raise exceptions.BadRequest() from None
        except NoRoute:
            raise exceptions.NotFound() from None
        except MethodNotAllowed as error:
            raise exceptions.MethodNotAllowed(error.allowed) from None


def matching(regexes: Iterable[Node], path: bytes) -> tuple[Node, ...]:
    """Those of the nodes whose regex takes the normalised `path`."""
    return tuple(node for node in regexes if node.pattern.matches(path))


def shown(request: Request) -> Facts:
    """The facts of a request that twisted.web has read."""
    path, mark, query = request.uri.partition(b"?")
    fields = [(n, v) for n, many in request.requestHeaders.getAllRawHeaders() for v in many]
    host = host_name((request.getHeader(b"host") or b"").lower())
    return Facts(host, normalised(path), request.method, fields, query if mark else None)


class _Regexes(BaseConverter):
    """All regexes of the routes in one variable, whose value is the nodes that match.

    One for all: Werkzeug gives up at the first variable that refuses a value, and hands it
    paths without their first slash, which the regexes are written with.
    """

    regex = r"(?s:.*)"
    part_isolating = False
    #: above that of every variable of Klein and Werkzeug: regexes are tried last
    weight = 1_000_000

    def __init__(self, map: Map, nodes: tuple[Node, ...]) -> None:
        super().__init__(map)
        self._nodes = nodes

    def to_python(self, value: str) -> tuple[Node, ...]:
        found = matching(self._nodes, b"/" + value.encode("latin-1"))
        if not found:
            raise ValidationError
        return found


def _above(node: Node) -> bytes:
    """The path to ask for next, that only less specific prefixes than `node` can take."""
    text = node.pattern.text
    if node.pattern.kind is PathKind.EXACT:
        return text + b"/"
    return text[: text.rfind(b"/", 0, -1) + 1]
