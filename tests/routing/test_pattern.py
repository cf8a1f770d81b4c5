"""Paths of routes."""

from twisted.trial.unittest import SynchronousTestCase

from altlas.routing.pattern import PathKind, compiled_pattern, compiled_template


class PathPatternTests(SynchronousTestCase):
    """What each kind of path takes."""

    def check(self, path: str, kind: PathKind, takes: list[bytes], refuses: list[bytes]) -> None:
        """The pattern is of the kind, takes all of the first, none of the second."""
        pattern = compiled_pattern(path)
        self.assertIs(pattern.kind, kind)
        self.assertEqual([each for each in takes if not pattern.matches(each)], [])
        self.assertEqual([each for each in refuses if pattern.matches(each)], [])

    def test_exact(self) -> None:
        """A path without a slash at its end takes only itself."""
        self.check("/a/b", PathKind.EXACT, [b"/a/b"], [b"/a/b/", b"/a", b"/a/b/c", b"/a/bc"])

    def test_prefix(self) -> None:
        """A prefix ends on a segment boundary: it never takes half a segment's name."""
        takes = [b"/products/", b"/products", b"/products/1", b"/products/a/b/"]
        self.check("/products/", PathKind.PREFIX, takes, [b"/products-for-sale", b"/", b"/prod"])

    def test_root(self) -> None:
        """The root takes every path, and the asterisk-form."""
        self.check("/", PathKind.PREFIX, [b"/", b"/a", b"/a/b", b"*"], [])

    def test_regex(self) -> None:
        """A regex is searched for, anchored only where it says so."""
        self.check("~/v[0-9]+/", PathKind.REGEX, [b"/v1/", b"/x/v22/y"], [b"/v/", b"/v1"])
        self.check("~^/v1$", PathKind.REGEX, [b"/v1"], [b"/v1/", b"/x/v1"])

    def test_equal(self) -> None:
        """The same text of the same kind is the same path."""
        self.assertEqual(compiled_pattern("~^/a"), compiled_pattern("~^/a"))
        self.assertNotEqual(compiled_pattern("~/a"), compiled_pattern("/a"))

    def test_template(self) -> None:
        """What a contract writes is a template, or exact: a slash at its end makes it no prefix."""
        self.assertIs(compiled_template("/a/{b}").kind, PathKind.TEMPLATE)
        exact = compiled_template("/a/")
        self.assertEqual((exact.kind, exact.matches(b"/a/b")), (PathKind.EXACT, False))
        self.assertTrue(compiled_template("/a/{b}").matches(b"/a/x"))

    def test_names_of_variables(self) -> None:
        """Templates that differ in the names of their variables only are one path."""
        self.assertEqual(compiled_template("/a/{b}"), compiled_template("/a/{c}"))
        self.assertNotEqual(compiled_template("/a/{b}"), compiled_template("/a/{b}/"))
