"""The page for browsers."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.pages import swagger
from altlas.edge.pages.content import FOR_EVER, ContentLeaf


class PageTests(SynchronousTestCase):
    """The page and what belongs to it."""

    def leaves(self, docs: str = "/docs", title: str = "All") -> dict[bytes, ContentLeaf]:
        """What is answered, by path."""
        return swagger.page(docs, "/openapi.json", title)

    def fields(self, leaf: ContentLeaf) -> dict[bytes, bytes]:
        """The fields of an answer."""
        return dict(leaf.content.reply([]).fields)

    def test_page(self) -> None:
        """The page names what it needs by paths that are answered, and nothing of anybody else."""
        leaves = self.leaves()
        text = leaves[b"/docs"].content.plain.decode()
        self.assertIs(leaves[b"/docs/"], leaves[b"/docs"])
        named = re.findall(r'(?:src|href)="([^"]*)"', text)
        self.assertEqual(len(named), 5)
        there = {path.decode() for path in leaves} | {"data:,", "/openapi.json"}
        self.assertEqual(set(named) - there, set())
        self.assertNotIn("http", text)

    def test_policy(self) -> None:
        """Nothing is run or asked that is not from here, and no inline script or style."""
        fields = self.fields(self.leaves()[b"/docs"])
        policy = fields[b"Content-Security-Policy"].decode()
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotIn("http", policy)
        self.assertEqual(fields[b"X-Content-Type-Options"], b"nosniff")

    def test_assets(self) -> None:
        """Scripts and styles are kept for ever: their names change with them."""
        leaves = self.leaves("/docs/")
        assets = {path: leaf for path, leaf in leaves.items() if path.count(b".")}
        self.assertEqual(len(assets), 3)
        for path, leaf in assets.items():
            self.assertIn(leaf.content.version[:16], path)
            self.assertEqual(self.fields(leaf)[b"Cache-Control"], FOR_EVER)
            self.assertEqual(leaf.name, "docs")

    def test_title(self) -> None:
        """A title is text, whatever is in it."""
        text = self.leaves(title="<script>&").pop(b"/docs").content.plain
        self.assertIn(b"<title>&lt;script&gt;&amp;</title>", text)

    def test_absent(self) -> None:
        """Without the extra the page says how to have it, with a 501; the document is there."""
        self.patch(swagger, "installed", lambda: False)
        leaves = self.leaves()
        self.assertEqual([*leaves], [b"/docs", b"/docs/"])
        reply = leaves[b"/docs"].content.reply([])
        self.assertEqual(reply.status, 501)
        self.assertIn(swagger.INSTALL.encode(), reply.body)
        self.assertIn(b'href="/openapi.json"', reply.body)

    def test_installed(self) -> None:
        """The extra is looked for by what is read of it."""
        swagger.installed.cache_clear()
        self.addCleanup(swagger.installed.cache_clear)
        self.patch(swagger, "_PACKAGE", "altlas_has_no_such_package")
        self.assertFalse(swagger.installed())
        swagger.installed.cache_clear()
        self.patch(swagger, "_PACKAGE", "altlas")
        self.assertFalse(swagger.installed())
