"""Tests for `altlas.contracts.changes.credentials`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.editions import compared, document

SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2", "flows": {}},
}


def secured(*alternatives: Any, **schemes: Any) -> Any:
    """A document whose operation asks for one of these."""
    made: Any = document(components={"securitySchemes": SCHEMES | schemes})
    made["paths"]["/pets"]["post"]["security"] = list(alternatives)
    return made


class CredentialsTests(SynchronousTestCase):
    """What was enough must be enough."""

    def verdicts(self, old: Any, new: Any) -> list[str]:
        """The verdicts on a change."""
        return [verdict for verdict, _ in compared(old, new)]

    def test_asked_now(self) -> None:
        """To ask for credentials where none were asked for breaks; the reverse does not."""
        none, key = secured({}), secured({"key": []})
        self.assertEqual(self.verdicts(none, key), ["breaking"])
        self.assertEqual(self.verdicts(key, none), ["harmless"])

    def test_alternatives(self) -> None:
        """A further alternative is harmless, one that is gone breaks who used it."""
        one, two = secured({"key": []}), secured({"key": []}, {"bearer": []})
        self.assertEqual(self.verdicts(one, two), ["harmless"])
        self.assertEqual(self.verdicts(two, one), ["breaking"])
        both = secured({"key": [], "bearer": []})
        self.assertEqual(self.verdicts(one, both), ["breaking"])

    def test_scopes(self) -> None:
        """To ask for more scopes breaks."""
        few, many = secured({"oauth": ["a"]}), secured({"oauth": ["a", "b"]})
        self.assertEqual(self.verdicts(few, many), ["breaking"])
        self.assertEqual(self.verdicts(many, few), ["harmless"])

    def test_names(self) -> None:
        """The names of schemes are the document's own, what they are is not."""
        renamed = secured({"other": []}, other=SCHEMES["key"])
        self.assertEqual(self.verdicts(secured({"key": []}), renamed), [])
        changed = secured({"key": []}, key=SCHEMES["key"] | {"name": "X-Other"})
        self.assertEqual(self.verdicts(secured({"key": []}), changed), ["breaking"])

    def test_of_the_document(self) -> None:
        """What the document asks for is asked for by operations that say nothing."""
        whole: Any = document(components={"securitySchemes": SCHEMES}, security=[{"key": []}])
        self.assertEqual(self.verdicts(secured({"key": []}), whole), [])
        self.assertEqual(self.verdicts(secured({}), whole), ["breaking"])
