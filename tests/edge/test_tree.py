"""The Klein tree, and the index held to it."""

import gc
from weakref import ref

from hypothesis import given, settings
from treq.client import HTTPClient
from treq.testing import RequestTraversalAgent
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource
from twisted.web.server import Request

from altlas.edge.tree import RouteTree
from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.pattern import compiled_template
from altlas.routing.rule import Rule
from altlas.settings.tree import Route
from tests.routing.generated import answer, expected, facts, rule_lists


class Named(Resource):
    """A leaf that answers with its name."""

    isLeaf = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def render(self, request: Request) -> bytes:
        """The name."""
        return self._name.encode()


class RouteTreeTests(SynchronousTestCase):
    """What Klein finds, and what the index finds."""

    @settings(deadline=None, max_examples=300)
    @given(rules=rule_lists, asked=facts())
    def test_index_is_the_tree(self, rules: list[Rule], asked: Facts) -> None:
        """The index made of a tree, and one made of the rules, find what Klein itself finds."""
        tree = RouteTree(rules)
        by_klein = answer(tree.match, asked)
        self.assertEqual(answer(tree.index().find, asked), by_klein)
        self.assertEqual(answer(RouteIndex(rules).find, asked), by_klein)
        self.assertEqual(expected(rules, asked), by_klein)

    def test_one_route_a_path(self) -> None:
        """Klein holds one endpoint for each different path, however many rules share it."""
        routes = [
            Route(name="a", path="/a", method=("GET",)),
            Route(name="b", path="/a", method=("PUT",)),
            Route(name="c", path="/a/"),
            Route(name="d", path="~^/d"),
            Route(name="e", path="~^/e"),
        ]
        tree = RouteTree(map(Rule, routes))
        names = {"exact:/a", "prefix:/a/", "prefix:/a/_branch", "regexes"}
        self.assertEqual(set(tree.app.endpoints), names)

    def test_templates(self) -> None:
        """A template is a rule of Klein with a variable for each of its own."""
        rules = [
            Rule(Route(name=path, path=path), pattern=compiled_template(path))
            for path in ("/a/{b}/{c}-{d}.x", "/a/")
        ]
        written = {str(rule) for rule in RouteTree(rules).app.url_map.iter_rules()}
        self.assertEqual(written, {"/a/<v0>/<v1>-<v2>.x", "/a/<nothing:end>"})

    def test_felled(self) -> None:
        """A tree that is felled is gone at once, and what was found by its index is found on."""
        routes = [
            Route(name="a", path="/a/"),
            Route(name="b", path="~^/b"),
            Route(name="c", path="/c"),
        ]
        tree = RouteTree(map(Rule, routes))
        index, map_of_it = tree.index(), ref(tree.app.url_map)
        self.addCleanup(gc.enable)
        gc.disable()
        tree.fell()
        self.assertIsNone(map_of_it())
        self.assertEqual(index.find(Facts(b"", b"/c", b"GET", [], None)).route.name, "c")

    def test_names_do_not_collide(self) -> None:
        """Paths that look like Klein's own names are paths like others."""
        routes = [Route(name="a", path="/a/"), Route(name="b", path="/a/_branch")]
        tree = RouteTree(map(Rule, routes))
        found = tree.match(Facts(b"", b"/a/_branch", b"GET", [], None))
        self.assertEqual(found.route.name, "b")


class RenderTests(SynchronousTestCase):
    """The tree as a resource."""

    def setUp(self) -> None:
        """A tree with a leaf for each of its routes."""
        routes = [
            Route(name="exact", path="/a/b"),
            Route(name="prefix", path="/a/", query=()),
            Route(name="host", path="/a/", host=("b.test",)),
            Route(name="get", path="/get", method=("GET",)),
            Route(name="regex", path="~^/v[0-9]"),
        ]
        tree = RouteTree(Rule(route, Named(route.name)) for route in routes)
        self.client = HTTPClient(RequestTraversalAgent(tree.app.resource()))

    def asked(self, method: str, url: str) -> tuple[int, bytes]:
        """Status and body of the answer."""
        response = self.successResultOf(self.client.request(method, url))
        return response.code, self.successResultOf(response.content())

    def test_leaves(self) -> None:
        """Klein renders the leaf of the rule that takes the request."""
        for url, name in {
            "http://a.test/a/b": b"exact",
            "http://a.test/a": b"prefix",
            "http://a.test/a/x/y": b"prefix",
            "http://b.test:8080/a/x": b"host",
            "http://a.test/get?x": b"get",
            "http://a.test/v1/x": b"regex",
        }.items():
            self.assertEqual(self.asked("GET", url), (200, name), url)

    def test_refusals(self) -> None:
        """What no rule takes is a 404, a wrong method a 405, a broken path a 400."""
        self.assertEqual(self.asked("GET", "http://a.test/x")[0], 404)
        self.assertEqual(self.asked("PUT", "http://a.test/get")[0], 405)
        self.assertEqual(self.asked("GET", "http://a.test/a/%00")[0], 400)
