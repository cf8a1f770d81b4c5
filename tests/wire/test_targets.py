"""Paths are compared by what they mean, and refused where that is not one thing."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest
from altlas.wire.targets import has_encoded_slash, normalised

NORMAL = {
    b"/": b"/",
    b"*": b"*",
    b"/a/b": b"/a/b",
    b"//": b"/",
    b"//a///b//": b"/a/b/",
    b"/a/./b": b"/a/b",
    b"/a/.": b"/a/",
    b"/.": b"/",
    b"/a/..": b"/",
    b"/a/b/..": b"/a/",
    b"/a/../b": b"/b",
    b"/a/b/../../c": b"/c",
    b"/.well-known/x": b"/.well-known/x",
    b"/...": b"/...",
    b"/..a/b..": b"/..a/b..",
    b"/%61%2D%7e": b"/a-~",
    b"/%2e/a": b"/a",
    b"/a/%2E%2e/b": b"/b",
    b"/a%2fb": b"/a%2Fb",
    b"/a%5cb": b"/a%5Cb",
    b"/a%c3%a9": b"/a%C3%A9",
    b"/%252e%252e%252f": b"/%252e%252e%252f",
    b"/a%2F/b": b"/a%2F/b",
    b"/a;b/c;d=e": b"/a;b/c;d=e",
    b"/%20%0a": b"/%20%0A",
}

REFUSED = (
    b"/..",
    b"/../a",
    b"/a/../../b",
    b"/%2e%2e/a",
    b"/.%2e/a",
    b"/%00",
    b"/a%00.txt",
    b"/%",
    b"/%2",
    b"/%zz",
    b"/%u0041",
    b"/..%2fa",
    b"/a/..%2Fb",
    b"/a%2f..",
    b"/a%2f../b",
    b"/a%2f..%2fb",
    b"/%2e%2e%5ca",
    b"/a/%2e%2e%5c",
    b"/a%5c..%5cb",
    b"/a%2f./b",
    b"/a/.%2fb",
    b"/a/..;/b",
    b"/a/..;x=y/b",
    b"/a%2f..;b",
    b"/a//../b",
    b"//..",
    b"/a//b/../../c",
    b"/a//./../b",
)


class NormalisedTests(SynchronousTestCase):
    """The copy that routes are matched against."""

    def test_meaning(self) -> None:
        """Spellings of the same path come out the same."""
        for path, normal in NORMAL.items():
            self.assertEqual(normalised(path), normal)

    def test_normal_paths_are_not_copied(self) -> None:
        """A path that is normal already comes back as the same object."""
        path = b"/a/b-c~d|e/"
        self.assertIs(normalised(path), path)

    def test_refused(self) -> None:
        """What two readers could take for two paths is a 400."""
        for path in REFUSED:
            self.assertRaises(BadRequest, normalised, path)

    @given(st.text("a./%2eEfF5cC;b", max_size=14).map(lambda text: b"/" + text.encode()))
    def test_settled(self, path: bytes) -> None:
        """A normal path is its own normal form, begins with one slash and shows no dot segment,
        also to a reader who unescapes slashes.
        """
        try:
            normal = normalised(path)
        except BadRequest:
            return
        self.assertEqual(normalised(normal), normal)
        self.assertRegex(normal, rb"\A/(?!/)")
        read = unquote_to_bytes(normal).replace(b"\\", b"/")
        self.assertNotIn(b"..", read.split(b"/"))


class EncodedSlashTests(SynchronousTestCase):
    """Slashes that are not seen as such."""

    def test_found(self) -> None:
        """Slash and backslash are found in either case, and nothing else is."""
        for path in (b"/a%2fb", b"/a%2F", b"/%5c", b"/%5Cb"):
            self.assertTrue(has_encoded_slash(path))
        for path in (b"/a", b"/a%20", b"/a%252f", b"/2f5c"):
            self.assertFalse(has_encoded_slash(path))
