"""The routes as a Klein application: their definition, which the index is compiled from.

Klein stores for each different path one route whose endpoint stands for all rules of that
path; what a path's rules ask beside the path is for `altlas.routing.node` to judge. Traffic is
found by the index, since Klein's own way costs tens of microseconds; whatever else the
application serves is rendered by Klein as usual.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count
from typing import Any, cast

from klein import Klein, KleinRenderable
from twisted.web.server import Request
from werkzeug import exceptions
from werkzeug.routing import BaseConverter, Map, ValidationError
from werkzeug.routing import Rule as WerkzeugRule

from altlas.errors import BadRequest, MethodNotAllowed, NoRoute
from altlas.routing.facts import Facts, host_name
from altlas.routing.index import RouteIndex
from altlas.routing.node import Node, chosen, grouped
from altlas.routing.pattern import PathKind
from altlas.routing.rule import Rule
from altlas.wire.segments import Pieces
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
        self.app.url_map.converters["nothing"] = _Nothing
        self._nodes: dict[str, tuple[Node, ...]] = {}
        # Werkzeug tells variables of one weight by their order.
        nodes = sorted(grouped(rules), key=_rank)
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

    def fell(self) -> None:
        """Take the tree apart, which is all in cycles: it would be left to the collector, or for
        ever where that is told to look at nothing old (see `altlas.gateway.collecting`).
        """
        for rule in [*self.app.url_map.iter_rules()]:
            vars(rule).clear()
        self.app.endpoints.clear()
        self.app = Klein()
        self._nodes.clear()

    def match(self, facts: Facts) -> Rule:
        """The rule that takes the request, found by Klein's own matching.

        Raises `NoRoute` or `MethodNotAllowed`, as `RouteIndex.find` does.
        """
        return chosen(self.candidates(facts.path), facts)

    def candidates(self, path: bytes) -> Iterator[Node]:
        """The nodes whose paths take the normalised `path`, from the most specific one on."""
        # Of one kind Werkzeug finds the most specific one first: a text before any variable,
        # segment by segment. The kinds themselves it does not tell.
        found = self._found(b"/" if path == b"*" else path)
        paths = (node for node in found if node.pattern.kind is not PathKind.REGEX)
        yield from sorted(paths, key=lambda node: node.pattern.kind)
        yield from matching(self._regexes, path)

    def _found(self, path: bytes) -> list[Node]:
        """What Werkzeug finds, and finds then when that is set aside, and so on."""
        asked, text = self.app.url_map.bind(""), path.decode("latin-1")
        aside: list[WerkzeugRule] = []
        try:
            while True:
                rule, _ = asked.match(text, return_rule=True)
                aside.append(rule)
                rule.methods = set()  # none suits it
        except exceptions.NotFound:
            nodes = (self._nodes.get(rule.endpoint, ()) for rule in aside)
            # A prefix has two endpoints in the map.
            return list(dict.fromkeys(node for many in nodes for node in many))
        finally:
            for rule in aside:
                rule.methods = None

    def _plant(self, node: Node) -> None:
        kind, path = node.pattern.kind, node.pattern.text.decode()
        name = f"{kind.name.lower()}:{path}"
        branch = kind is PathKind.PREFIX
        # A prefix also takes its path without the slash, without Klein's redirect.
        written = path if branch else _written(node)
        route = self.app.route(written, branch=branch, strict_slashes=not branch, endpoint=name)
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


class _Nothing(BaseConverter):
    """The end of a path behind its last slash, where Werkzeug would redirect without it."""

    regex = ""


def _written(node: Node) -> str:
    """An exact path or a template in Werkzeug's words."""
    text = node.pattern.text.decode()
    template = node.pattern.template
    if template is not None:
        numbers = count()
        segments = (_joined(pieces, numbers) for pieces in template.segments)
        text = "".join(f"/{segment}" for segment in segments)
    return f"{text}<nothing:end>" if text.endswith("/") else text


def _joined(pieces: Pieces, numbers: Iterator[int]) -> str:
    first, *rest = (piece.decode() for piece in pieces)
    return first + "".join(f"<v{next(numbers)}>{piece}" for piece in rest)


def _rank(node: Node) -> tuple[tuple[object, ...], ...]:
    return () if node.pattern.template is None else node.pattern.template.rank
