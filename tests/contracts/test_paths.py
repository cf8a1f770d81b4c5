"""Path templates, and what a path leads to."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.paths import PathTree, variables
from altlas.errors import OperationNotAllowed, UnknownOperation
from tests.work import counted

TEMPLATES = (
    "/",
    "/a",
    "/a/",
    "/a/{id}",
    "/a/{id}.json",
    "/a/{id}/b",
    "/a/mine",
    "/a/mine/{x}",
    "/{a}-{b}",
    "/{any}",
    "/a/v{x}.{y}",
    "/caf%C3%A9/{id}",
)


def tree(*templates: str, method: bytes = b"GET") -> PathTree[str]:
    """A tree in which each template leads to itself."""
    made: PathTree[str] = PathTree()
    for template in templates:
        made.add(template, {method: template})
    return made


def naive(template: str, path: bytes) -> bool:
    """Whether a template takes a path without escapes, as a regex says."""
    pieces = re.split(r"\{[^{}]*\}", template)
    pattern = b"([^/]+)".join(re.escape(piece.encode()) for piece in pieces)
    return re.fullmatch(pattern, path) is not None


class PathTreeTests(SynchronousTestCase):
    """What a path leads to."""

    def check(self, path: bytes, template: str, *values: bytes) -> None:
        """The path leads to the template, with the values."""
        self.assertEqual(tree(*TEMPLATES).find(b"GET", path), (template, values))

    def unknown(self, path: bytes, *templates: str) -> None:
        """The path leads nowhere."""
        with self.assertRaises(UnknownOperation) as caught:
            tree(*(templates or TEMPLATES)).find(b"GET", path)
        self.assertEqual(caught.exception.mismatches[0].where, "path")

    def test_fixed(self) -> None:
        """A fixed path leads to itself, and a slash at the end makes it another one."""
        self.check(b"/", "/")
        self.check(b"/a", "/a")
        self.check(b"/a/", "/a/")
        self.unknown(b"/a/", "/a")
        self.unknown(b"/a", "/a/")

    def test_fixed_first(self) -> None:
        """Fixed segments go before partly fixed ones, and those before whole variables."""
        self.check(b"/a/mine", "/a/mine")
        self.check(b"/a/mine.json", "/a/{id}.json", b"mine")
        self.check(b"/a/v1.2", "/a/v{x}.{y}", b"1", b"2")
        self.check(b"/a/yours", "/a/{id}", b"yours")
        self.check(b"/x-y-z", "/{a}-{b}", b"x", b"y-z")
        self.check(b"/x", "/{any}", b"x")

    def test_more_fixed_first(self) -> None:
        """Of partly fixed segments those with more and longer fixed texts go first."""
        for path, first, last in (
            (b"/abcd", "/a{x}d", "/abc{x}"),
            (b"/abcd", "/ab{x}", "/{x}d"),
            (b"/a-b-c", "/{a}-{b}-{c}", "/{a}-b-{c}"),
        ):
            for templates in ((first, last), (last, first)):
                found, _ = tree(*templates).find(b"GET", path)
                self.assertEqual(found, first)

    def test_way_back(self) -> None:
        """A fixed segment that leads nowhere leaves the path to a templated one."""
        self.check(b"/a/mine/b", "/a/mine/{x}", b"b")
        self.check(b"/a/mine.json/b", "/a/{id}/b", b"mine.json")
        both = tree("/a/mine/x", "/a/{id}/b")
        self.assertEqual(both.find(b"GET", b"/a/mine/b"), ("/a/{id}/b", (b"mine",)))

    def test_escapes(self) -> None:
        """An escape is what it stands for, but an escaped slash never parts segments."""
        self.check(b"/%61/%6dine", "/a/mine")
        self.check(b"/a/x%2Fb", "/a/{id}", b"x%2Fb")
        self.check(b"/caf%c3%a9/%41", "/caf%C3%A9/{id}", b"%41")
        self.unknown(b"/a%2Fmine", "/a/mine")
        found = tree("/{a}-%62{c}", "/{x}").find(b"GET", b"/%2d%2D%62%2f")
        self.assertEqual(found, ("/{a}-%62{c}", (b"-", b"%2F")))

    def test_nothing_and_dots(self) -> None:
        """A variable is neither empty nor a dot segment, however that is written."""
        for path in (b"/x/", b"/x/.", b"/x/..", b"/x/%2e%2E", b"/x/..;a", b"/x/%2e;"):
            self.unknown(path, "/x/{id}")
        self.unknown(b"/x/.json", "/x/{id}.json")
        found = tree("/x/{id}").find(b"GET", b"/x/...")
        self.assertEqual(found, ("/x/{id}", (b"...",)))

    def test_no_path(self) -> None:
        """What is no path leads nowhere."""
        for path in (b"", b"*", b"a", b"//", b"\xff", b"/\x00/%"):
            self.unknown(path, "/a/{id}", "/")

    def test_methods(self) -> None:
        """A wrong method is told with those that are there, over all templates of the path."""
        made: PathTree[str] = PathTree()
        made.add("/a/mine", {b"POST": "post mine"})
        made.add("/a/{id}", {b"GET": "get one"})
        self.assertEqual(made.find(b"POST", b"/a/mine"), ("post mine", ()))
        self.assertEqual(made.find(b"GET", b"/a/mine"), ("get one", (b"mine",)))
        with self.assertRaises(OperationNotAllowed) as caught:
            made.find(b"DELETE", b"/a/mine")
        self.assertEqual(sorted(caught.exception.allowed), ["GET", "POST"])
        self.assertEqual(caught.exception.mismatches[0].where, "method")

    def test_same_paths(self) -> None:
        """Templates that differ in their variables' names only are one path."""
        made: PathTree[str] = PathTree()
        made.add("/a/{id}", {b"GET": "get"})
        made.add("/a/{name}", {b"PUT": "put", b"GET": "later"})
        self.assertEqual(made.find(b"PUT", b"/a/1"), ("put", (b"1",)))
        self.assertEqual(made.find(b"GET", b"/a/1"), ("get", (b"1",)))

    def test_variables(self) -> None:
        """A template's variables are known by name, in order."""
        self.assertEqual(variables("/a/{id}/{x}-{y}.json"), ("id", "x", "y"))

    @given(st.lists(st.sampled_from(["a", "mine", "x-y", "v1.2", "b", "", "c.json"]), max_size=4))
    def test_naive(self, segments: list[str]) -> None:
        """It finds a template just where a regex of each would, and one that takes the path."""
        path = ("/" + "/".join(segments)).encode()
        possible = [template for template in TEMPLATES if naive(template, path)]
        try:
            found, _ = tree(*TEMPLATES).find(b"GET", path)
        except UnknownOperation:
            found = None
        if possible:
            self.assertIn(found, possible)
        else:
            self.assertIsNone(found)

    @given(st.binary(max_size=40), st.binary(max_size=5))
    def test_hostile(self, path: bytes, method: bytes) -> None:
        """Whatever bytes come, they are found, unknown or not allowed."""
        try:
            tree(*TEMPLATES).find(method, b"/" + path)
        except (UnknownOperation, OperationNotAllowed):
            pass

    def test_linear(self) -> None:
        """Long paths with many delimiters cost no more work than their length."""
        made = tree("/{a}-{b}-{c}-{d}-{e}.x", *("/{x}" * n for n in range(1, 9)))
        with counted() as work:
            for path in (b"/" + b"-" * 1_000_000, b"/a" * 500_000, b"/%2d" * 300_000):
                with self.assertRaises(UnknownOperation):
                    tree("/{a}-{b}-{c}-{d}-{e}.x").find(b"GET", path)
                try:
                    made.find(b"GET", path)
                except UnknownOperation:
                    pass
        self.assertLess(work.calls, 10_000_000)  # of 6 MB
