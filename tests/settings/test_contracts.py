"""Contracts as a file has them."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import TestCase

from altlas.settings import SettingsError, load
from altlas.settings.contracts import address, base_path, own_path, share
from altlas.settings.tree import Settings
from tests.settings.samples import CATALOG

BEGINNING = """
[listener:public]
bind = tcp:8080
[backend:orders]
instances = http://127.0.0.1:9001
"""


class ValueTests(TestCase):
    """How the keys of a contract are written."""

    def test_share(self) -> None:
        """Answers are looked at never, always, or by a percentage."""
        self.assertEqual([share(one) for one in ("off", "all", "sample 1%")], [0.0, 1.0, 0.01])

    def test_no_share(self) -> None:
        """Whatever else is written is no share."""
        for written in ("", "1%", "sample", "sample 1", "sample 101%", "some"):
            self.assertRaises(ValueError, share, written)

    def test_address(self) -> None:
        """A contract is asked for by http or https, without credentials or fragment."""
        asked = "http://127.0.0.1:9001/openapi.json?v=1"
        self.assertEqual(address(asked), asked)
        for written in ("ftp://a/b", "http://", "http://u:p@h/", "http://h/#a", "h/openapi.json"):
            self.assertRaises(ValueError, address, written)

    def test_paths(self) -> None:
        """Paths are in their normal form; a base path ends before the slash."""
        self.assertEqual(own_path("/docs"), "/docs")
        self.assertEqual([base_path("/"), base_path("/v1/")], ["", "/v1"])
        for written in ("docs", "/a//b", "/a/../b", "/a?b"):
            self.assertRaises(ValueError, own_path, written)


class SectionTests(TestCase):
    """How contracts, backends and routes belong together."""

    def test_of_a_route(self) -> None:
        """A route has its backend's contract, another, or none."""
        settings = self.load(
            """contract = one
[contract:one]
file = one.yaml
[contract:two]
url = http://127.0.0.1:9001/openapi.json
[route:a]
path = /a/
backend = orders
[route:b]
path = /b/
backend = orders
contract = two
[route:c]
path = /c/
backend = orders
contract = none
"""
        )
        found = [settings.contract_of(route) for route in settings.routes]
        self.assertEqual(found, ["one", "two", None])

    def test_mistakes(self) -> None:
        """Whatever does not fit together is told, all at once."""
        with self.assertRaises(SettingsError) as caught:
            self.load(
                """contract = two
[contract:one]
on-mismatch = replace
[route:a]
path = /a
backend = orders
contract = none
routes = from-contract
[route:b]
path = /b
respond.status = 204
contract = one
"""
            )
        said = str(caught.exception)
        for wanted in (
            "exactly one of file and url",
            "responses = all, or sample, with it",
            "the name of a contract",
            "a path that ends in /",
            "a contract, of the route or its backend, with it",
            "a contract only where a backend answers",
        ):
            self.assertIn(wanted, said)

    def load(self, more: str) -> Settings:
        """Load a file that begins as all do here."""
        path = Path(self.mktemp())
        path.write_text(BEGINNING + more)
        return load(path, {}, CATALOG).settings
