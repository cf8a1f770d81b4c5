"""Where paths begin."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.place import top
from altlas.contracts.servers import base_paths


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
