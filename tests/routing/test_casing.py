"""Which rules may lose a request to another where only case changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import ClientError
from altlas.routing.casing import cased
from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings.tree import Route
from tests.routing.test_templates import operation

words = st.sampled_from(["a", "A", "ab", "aB", "1"])
variable_words = words | st.sampled_from(["{x}", "{x}", "A{x}", "{x}b"])
operations = st.lists(variable_words, min_size=1, max_size=3).map(
    lambda parts: operation("".join(f"/{part}" for part in parts))
)
prefixes = st.lists(words, max_size=2).map(
    lambda parts: Rule(Route(name="p", path="".join(f"/{part}" for part in parts) + "/"))
)
asked = st.lists(words, min_size=1, max_size=3).map(
    lambda parts: "".join(f"/{part}" for part in parts).encode()
)


class CasedTests(SynchronousTestCase):
    """The rules that must be asked again."""

    def names(self, *rules: Rule) -> set[str]:
        """Of those that are cased."""
        return {rule.route.name for rule in cased(rules)}

    def test_prefixes(self) -> None:
        """A prefix above other paths with letters, none above digits only."""
        wide = [Rule(Route(name=path, path=path)) for path in ("/a/", "/a/b", "/c/", "/c/1")]
        self.assertEqual(self.names(*wide), {"/a/"})

    def test_prefixes_and_templates(self) -> None:
        """A prefix that a template stands beneath, or that its variables may stand for."""
        prefixes = [Rule(Route(name=path, path=path)) for path in ("/a/", "/a/b/", "/c/")]
        self.assertEqual(self.names(*prefixes, operation("/a/{x}/D")), {"/a/", "/a/b/"})

    def test_templates(self) -> None:
        """A template that shares paths with one that is asked before it."""
        paths = ("/a/{x}", "/a/new", "/a/{x}/b", "/{y}/z/{w}", "/a/{x}.json")
        self.assertEqual(self.names(*map(operation, paths)), {"/a/{x}"})

    @given(st.lists(operations | prefixes, min_size=1, max_size=6), asked)
    def test_never_too_few(self, rules: list[Rule], path: bytes) -> None:
        """What is not cased takes its paths in lower case too, if all patterns were so."""
        index = RouteIndex(rules)
        folded = RouteIndex(
            operation(rule.route.path.lower())
            if rule.route.name != "p"
            else Rule(Route(name="p", path=rule.route.path.lower()))
            for rule in rules
        )
        try:
            rule = index.find(Facts(b"", path, b"GET", [], None))
        except ClientError:
            return
        if rule not in cased(rules):
            again = folded.find(Facts(b"", path.lower(), b"GET", [], None))
            self.assertEqual(again.pattern.text, rule.pattern.text.lower())
