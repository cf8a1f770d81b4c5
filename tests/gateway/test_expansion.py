"""Routes made of contracts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.contract import Contract
from altlas.contracts.kept import Kept
from altlas.edge.leaf import ForwardLeaf
from altlas.errors import ClientError, MethodNotAllowed
from altlas.gateway.expansion import Doubt, Expanded, Expansion
from altlas.resilience.retry import RetryWishes
from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings.tree import Backend, Route, Settings
from altlas.wire.targets import normalised
from tests.backend.scene import Scene, backend
from tests.contracts.documents import contract as contract_with
from tests.gateway.kept import contract_of, kept


@frozen
class Holding:
    """Stands in for the leaf that holds requests to a contract."""

    inner: ForwardLeaf
    kept: Kept


def maker(name: str, path: str, **said: Any) -> Route:
    """A route that the contract `made` makes."""
    return Route(
        name=name, path=path, backend="demo", routes="from-contract", contract="made", **said
    )


#: segments of templates that overlap in many ways, and those of paths that they may take
SEGMENTS = ["a", "ab", "{x}", "a{x}", "{x}b", "{x}-{y}", "a-{x}", "{x}-b", "%61{x}b", ""]
templates = st.lists(st.sampled_from(SEGMENTS[:-1]), min_size=1, max_size=3)
operations = st.lists(
    st.tuples(st.sampled_from(["GET", "POST", "HEAD"]), templates), min_size=1, max_size=8
)
words = st.sampled_from(["a", "ab", "aab", "b", "a-b", "a-bb", "a-b-b", "aa", "", "%2Db", "a%2F"])


class ExpansionTests(SynchronousTestCase):
    """What the settings' routes become."""

    def expansion(self, contract: Contract | None, *routes: Route) -> Expansion:
        """Of these routes, with the contract ``made``."""
        self.kept = kept(contract)
        made: Backend = backend()
        settings = Settings(backends=(made,), routes=routes)
        scene = Scene(made)
        self.rules = [
            Rule(route, ForwardLeaf.of(route, made, scene.stack) if route.backend else "fixed")
            for route in routes
        ]
        return Expansion(settings, {"made": self.kept}, Holding)  # type: ignore[arg-type]

    def expanded(self, contract: Contract | None, *routes: Route) -> Expanded:
        """What these routes become."""
        return self.expansion(contract, *routes).of(self.rules)

    def leaf(self, made: Expanded, name: str) -> Any:
        """The leaf of the operation of that name."""
        return next(rule.leaf for rule in made.rules if rule.route.name == name)

    def test_operations(self) -> None:
        """Each operation is a rule in the place of the route; others stay as they are."""
        plain, fixed = Route(name="p", path="/p/", backend="demo"), Route(name="f", path="/f")
        contract = contract_of("GET /a list", "POST /a add", "GET /a/{b} get")
        made = self.expanded(contract, plain, maker("m", "/"), fixed)
        self.assertEqual([rule.route.name for rule in made.rules], ["p", "list", "add", "get", "f"])
        self.assertIs(made.rules[0], self.rules[0])
        self.assertEqual(made.doubts, [])
        self.assertIs(self.leaf(made, "list"), self.leaf(made, "get"))
        self.assertIs(self.leaf(made, "get").inner, self.rules[1].leaf)

    def test_held(self) -> None:
        """A route that only keeps to a contract stays one, with another leaf."""
        route = Route(name="r", path="/r/", backend="demo", contract="made")
        (rule,) = self.expanded(contract_of("GET /a list"), route).rules
        self.assertIs(rule.route, route)
        self.assertEqual(rule.leaf, Holding(self.rules[0].leaf, self.kept))

    def test_missing(self) -> None:
        """While there is no contract the route stands for itself, held to what will come."""
        (rule,) = self.expanded(None, maker("m", "/m/")).rules
        self.assertEqual((rule.route.name, rule.leaf.kept), ("m", self.kept))

    def test_methods(self) -> None:
        """A method that a path has not is refused, with those that it has; HEAD is GET's."""
        contract = contract_of("GET /a/{b} get", "HEAD /c head", "GET /c other", "PUT /a/{x} put")
        index = RouteIndex(self.expanded(contract, maker("m", "/")).rules)

        def found(method: bytes, path: bytes) -> str:
            return index.find(Facts(b"", path, method, [], None)).route.name

        names = [found(b"HEAD", b"/a/x"), found(b"PUT", b"/a/x"), found(b"HEAD", b"/c")]
        self.assertEqual([*names, found(b"GET", b"/c")], ["get", "put", "head", "other"])
        error = self.assertRaises(MethodNotAllowed, found, b"DELETE", b"/a/x")
        self.assertEqual(set(error.allowed), {"GET", "HEAD", "PUT"})

    def test_wishes(self) -> None:
        """What an operation wishes goes before what backend and route say."""
        contract = contract_of(
            "GET /a slow",
            "POST /a again",
            "PUT /a once",
            slow={"x-altlas-timeout": "2m"},
            once={"x-altlas-timeout": {"response": "5s", "idle": "off"}, "x-altlas-retry": "off"},
            again={"x-altlas-retry": 3, "x-altlas-idempotent": True},
        )
        expansion = self.expansion(contract, maker("m", "/"))
        made = expansion.of(self.rules)
        timeouts = self.leaf(made, "slow").inner.timeouts
        self.assertEqual((timeouts.response, timeouts.total), (120.0, 120.0))
        once, plain = self.leaf(made, "once").inner, self.rules[0].leaf.timeouts
        self.assertEqual(once.timeouts, evolve(plain, response=5.0, idle=None))
        self.assertEqual(once.wishes, RetryWishes(0, None))
        self.assertEqual(self.leaf(made, "again").inner.wishes, RetryWishes(3, True))
        # A backend keeps queues for each that it ever met.
        self.assertIs(self.leaf(expansion.of(self.rules), "slow").inner.timeouts, timeouts)

    def test_names(self) -> None:
        """An id that is another's name as well is told apart by its route, and that is said."""
        contract = contract_of("GET /a one", "GET /b two")
        made = self.expanded(
            contract, maker("m", "/m/"), Route(name="two", path="/x", backend="demo")
        )
        self.assertEqual(
            (made.rules, made.doubts[:1]),
            (made.rules[:1], [Doubt("m", "it leads to no path of operation one")]),
        )
        made = self.expanded(
            contract, maker("m", "/"), Route(name="two", path="/x", backend="demo")
        )
        self.assertEqual([rule.route.name for rule in made.rules], ["one", "m.two", "two"])
        self.assertEqual(
            made.doubts,
            [Doubt("m", "operation two is called m.two, since its id is not its alone")],
        )

    def test_concerns(self) -> None:
        """Only contracts that make routes are worth another planting."""
        route = Route(name="r", path="/r/", backend="demo", contract="other")
        expansion = self.expansion(None, maker("m", "/"), route)
        self.assertEqual([expansion.concerns(name) for name in ("made", "other")], [True, False])

    @given(operations, st.lists(words, min_size=1, max_size=3))
    def test_one_order(self, lines: list[tuple[str, list[str]]], segments: list[str]) -> None:
        """A request's route is the operation that it is held to, however templates overlap."""
        paths: dict[str, Any] = {}
        for method, parts in lines:
            paths.setdefault("/" + "/".join(parts), {})[method.lower()] = {"responses": {}}
        contract = contract_with(paths)
        index = RouteIndex(self.expanded(contract, maker("m", "/")).rules)
        path = ("/" + "/".join(segments)).encode()
        plain = normalised(path)
        if plain.count(b"/") < path.count(b"/"):
            return  # an instance would get what is none of the contract's paths
        for method in (b"GET", b"POST", b"HEAD", b"PUT"):
            route = _found(lambda: index.find(Facts(b"", plain, method, [], None)).route.name)  # noqa: B023
            held = _found(lambda: contract.find(method, path).operation.id)  # noqa: B023
            self.assertEqual(route, held)


def _found(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except ClientError as error:
        return str(error.status)
