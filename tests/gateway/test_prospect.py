"""The routes as they would serve."""

from __future__ import annotations

import json
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.contracts.readings import Readings
from altlas.gateway.preflight import doubts
from altlas.gateway.prospect import prospect, undecided
from altlas.settings.tree import Settings
from tests.gateway.kept import contract_of
from tests.gateway.surroundings import settings_of
from tests.gateway.test_replanting import INI


class ProspectTests(SynchronousTestCase):
    """Before anything serves."""

    def settings(self, contract: bytes, prefix: str = "/") -> Settings:
        """Of a route that this contract makes."""
        path = Path(self.mktemp()).resolve()
        path.write_bytes(contract)
        text = INI.replace("file = made.json", f"file = {path}")
        return settings_of(self, text.replace("rewrite.prefix = /", f"rewrite.prefix = {prefix}"))

    def test_operations(self) -> None:
        """Operations stand in the place of the route, without leaves."""
        document = json.dumps(contract_of("GET /a one", "PUT /a/{b} two").document).encode()
        rules = prospect(self.settings(document), Readings()).rules
        shown = [(rule.route.name, rule.route.path, rule.leaf) for rule in rules]
        self.assertEqual(shown, [("one", "/api/a", None), ("two", "/api/a/{b}", None)])
        self.assertEqual([*undecided(rules)], [])

    def test_unreadable(self) -> None:
        """Where there is no contract the route stands for itself."""
        rules = prospect(self.settings(b"none"), Readings()).rules
        self.assertEqual([rule.route.name for rule in rules], ["made"])
        (line,) = undecided(rules)
        self.assertTrue(line.startswith("[route:made] routes = from-contract: its routes"), line)

    def test_doubts(self) -> None:
        """Operations that nobody can reach are told before the start."""
        document = json.dumps(contract_of("GET /a one").document).encode()
        found = [str(one) for one in doubts(self.settings(document, "/v2/"), lambda: 0.0)]
        self.assertIn("[route:made] routes: it leads to no path of operation one", found)
