"""The routes as people see them: in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TypedDict

from altlas.routing.node import grouped
from altlas.routing.pattern import PathKind
from altlas.routing.rule import Rule
from altlas.settings.tree import Predicate, Route


class Row(TypedDict):
    """One route, ready for JSON. Empty lists mean any."""

    name: str
    priority: int
    kind: str
    path: str
    hosts: list[str]
    methods: list[str]
    conditions: list[str]
    target: str
    rewrite: str


#: longer than any host name (RFC 1035, 2.3.4)
_MAX_HOST = 256
_HEADINGS = tuple(key.upper() for key in Row.__annotations__)


def table(rules: Iterable[Rule]) -> list[Row]:
    """A row for each rule, first asked first.

    Of two routes that could take one request, the one that stands higher gets it. (A route
    for several hosts stands where its narrowest host puts it.)
    """
    nodes = enumerate(grouped(rules))
    placed = [(_order(place, rule), rule) for place, node in nodes for rule in node.rules]
    return [_row(rule) for _, rule in sorted(placed, key=itemgetter(0))]


def format_table(rows: Sequence[Row]) -> str:
    """The rows as lines of text in columns, headings first."""
    cells = [_HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(_line(row, widths) for row in cells)


def _order(place: int, rule: Rule) -> tuple[object, ...]:
    pattern, host = rule.pattern, _breadth(rule.hosts)
    longest_first: object = 0 if pattern.kind is PathKind.REGEX else -len(pattern.text)
    if pattern.template is not None:
        longest_first = pattern.template.rank
    return (-rule.priority, pattern.kind, longest_first, place, host, -rule.conditions)


def _breadth(hosts: tuple[bytes, ...]) -> int:
    if not hosts:
        return 0
    # A name goes before wildcards, a long wildcard before a short one, any host comes last.
    return min(-len(host) if host.startswith(b"*") else -_MAX_HOST for host in hosts)


def _row(rule: Rule) -> Row:
    route = rule.route
    return {
        "name": route.name,
        "priority": route.priority,
        "kind": rule.pattern.kind.name.lower(),
        "path": route.path,
        "hosts": list(route.host),
        "methods": list(route.method),
        "conditions": [
            *(f"scheme {scheme}" for scheme in route.schemes if len(route.schemes) == 1),
            *(f"header {_condition(predicate)}" for predicate in route.header),
            *(f"query {_condition(predicate)}" for predicate in route.query),
        ],
        "target": route.target,
        "rewrite": _rewrite(route),
    }


def _condition(predicate: Predicate) -> str:
    if predicate.regex is not None:
        return f"{predicate.name} = ~{predicate.regex}"
    return predicate.name if predicate.value is None else f"{predicate.name} = {predicate.value}"


def _rewrite(route: Route) -> str:
    rewrite = route.rewrite
    if rewrite.regex is not None:
        return f"~{rewrite.regex} -> {rewrite.to or ''}"
    return "" if rewrite.prefix is None else f"{route.path} -> {rewrite.prefix}"


def _cells(row: Row) -> tuple[str, ...]:
    shown = (row["name"], str(row["priority"]), row["kind"], row["path"])
    lists = map(", ".join, (row["hosts"], row["methods"], row["conditions"]))
    return (*shown, *(text or "*" for text in lists), row["target"], row["rewrite"] or "-")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    pairs = zip(cells, widths, strict=True)
    return "  ".join(cell.ljust(width) for cell, width in pairs).rstrip()
