"""Paths with variables."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.routing.template import fits, template
from tests.work import counted

literals = st.text("ab-", max_size=2).map(str.encode)


class TemplateTests(SynchronousTestCase):
    """Which paths a template takes."""

    def check(self, path: str, takes: list[bytes], refuses: list[bytes]) -> None:
        """The template takes all of the first, none of the second."""
        made = template(path)
        self.assertEqual([each for each in takes if not made.matches(each)], [])
        self.assertEqual([each for each in refuses if made.matches(each)], [])

    def test_variable(self) -> None:
        """A variable is one segment, never empty; an escaped slash does not end it."""
        takes = [b"/docs/a", b"/docs/a%2Fb", b"/docs/%C3%A9", b"/docs/.a"]
        self.check("/docs/{name}", takes, [b"/docs/", b"/docs", b"/docs/a/b", b"/docs/a/", b"*"])

    def test_part_of_a_segment(self) -> None:
        """A variable may have literals around it in its segment, and others."""
        self.check("/{id}.json", [b"/1.json", b"/a.json.json"], [b"/.json", b"/1.xml", b"/1/.json"])
        self.check("/{a}-{b}", [b"/1-2", b"/1--2", b"/---"], [b"/-2", b"/1-", b"/12", b"/--"])

    def test_slash_at_the_end(self) -> None:
        """A slash at the end is part of the path."""
        self.check("/docs/{name}/", [b"/docs/a/"], [b"/docs/a", b"/docs//", b"/docs/a/b"])

    def test_normal_form(self) -> None:
        """Literals are compared in the form that normalised paths have."""
        for written, text in {
            "/%61/b c": b"/a/b%20c",
            "/é": b"/%C3%A9",
            "/a%2fb/{x}": b"/a%2Fb/{}",
            "/100%/<x>": b"/100%25/%3Cx%3E",
            "/a.{x}:run": b"/a.{}:run",
        }.items():
            self.assertEqual(template(written).text, text)

    def test_unreachable(self) -> None:
        """A path that no request can have in its normal form is refused."""
        for written in ("/a//b", "/a/../b", "/./{x}", "/a/%2E%2E/b", "/a%00"):
            self.assertRaises(ValueError, template, written)

    @given(st.lists(literals, min_size=1, max_size=4).map(tuple), st.text("ab-", max_size=8))
    def test_as_a_regex(self, pieces: tuple[bytes, ...], segment: str) -> None:
        """A segment fits as it would a regex of its pieces."""
        regex = rb"[^/]+".join(map(re.escape, pieces))
        fitting = re.fullmatch(regex, segment.encode()) is not None
        self.assertEqual(fits(pieces, segment.encode()), fitting)

    def test_linear(self) -> None:
        """Whoever sends the segment that fits least does not make it slow."""
        pieces = (b"", *[b"-"] * 8, b"x")
        with counted() as work:
            self.assertFalse(fits(pieces, b"-" * 100_000 + b"y"))
            self.assertFalse(fits((b"", *[b"-a"] * 8, b"x"), b"-" * 100_000 + b"x"))
        self.assertLess(work.calls, 100)  # each is linear itself
