"""Tests for `altlas.admin.index`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.admin.api import AdminAPI
from altlas.admin.index import links, page


class IndexTests(SynchronousTestCase):
    """The front page."""

    def test_complete(self) -> None:
        """The index names every path that the API answers to, and no other."""
        rules = {rule.rule for rule in AdminAPI.app.url_map.iter_rules()}
        self.assertEqual(
            set(links()), rules - {"/", "/api/backends/<name>", "/api/contracts/<name>"}
        )

    def test_page(self) -> None:
        """The page for browsers links to every one of them."""
        for path in links():
            self.assertIn(f'<a href="{path}">'.encode(), page())
