"""Which operations clients find, and where."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.tree import Predicate, Redirect, Route
from tests.contracts.merge_parts import Node, document, get, of, route

VARIABLE = {"in": "path", "required": True, "schema": {"type": "string"}}


def listed(made: Node) -> list[str]:
    """Methods and paths."""
    return [f"{m.upper()} {path}" for path, item in made["paths"].items() for m in item]


class ListingTests(SynchronousTestCase):
    """Operations at the gateway's own paths."""

    def setUp(self) -> None:
        item = {**get(), "post": get()["get"], "parameters": [{"name": "id", **VARIABLE}]}
        self.said = document({"/x/{id}": item, "/y": get()})

    def test_methods(self) -> None:
        """A route that is for one method has the operations of that method."""
        made = of((route("a", method=("POST",)), self.said))
        self.assertEqual(listed(made), ["POST /a/x/{id}"])

    def test_more_specific(self) -> None:
        """What a more specific route takes is not listed; what one value of it takes is."""
        others = [
            Route(name="y", path="/a/y", redirect=Redirect(to="/")),
            Route(name="one", path="/a/x/1", redirect=Redirect(to="/")),
        ]
        made = of((route("a"), self.said), others=others)
        self.assertEqual(listed(made), ["GET /a/x/{id}", "POST /a/x/{id}"])

    def test_secure_redirect(self) -> None:
        """A redirect to TLS takes nothing from who came by it."""
        others = [Route(name="s", path="/", redirect=Redirect(to="https:"), priority=9)]
        self.assertEqual(len(listed(of((route("a"), self.said), others=others))), 3)

    def test_two_routes(self) -> None:
        """Two routes of one path share its item, and the names of its variables."""
        other = document(
            {"/x/{name}": {"post": get(parameters=[{"name": "name", **VARIABLE}])["get"]}}
        )
        reading = route("a", "/a/", method=("GET",))
        writing = route("b", "/a/", method=("POST",))
        made = of((reading, self.said), (writing, other))
        self.assertEqual(listed(made), ["GET /a/x/{id}", "POST /a/x/{id}", "GET /a/y"])
        post = made["paths"]["/a/x/{id}"]["post"]
        self.assertEqual((post["tags"], post["parameters"][0]["name"]), (["b"], "id"))

    def test_conditions(self) -> None:
        """Who asks for less of a request is listed; the other one is named."""
        asking = route("b", "/a/", header=(Predicate("X-Beta"),))
        made = of((asking, self.said), (route("a"), self.said))
        self.assertEqual({item["get"]["tags"][0] for item in made["paths"].values()}, {"a"})
        self.assertEqual({one["route"] for one in made["x-altlas-left-out"]}, {"b"})

    def test_made_of_contract(self) -> None:
        """A route that is made of its contract leaves what that has not to the next."""
        made = of(
            (route("a", "/"), document({"/b/x": get(), "/b/z": get()})),
            (route("b", routes="from-contract"), document({"/x": get()})),
        )
        tags = {path: item["get"]["tags"] for path, item in made["paths"].items()}
        self.assertEqual(tags, {"/b/x": ["b"], "/b/z": ["a"]})
        self.assertNotIn("x-altlas-left-out", made)

    def test_of_the_path(self) -> None:
        """What a path says for all its operations is said at each, where they say nothing."""
        where = {"name": "id", **VARIABLE}
        item = {
            **get(parameters=[{**where, "description": "own"}], summary="own"),
            "summary": "of the path",
            "description": "of the path",
            "parameters": [where, {"name": "q", "in": "query", "schema": {}}],
        }
        made = of((route("a"), document({"/x/{id}": item})))["paths"]["/a/x/{id}"]
        self.assertEqual([*made], ["get"])
        told = [made["get"][key] for key in ("summary", "description")]
        self.assertEqual(told, ["own", "of the path"])
        found = [(each["name"], each.get("description")) for each in made["get"]["parameters"]]
        self.assertEqual(found, [("id", "own"), ("q", None)])

    def test_decided(self) -> None:
        """A variable that the route decides is no parameter."""
        made = of((route("a", "/first", "/x/1"), self.said))
        self.assertEqual(listed(made), ["GET /first", "POST /first"])
        self.assertNotIn("parameters", made["paths"]["/first"]["get"])

    def test_decided_by_none(self) -> None:
        """A route that is made of its contract decides no variables, and leads to no such path."""
        made = of((route("a", "/first/", "/x/1/", routes="from-contract"), self.said))
        self.assertEqual(listed(made), [])

    def test_path_by_reference(self) -> None:
        """A path may refer to what stands elsewhere."""
        said = document(
            {"/x": {"$ref": "#/components/pathItems/X"}, "/y": {"$ref": "#/paths/~1x"}},
            components={"pathItems": {"X": get()}},
        )
        made = of((route("a"), said))
        self.assertEqual(listed(made), ["GET /a/x", "GET /a/y"])
        self.assertNotIn("components", made)
