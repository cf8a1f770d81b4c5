"""What it costs to find a route among 10, 1,000 and 10,000: it should not depend on that.

    python -m bench.micro.routing [--tree]

Microseconds, the best of five runs. ``--tree`` also times the building of the Klein tree.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter
from timeit import repeat

from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.pattern import compiled_template
from altlas.routing.rewriting import rewriter
from altlas.routing.rule import Rule
from altlas.settings.tree import Predicate, Rewrite, Route

COUNTS = (10, 1_000, 10_000)
FIELDS = [(b"Host", b"api.example.com"), (b"Accept", b"*/*"), (b"User-Agent", b"curl/8")]
CALLS = 20_000


def routes(count: int) -> list[Route]:
    """Prefixes, exact paths, hosts on one path, and conditions, a quarter each."""
    made: list[Route] = []
    for number in range(count // 4 + 1):
        path = f"/api/v1/service-{number}"
        made += [
            Route(name=f"prefix-{number}", path=f"{path}/", backend="b"),
            Route(name=f"exact-{number}", path=f"{path}/status", backend="b"),
            Route(name=f"host-{number}", path="/", host=(f"host-{number}.test",), backend="b"),
            Route(
                name=f"condition-{number}",
                path=f"{path}/",
                method=("GET", "POST"),
                header=(Predicate("X-Tenant", value="blue"),),
                backend="b",
            ),
        ]
    return made[:count]


def cases(count: int) -> dict[str, Facts]:
    """Requests by what they find; each is about a route in the middle of the file."""
    number = count // 8
    path = b"/api/v1/service-%d" % number
    host = b"host-%d.test" % number
    return {
        "exact": Facts(b"a.test", path + b"/status", b"GET", FIELDS, None),
        "prefix": Facts(b"a.test", path + b"/documents/17", b"GET", FIELDS, None),
        "host": Facts(host, b"/elsewhere/17", b"GET", FIELDS, None),
        "deep": Facts(host, b"/elsewhere" * 20, b"GET", FIELDS, None),
    }


def cost(call: Callable[[], object]) -> float:
    """Microseconds that a call takes."""
    return min(repeat(call, number=CALLS, repeat=5)) / CALLS * 1e6


def operations(count: int) -> list[Rule]:
    """Rules of operations, two to a service."""
    paths = [f"/api/v1/service-{n}/documents/{{name}}" for n in range(count // 2)]
    return [
        Rule(
            Route(name=method + path, path=path, method=(method,)), pattern=compiled_template(path)
        )
        for path in paths
        for method in ("GET", "PUT")
    ]


def _print_templates() -> None:
    # Others each time: of the last one the index knows the place.
    asked = [
        Facts(b"a.test", b"/api/v1/service-3/documents/%d" % number, b"GET", FIELDS, None)
        for number in range(CALLS)
    ]
    for count in COUNTS:
        rules = operations(count)
        index = RouteIndex(rules)

        def find(index: RouteIndex = index) -> None:
            for facts in asked:
                index.sure(facts.path) or index.find(facts)

        took = min(repeat(find, number=1, repeat=5)) / CALLS * 1e6
        print(f"{count:>8} operations{took:9.2f}", end="")
        if "--tree" in sys.argv:
            from altlas.edge.tree import RouteTree

            began = perf_counter()
            RouteTree(rules).index()
            print(f"  with its Klein tree{(perf_counter() - began) * 1e3:10.1f} ms", end="")
        print()


def main() -> None:
    """Print a row for each number of routes."""
    print(f"{'routes':>8}", *(f"{name:>8}" for name in cases(10)), "  compiled in")
    for count in COUNTS:
        rules = [Rule(route) for route in routes(count)]
        began = perf_counter()
        index = RouteIndex(rules)
        took = perf_counter() - began
        costs = (cost(partial(index.find, facts)) for facts in cases(count).values())
        print(f"{count:>8}", *(f"{each:8.2f}" for each in costs), f"{took * 1e3:10.1f} ms")
        if "--tree" in sys.argv:
            from altlas.edge.tree import RouteTree

            began = perf_counter()
            RouteTree(rules).index()
            print(f"{'':>8} with its Klein tree{(perf_counter() - began) * 1e3:10.1f} ms")
    _print_templates()
    rewriting = rewriter(Route(name="r", path="/a/", backend="b", rewrite=Rewrite(prefix="/")))
    path = b"/a/documents/17"
    print(f"{'facts':>17}{cost(lambda: Facts(b'a.test', path, b'GET', FIELDS, None)):9.2f}")
    print(f"{'prefix rewritten':>17}{cost(lambda: rewriting.apply(path, path, b'x=1')):9.2f}")


if __name__ == "__main__":
    main()
