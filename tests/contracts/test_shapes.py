"""Tests for `altlas.contracts.shapes`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.shapes import folded, shape


class ShapeTests(SynchronousTestCase):
    """What is the same about paths."""

    def test_values(self) -> None:
        """Numbers, UUIDs and tokens in a path are folded, words stay."""
        for path, expected in (
            (b"/users/17/orders", "/users/{number}/orders"),
            (b"/v1/2026-11-22/x", "/v1/{number}/x"),
            (b"/u/6f1c2b54-0b8f-4d2a-9a43-0f6b6f7d1a11", "/u/{uuid}"),
            (b"/u/deadbeef01", "/u/{token}"),
            (b"/t/" + b"a" * 40, "/t/{token}"),
            (b"/k/AKIA12345678XYZ90", "/k/{token}"),
            (b"/.well-known/openid-configuration", "/.well-known/openid-configuration"),
            (b"/decade/facade", "/decade/facade"),
            (b"/", "/"),
            (b"*", "/*"),
        ):
            self.assertEqual(shape(path), expected)

    def test_query(self) -> None:
        """A query is no part of it."""
        self.assertEqual(shape(b"/a?token=secret"), "/a")

    def test_deep(self) -> None:
        """What is too deep or too long is cut."""
        self.assertEqual(shape(b"/a" * 100), "/a" * 11 + "/...")
        self.assertTrue(shape(b"/" + b"x/" * 2000).endswith("/..."))

    @given(st.binary(max_size=2000))
    def test_bounded(self, path: bytes) -> None:
        """Whatever comes, the shape is short and of characters that are safe to show."""
        found = shape(path)
        self.assertLessEqual(len(found), 500)
        self.assertTrue(found.isascii() and found.isprintable(), found)

    @given(st.integers(min_value=0))
    def test_numbers(self, number: int) -> None:
        """All numbers have one shape."""
        self.assertEqual(folded(str(number)), "{number}")
