"""What others may read in a path."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest
from altlas.wire.readings import hidden, is_innocent, literal, readings
from altlas.wire.targets import normalised

#: a raw path, and what it may be read as beside itself
READ = {
    b"/a%2Fb": b"/a/b",
    b"/a%5Cb": b"/a/b",
    b"/a%252Fb": b"/a/b",
    b"/a%255cb": b"/a/b",
    b"/%2561dmin": b"/admin",
    b"/admin;x=1/y": b"/admin/y",
    b"/admin%3Bx=1/y": b"/admin/y",
    b"/a%253Bx/y": b"/a/y",
    b"/a%40b": b"/a@b",
    b"/a/%252e%252e/b": b"/b",
    b"/a/..%3Bx/b": b"/b",
    b"/admin%2500.png": b"/admin",
    b"/a%C0%AFb": b"/a/b",
    b"/%C1%A1dmin": b"/admin",
    b"/a//b": b"/a/b",
    b"/a%2F%2Fb": b"/a/b",
}

pieces = st.sampled_from(b"/ a B %2F %5C %252F ; ;x %3B . %2e %252e %2500 %C0%AF %20 @ %40".split())
raw_paths = st.lists(pieces, max_size=8).map(lambda found: b"/" + b"".join(found))


class ReadingsTests(SynchronousTestCase):
    """The readings of a path."""

    def test_each(self) -> None:
        """What servers are known to make of a path is among them."""
        for path, reading in READ.items():
            self.assertIn(reading, readings(path), path)

    def test_plain(self) -> None:
        """A path that hides nothing has one reading, which is itself."""
        for path in (b"/", b"/a/b.c", b"/a%20b", b"/a|b", b"/a@b:c", b"/%C3%A9", b"/100%25"):
            self.assertEqual(readings(path), {path})

    def test_parameters_kept(self) -> None:
        """Parameters are not cut off where they count."""
        self.assertEqual(readings(b"/a;b/c", parameters=False), {b"/a;b/c"})

    def test_climbing(self) -> None:
        """A reading that climbs above the root refuses the path."""
        for path in (b"/%252e%252e/a", b"/a/..%252f..%252fb", b"/x%3By/..;/../a"):
            self.assertRaises(BadRequest, readings, path)

    @given(raw_paths)
    def test_form(self, path: bytes) -> None:
        """Each reading begins with a slash, and has neither empty nor dot segments in it."""
        try:
            found = readings(path)
        except BadRequest:
            return
        for one in found:
            self.assertEqual(one[:1], b"/")
            inner = one.split(b"/")[1:-1]
            self.assertFalse({b"", b".", b".."} & set(inner), (path, one))

    @given(raw_paths)
    def test_innocent(self, path: bytes) -> None:
        """What is called innocent has its normal form as its one reading."""
        if is_innocent(path):
            try:
                self.assertEqual(readings(path), {normalised(path)})
            except BadRequest:
                self.assertRaises(BadRequest, normalised, path)

    def test_innocence(self) -> None:
        """Blanks and letters of all languages are innocent, what others may undo is not."""
        for path in (b"/", b"/a%20b", b"/%C3%A9%e2%82%ac", b"/a//b/../c%22"):
            self.assertTrue(is_innocent(path), path)
        for path in (b"/a%2Fb", b"/a;b", b"/a%25", b"/%61", b"/%C0%AF", b"/%C1%81", b"/%00"):
            self.assertFalse(is_innocent(path), path)

    def test_literal(self) -> None:
        """A route's path is brought into the same form."""
        self.assertEqual(literal(b"/a%40b%20c%2Fd/"), b"/a@b%20c/d/")


class HiddenTests(SynchronousTestCase):
    """What a strict profile refuses."""

    def test_found(self) -> None:
        """It says what it is."""
        for path, name in {
            b"/a%2fb": "an escaped slash",
            b"/a%5Cb": "a backslash",
            b"/a%00": "a control character",
            b"/a%0d%0ab": "a control character",
            b"/a/../b": "a dot segment",
            b"/a/%2e%2E": "a dot segment",
            b"/a/./b": "a dot segment",
            b"/a;b": "a parameter",
            b"/a%3bb": "a parameter",
            b"/a%2520": "a double escape",
            b"/a%25%32%46": "a double escape",
            b"/a%ff": "what is no UTF-8",
            b"/a%C0%AF": "what is no UTF-8",
        }.items():
            self.assertEqual(hidden(path), name, path)

    def test_nothing(self) -> None:
        """What everyone reads in one way passes."""
        for path in (
            b"/",
            b"/a%20b",
            b"/%C3%A9",
            b"/100%25",
            b"/.well-known/x",
            b"/a..b/...",
            b"//a",
        ):
            self.assertEqual(hidden(path), "", path)
