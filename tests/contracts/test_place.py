"""Places in a document."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.place import top

DOCUMENT = {
    "a": {"$ref": "#/b/x~1y"},
    "b": {"x/y": {"list": [{"$ref": "#/c"}]}},
    "c": {"d": 1},
    "loop": {"$ref": "#/loop"},
}


class PlaceTests(SynchronousTestCase):
    """Ways through a document."""

    def test_to(self) -> None:
        """A way follows references, and knows where it ended."""
        place = top(DOCUMENT).to("a", "list", 0, "d")
        self.assertEqual((place.node, place.way, place.pointer), (1, ("c", "d"), "/c/d"))
        self.assertEqual(top(DOCUMENT).to("a").pointer, "/b/x~1y")

    def test_beneath(self) -> None:
        """A step may leave a reference as it is."""
        self.assertEqual(top(DOCUMENT).beneath("a").node, {"$ref": "#/b/x~1y"})

    def test_shared(self) -> None:
        """What is nothing but a reference stands where that leads to; with more, it is itself."""
        document = {
            "a": {"$ref": "#/b"},
            "b": {"$ref": "#/c"},
            "c": {"$ref": "#/d", "x": 1},
            "d": 1,
        }
        self.assertEqual(top(document).beneath("a").shared().pointer, "/c")
        self.assertEqual(top(document).beneath("d").shared().pointer, "/d")
        looping = top({"a": {"$ref": "#/a"}}).beneath("a")
        self.assertRaises(LookupError, looping.shared)

    def test_absent(self) -> None:
        """What is not there is None, and has nothing in it."""
        place = top(DOCUMENT).to("x", "y", 0)
        self.assertIsNone(place.node)
        self.assertEqual(([*place.members()], [*place.items()], place.get("z")), ([], [], None))

    def test_members(self) -> None:
        """Members and items are places themselves."""
        found = {name: place.pointer for name, place in top({**DOCUMENT, "loop": 1}).members()}
        self.assertEqual(found, {"a": "/b/x~1y", "b": "/b", "c": "/c", "loop": "/loop"})
        items = [place.pointer for place in top(DOCUMENT).to("a", "list").items()]
        self.assertEqual(items, ["/c"])

    def test_round(self) -> None:
        """References that lead round, or nowhere, are an error."""
        self.assertRaises(LookupError, top(DOCUMENT).to, "loop")
        self.assertRaises(LookupError, top({"a": {"$ref": "#/b"}}).to, "a")
