"""Paths of a backend, traced back to the gateway."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.inverting import Inverse, inverses, irreversible
from altlas.routing.pattern import compiled_pattern
from altlas.routing.rewriting import rewriter
from altlas.settings.tree import Rewrite, Route

words = st.sampled_from(["a", "b", "{x}", "{y}.json"])
fixed = st.lists(st.sampled_from("ab"), max_size=2)
ends = st.sampled_from(["", "/"])


def paths(segments: st.SearchStrategy[list[str]]) -> st.SearchStrategy[str]:
    """Paths of these segments, with and without a slash at the end."""
    return st.tuples(segments, ends).map(
        lambda each: "/" + "/".join(each[0]) + each[1] * bool(each[0])
    )


class InverseTests(SynchronousTestCase):
    """The way back of what the gateway does to paths."""

    @given(paths(fixed), st.none() | paths(fixed), paths(st.lists(words, max_size=3)))
    def test_round(self, path: str, prefix: str | None, template: str) -> None:
        """What is found leads to the template, when the gateway rewrites it."""
        route = Route(name="r", path=path, backend="b", rewrite=Rewrite(prefix=prefix))
        for found in inverses(route, template):
            public = found.template.encode()
            self.assertTrue(compiled_pattern(path).matches(public))
            there = rewriter(route).apply(public, public, None).decode()
            for ours, theirs in zip(there.split("/"), template.split("/"), strict=True):
                self.assertTrue(ours == theirs or theirs.strip("{}") in found.decided)

    @given(paths(fixed), st.none() | paths(fixed), paths(st.lists(words, max_size=3)))
    def test_all(self, path: str, prefix: str | None, rest: str) -> None:
        """Each path that the route takes and rewrites to a template is found."""
        below = (path.removesuffix("/") + rest) if path.endswith("/") else path
        route = Route(name="r", path=path, backend="b", rewrite=Rewrite(prefix=prefix))
        for public in {below, path, path.removesuffix("/") or "/"}:
            if compiled_pattern(path).matches(public.encode()):
                template = rewriter(route).apply(public.encode(), public.encode(), None).decode()
                self.assertIn(public, [found.template for found in inverses(route, template)])

    def test_decided(self) -> None:
        """A variable that the route gives a value is none of the client's."""
        route = Route(name="r", path="/log/", backend="b", rewrite=Rewrite(prefix="/jobs/first/"))
        (found,) = inverses(route, "/jobs/{id}/log/{line}")
        self.assertEqual(found, Inverse("/log/log/{line}", frozenset({"id"})))

    def test_elsewhere(self) -> None:
        """What is not below the prefix is led to by no path."""
        route = Route(name="r", path="/a/", backend="b", rewrite=Rewrite(prefix="/v1/"))
        self.assertEqual(
            [[*inverses(route, each)] for each in ("/v2/x", "/v1x", "/", "/{v}x/y")], [[]] * 4
        )

    def test_root(self) -> None:
        """The root has no form without its slash, so nothing leads to the prefix alone."""
        route = Route(name="r", path="/", backend="b", rewrite=Rewrite(prefix="/a"))
        self.assertEqual([*inverses(route, "/a")], [])
        self.assertEqual([*inverses(route, "/a/")], [Inverse("/")])

    def test_to_the_root(self) -> None:
        """Both forms of a prefix lead to the root."""
        route = Route(name="r", path="/a/", backend="b", rewrite=Rewrite(prefix="/"))
        self.assertEqual([*inverses(route, "/")], [Inverse("/a/"), Inverse("/a")])

    def test_irreversible(self) -> None:
        """Regexes have no way back, nor have braces that are no variables."""
        regex = Rewrite(regex="^/a", to="/b")
        routes = [
            Route(name="r", path=path, backend="b", rewrite=rewrite)
            for path, rewrite in (
                ("/a/", Rewrite()), ("~^/a", Rewrite()), ("/a/", regex), ("/{a}/", Rewrite())
            )
        ]  # fmt: skip
        wanted = [False, True, True, True]
        self.assertEqual([bool(irreversible(one)) for one in routes], wanted)
        self.assertEqual([not [*inverses(one, one.path)] for one in routes], wanted)
