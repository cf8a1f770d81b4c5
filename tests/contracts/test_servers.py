"""Where paths begin."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.place import top
from altlas.contracts.servers import base_paths, bases_of


def bases(*servers: Any) -> tuple[str, ...]:
    """What stands before the paths."""
    return base_paths(top({"servers": [*servers]}).to("servers"))


class BasePathTests(SynchronousTestCase):
    """The paths of servers."""

    def test_urls(self) -> None:
        """The path of each URL counts, once, without a slash at its end."""
        for url, base in (
            ("https://a.test/v1/", "/v1"),
            ("https://a.test", ""),
            ("//a.test/v1/b?x#y", "/v1/b"),
            ("/v1", "/v1"),
            ("v1", "/v1"),
            ("/", ""),
            ("", ""),
        ):
            self.assertEqual(bases({"url": url}), (base,), url)
        urls = ("https://a.test/a", "https://b.test/b", "http://c.test/a/")
        self.assertEqual(bases(*({"url": url} for url in urls)), ("/a", "/b"))

    def test_variables(self) -> None:
        """Variables have their defaults."""
        variables = {"v": {"default": "v2"}, "host": {"default": "a.test"}}
        server = {"url": "https://{host}:8080/{v}/x", "variables": variables}
        self.assertEqual(bases(server), ("/v2/x",))

    def test_none(self) -> None:
        """No servers are one at the root."""
        self.assertEqual(bases(), ("",))
        self.assertEqual(base_paths(top({}).to("servers")), ("",))


class OperationTests(SynchronousTestCase):
    """What stands before one operation's path."""

    def test_nearest(self) -> None:
        """Its own servers go before its path's, these before all; settings before these."""
        own, paths, all_ = ([{"url": url}] for url in ("/own", "/path", "/all"))
        item = {"servers": paths, "get": {"servers": own}, "put": {}}
        document = top({"servers": all_, "paths": {"/a": item, "/b": {"get": {}}}})
        for template, method, base in (("/a", "GET", "/own"), ("/a", "put", "/path")):
            self.assertEqual(bases_of(document, template, method), (base,))
        self.assertEqual(bases_of(document, "/b", "GET"), ("/all",))
        self.assertEqual(bases_of(document, "/a", "GET", ""), ("",))
        self.assertEqual(bases_of(top({"paths": {"/b": {}}}), "/b", "GET"), ("",))
