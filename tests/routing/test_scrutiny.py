"""A path leads to one route, whoever reads it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest, ClientError
from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.routing.scrutiny import Scrutiny
from altlas.settings.tree import Route
from altlas.wire.readings import readings
from altlas.wire.targets import normalised
from tests.routing.generated import METHODS, all_rules, paths
from tests.routing.test_templates import operation
from tests.wire.test_readings import pieces

#: ways around a guard at ``/admin/``, for who reads paths in one way or another
AROUND = (
    *(b"/admin%2Fx", b"/admin%2fx", b"/%2Fadmin/x", b"/admin%5Cx", b"/%5cadmin/x", b"/admin;/x"),
    *(b"/admin;a=b/x", b"/admin%3B/x", b"/;/admin/x", b"/x/..;/admin/x", b"/x/..%2fadmin/x"),
    *(b"/x%2F..%2Fadmin/x", b"/x/%252e%252e/admin/x", b"/x/..%252fadmin/x", b"/%2561dmin/x"),
    *(b"/admin%252Fx", b"/admin%255Cx", b"/adm%C1%A9n/x", b"/admin%C0%AFx", b"/admin%2500/x"),
    *(b"/ADMIN/x", b"/Admin", b"/aDmin%2fx", b"/x%5C..%5Cadmin/x", b"/admin%00/x", b"/admin%3Bx"),
)
#: other spellings that lead there
THERE = (b"/admin/x", b"//admin/x", b"/./admin/x", b"/%61dmin/x", b"/x/../admin", b"/admin/%2e/")
#: what is nothing out of the ordinary elsewhere
ELSEWHERE = (
    *(b"/x", b"/a%2Fb", b"/a;b=c/d", b"/administrator", b"/files/ADMIN", b"/x%20y", b"/100%25"),
    *(b"/a%252Fb", b"/a%5Cb", b"/A/B", b"/a/admin%2Fx", b"//x", b"/x/%C3%A9"),
)


def scrutiny(*routes: Route) -> Scrutiny:
    """Over these routes."""
    return Scrutiny(RouteIndex(map(Rule, routes)))


def found(way: Scrutiny, raw: bytes, method: bytes = b"GET") -> str:
    """The name of the route that takes a request, or BadRequest."""
    facts = Facts(b"a.test", normalised(raw), method, [], None)
    rule = way.index.find(facts)
    way.judge(rule, raw, facts)
    return rule.route.name


class GuardTests(SynchronousTestCase):
    """A route that denies what is below a path, and one that forwards the rest."""

    def guarded(self, **rest: str) -> Scrutiny:
        """Both, the second with what is given."""
        guard = Route(name="guard", path="/admin/")
        return scrutiny(guard, Route(**{"name": "rest", "path": "/", **rest}))  # type: ignore[arg-type]

    def test_no_way_around(self) -> None:
        """No spelling that a backend may read as guarded leads past the guard."""
        for profile in ("faithful", "strict"):
            for raw in AROUND:
                with self.assertRaises(BadRequest, msg=(raw, profile)):
                    found(self.guarded(path_profile=profile), raw)

    def test_the_guard_itself(self) -> None:
        """What we read as guarded is."""
        for raw in THERE:
            self.assertEqual(found(self.guarded(), raw), "guard", raw)

    def test_elsewhere(self) -> None:
        """Odd spellings that lead nowhere else pass."""
        for raw in ELSEWHERE:
            self.assertEqual(found(self.guarded(), raw), "rest", raw)

    def test_regex(self) -> None:
        """A guard that is a regex guards as well."""
        guard = Route(name="guard", path="~^/v[0-9]+/admin", priority=1)
        way = scrutiny(guard, Route(name="rest", path="/"))
        for raw in (b"/v1%2Fadmin", b"/v1;/admin", b"/V1/Admin", b"/v1/%2561dmin"):
            self.assertRaises(BadRequest, found, way, raw)
        self.assertEqual(found(way, b"/v1/x%2Fadmin"), "rest")

    def test_reason(self) -> None:
        """The log is told what the path may be read as, the client is not."""
        error = self.assertRaises(BadRequest, found, self.guarded(), b"/admin%2fx")
        self.assertEqual(error.reason, "of route rest, but read as /admin/x it is of route guard")
        self.assertNotIn("guard", str(error))


class ProfileTests(SynchronousTestCase):
    """What is taken for one reading."""

    def test_strict(self) -> None:
        """A strict route refuses what hides something, wherever it leads."""
        strict = scrutiny(Route(name="r", path="/", path_profile="strict"))
        for raw in (b"/a%2Fb", b"/a;b", b"/a%5Cb", b"/a/../b", b"/%2541", b"/%ff"):
            self.assertRaises(BadRequest, found, strict, raw)
        self.assertEqual(found(strict, b"/a%20b//c"), "r")

    def test_literals(self) -> None:
        """What a route's own path has counts as written there, escapes and parameters alike."""
        way = scrutiny(*(Route(name=p, path=p) for p in ("/a%2Fb/", "/x;v=1/", "/e%20f", "/")))
        for raw, name in {
            b"/a%2Fb/c": "/a%2Fb/",
            b"/x;v=1/c": "/x;v=1/",
            b"/e%20f": "/e%20f",
            b"/g%20f": "/",
        }.items():
            self.assertEqual(found(way, raw), name)

    def test_reserved(self) -> None:
        """An escape that needs none leads around no guard either."""
        way = scrutiny(Route(name="guard", path="/@me/"), Route(name="rest", path="/"))
        self.assertRaises(BadRequest, found, way, b"/%40me/x")

    def test_twins(self) -> None:
        """Routes that differ in case only are both reached."""
        way = scrutiny(*(Route(name=path, path=path) for path in ("/Users/", "/users/", "/")))
        for raw in (b"/Users/1%20", b"/users/1%20"):
            self.assertEqual(found(way, raw), raw.decode()[:7])
        self.assertRaises(BadRequest, found, way, b"/USERS/1%20")

    def test_templates(self) -> None:
        """An escaped slash ends no segment, and leads from no operation to another, or none."""
        paths = ("/docs/{name}", "/docs/{name}/pages/{page}", "/docs/new", "/Docs/{name}/x")
        way = Scrutiny(RouteIndex(map(operation, paths)))
        for raw, name in {
            b"/docs/a%20b": "/docs/{name}",
            b"/docs/%6Eew": "/docs/new",
            b"/docs/100%25": "/docs/{name}",
            b"/docs/NEWER": "/docs/{name}",
            b"//docs//a/../b": "/docs/{name}",
            b"/Docs/a/x": "/Docs/{name}/x",
        }.items():
            self.assertEqual(found(way, raw), name, raw)
        for raw in (
            *(b"/docs/a%2Fpages%2F1", b"/docs/a%2Fb", b"/docs/new%3Bx"),
            *(b"/docs/%6E%65%2577", b"/docs/NEW", b"/docs/;x", b"/docs/a%5Cpages%5C1"),
        ):
            self.assertRaises(BadRequest, found, way, raw)

    def test_template_literals(self) -> None:
        """Escapes in the text of a template count as written there."""
        way = Scrutiny(RouteIndex(map(operation, ("/a%2Fb/{x}", "/e%20f/{x}"))))
        self.assertEqual(found(way, b"/a%2Fb/c"), "/a%2Fb/{x}")
        self.assertEqual(found(way, b"/e%20f/c%20d"), "/e%20f/{x}")

    def test_case_within_variables(self) -> None:
        """What a variable takes may be another operation's, for who does not tell case."""
        way = Scrutiny(RouteIndex(map(operation, ("/docs/{name}", "/docs/New", "/docs/{id}.JSON"))))
        for raw in (b"/docs/new", b"/docs/NEW", b"/docs/a.json"):
            self.assertRaises(BadRequest, self.judged, way, raw)
        for raw in (b"/docs/old", b"/docs/New", b"/docs/a.JSON"):
            self.judged(way, raw)
        alone = Scrutiny(RouteIndex([operation("/docs/{name}"), operation("/{a}/x/y")]))
        self.assertEqual(alone.cased, frozenset())

    def judged(self, way: Scrutiny, path: bytes) -> None:
        """Judge as the dispatcher does what needs no other reading."""
        facts = Facts(b"a.test", path, b"GET", [], None)
        way.judge_case(way.index.find(facts), path, facts)

    def test_capitals(self) -> None:
        """A guard that is written in capitals is not walked around in small letters."""
        way = scrutiny(Route(name="guard", path="/Admin/"), Route(name="rest", path="/"))
        self.assertRaises(BadRequest, found, way, b"/admin/x")
        self.assertEqual(found(way, b"/Admin/x"), "guard")

    def test_digits(self) -> None:
        """Case is nothing to ask about where routes have no letters."""
        self.assertEqual(
            scrutiny(Route(name="a", path="/"), Route(name="b", path="/1/")).cased, frozenset()
        )

    def test_not_taken(self) -> None:
        """A reading that no route takes refuses, since it leaves the route as well."""
        self.assertRaises(
            BadRequest, found, scrutiny(Route(name="a", path="/a/")), b"/a/%252e%252e/b"
        )


raw_paths = st.lists(pieces | paths.map(str.encode), max_size=6).map(
    lambda all: b"/" + b"".join(all)
)


class PropertyTests(SynchronousTestCase):
    """For routes and paths made up."""

    @given(st.lists(all_rules, min_size=1, max_size=8), raw_paths, st.sampled_from(METHODS))
    def test_one_leaf(self, made: list[Rule], raw: bytes, method: str) -> None:
        """Each reading of a path that passes is taken by the rule that takes the path."""
        index = RouteIndex(made)
        way = Scrutiny(index)
        try:
            facts = Facts(b"a.test", normalised(raw), method.encode(), [], None)
            rule = index.find(facts)
            way.judge(rule, raw, facts)
        except ClientError:
            return
        literals = {other.route.path for other in made if "%" in other.route.path}
        for reading in readings(raw):
            if not literals:  # they are compared in another form
                again = Facts(b"a.test", reading, method.encode(), [], None)
                self.assertIs(index.find(again).route, rule.route)
