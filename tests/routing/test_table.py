"""The table of routes."""

from attrs import evolve
from hypothesis import given, settings
from twisted.trial.unittest import SynchronousTestCase

from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.pattern import compiled_template
from altlas.routing.rule import Rule
from altlas.routing.table import Row, format_table, table
from altlas.settings.tree import Predicate, Redirect, Respond, Rewrite, Route
from tests.routing.generated import answer, facts, rule_lists


def table_of(routes: list[Route]) -> list[Row]:
    """The rows of these routes."""
    return table(map(Rule, routes))


class TableTests(SynchronousTestCase):
    """Rows and their order."""

    def test_row(self) -> None:
        """A row says what a route asks for and what follows."""
        route = Route(
            name="segmentation",
            path="/api/",
            host=("a.test",),
            method=("GET",),
            header=(Predicate("X-Debug"), Predicate("X-Tenant", "blue")),
            query=(Predicate("v", regex="^[0-9]"),),
            backend="segmentation",
            rewrite=Rewrite(prefix="/"),
        )
        (row,) = table_of([route])
        wanted = {
            "name": "segmentation",
            "priority": 0,
            "kind": "prefix",
            "path": "/api/",
            "hosts": ["a.test"],
            "methods": ["GET"],
            "conditions": ["header X-Debug", "header X-Tenant = blue", "query v = ~^[0-9]"],
            "target": "backend segmentation",
            "rewrite": "/api/ -> /",
        }
        self.assertEqual(row, wanted)

    def test_scheme(self) -> None:
        """A route for one scheme says so."""
        rows = table_of([Route(name="s", path="/", redirect=Redirect(to="https:"))])
        self.assertEqual(rows[0]["conditions"], ["scheme http"])
        self.assertEqual(rows[0]["target"], "redirect https:")

    def test_order(self) -> None:
        """Rows stand in the order in which the routes are asked."""
        routes = [
            Route(name="regex b", path="~b"),
            Route(name="regex a", path="~a", host=("a.test",)),
            Route(name="root", path="/"),
            Route(name="api", path="/api/"),
            Route(name="api wild", path="/api/", host=("*.test",)),
            Route(name="api host", path="/api/", host=("a.test",)),
            Route(name="api get", path="/api/", method=("GET",)),
            Route(name="exact", path="/a"),
            Route(name="urgent", path="~u", priority=9),
        ]
        wanted = ["urgent", "exact", "api host", "api wild", "api get", "api", "root"]
        self.assertEqual([row["name"] for row in table_of(routes)], [*wanted, "regex b", "regex a"])

    def test_templates(self) -> None:
        """Operations stand between exact paths and prefixes, the more specific ones first."""
        paths = ("/docs/{name}", "/{kind}/new", "/docs/{id}.json", "/docs/new/", "/docs/new")
        rules = [
            Rule(Route(name=path, path=path), pattern=compiled_template(path)) for path in paths
        ]
        rows = table([*rules, Rule(Route(name="all", path="/docs/"))])
        kinds = [(row["kind"], row["path"]) for row in rows]
        wanted = [("template", path) for path in ("/docs/{id}.json", "/docs/{name}", "/{kind}/new")]
        exact = [("exact", "/docs/new/"), ("exact", "/docs/new")]
        self.assertEqual(kinds, [*exact, *wanted, ("prefix", "/docs/")])

    @settings(deadline=None)
    @given(rules=rule_lists, asked=facts())
    def test_first_row_is_taken(self, rules: list[Rule], asked: Facts) -> None:
        """What the index finds stands above every other route that takes the request."""
        made = [
            evolve(
                rule,
                route=Route(
                    name=f"{number}",
                    path=rule.route.path,
                    host=rule.route.host[:1],
                    method=rule.route.method,
                    priority=rule.route.priority,
                ),
            )
            for number, rule in enumerate(rules)
        ]
        found = answer(RouteIndex(made).find, asked)
        if isinstance(found, Rule):
            above = [row["name"] for row in table(made)]
            above = above[: above.index(found.route.name)]
            for name in above:
                alone = RouteIndex([made[int(name)]])
                self.assertNotIsInstance(answer(alone.find, asked), Rule)


class FormatTests(SynchronousTestCase):
    """The table as text."""

    def test_columns(self) -> None:
        """Columns are aligned, what is not limited shows as a star."""
        routes = [
            Route(name="home", path="/", redirect=Redirect(to="/docs/")),
            Route(name="gone", path="/old", method=("GET", "POST"), respond=Respond(status=410)),
            Route(name="re", path="~^/v", backend="b", rewrite=Rewrite(regex="^/v", to="/")),
        ]
        wanted = [
            "NAME  PRIORITY  KIND    PATH  HOSTS  METHODS    CONDITIONS  TARGET           REWRITE",
            "gone  0         exact   /old  *      GET, POST  *           respond 410      -",
            "home  0         prefix  /     *      *          *           redirect /docs/  -",
            "re    0         regex   ~^/v  *      *          *           backend b        "
            "~^/v -> /",
        ]
        self.assertEqual(format_table(table_of(routes)).splitlines(), wanted)

    def test_empty(self) -> None:
        """Without routes only the headings are left."""
        self.assertEqual(len(format_table(table_of([])).splitlines()), 1)
