"""What a regex begins with."""

from __future__ import annotations

import re
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.literal_heads import LiteralHead, literal_head

PIECES = [*"/ab.|()?*+$", "[ab]", "[^)|]", "{0,1}", r"\.", r"\Z", "(a|b)"]
PATHS = ["/" + "".join(more) for length in range(5) for more in product("/ab.", repeat=length)]


class LiteralHeadTests(SynchronousTestCase):
    """As much as is certain, and no more."""

    def test_heads(self) -> None:
        """Letters count up to the first that may be another, or may not be there."""
        for regex, text in (
            ("^/jobs/[0-9]+/events$", "/jobs/"),
            (r"^/v1\.0/x+", "/v1.0/x"),
            ("^/jobs/?$", "/jobs"),
            ("^/jobs/x*", "/jobs/"),
            ("^/jobs/(a|b)$", "/jobs/"),
            ("^/jobs/[)|]x", "/jobs/"),
            (r"\A/jobs/\d", "/jobs/"),
            ("/jobs/", ""),
            ("(?i)^/jobs/", ""),
            ("^/a|^/b", ""),
        ):
            self.assertEqual(literal_head(regex), LiteralHead(text), regex)

    def test_whole(self) -> None:
        """A regex of letters alone, with an end, is a path."""
        for regex in ("^/a$", r"^/a\Z"):
            self.assertEqual(literal_head(regex), LiteralHead("/a", whole=True))

    @given(st.lists(st.sampled_from(PIECES), max_size=6))
    def test_certain(self, pieces: list[str]) -> None:
        """Whatever a regex matches begins with its head."""
        regex = "^/" + "".join(pieces)
        try:
            matches = re.compile(regex).search
        except re.error:
            return
        head = literal_head(regex)
        for path in filter(matches, PATHS):
            self.assertTrue(path == head.text if head.whole else path.startswith(head.text), path)
