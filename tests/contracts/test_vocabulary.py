"""The words of the specification, as who has mistyped one meets them."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.specification import form_flaws


def told(openapi: str, operation: dict[str, Any]) -> list[str]:
    """What is wrong with a document of one operation, as lines."""
    document = {
        "openapi": openapi,
        "info": {"title": "a", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "fine"}}, **operation}}},
    }
    return [*map(str, form_flaws(document))]


class LikelyTests(SynchronousTestCase):
    """Names that are not known."""

    def test_nearest(self) -> None:
        """A name that is not known is told with the one that was meant."""
        for openapi in ("3.0.3", "3.1.0"):
            self.assertEqual(
                told(openapi, {"operationid": "x", "requestbody": {}}),
                [
                    "/paths/~1a/get/operationid: is not known here; did you mean operationId?",
                    "/paths/~1a/get/requestbody: is not known here; did you mean requestBody?",
                ],
            )

    def test_deep(self) -> None:
        """So is one within a form of several."""
        parameter = {"name": "a", "in": "query", "schema": {"mimimum": 3}}
        self.assertEqual(
            told("3.0.3", {"parameters": [parameter]}),
            [
                "/paths/~1a/get/parameters/0/schema/mimimum: is not known here; "
                "did you mean minimum?"
            ],
        )

    def test_methods(self) -> None:
        """The words of a pattern count too."""
        document = {
            "openapi": "3.0.3",
            "info": {"title": "a", "version": "1"},
            "paths": {"/a": {"gett": {}}},
        }
        self.assertEqual(
            [*map(str, form_flaws(document))],
            ["/paths/~1a/gett: is not known here; did you mean get?"],
        )

    def test_none(self) -> None:
        """Where no name is like it, none is named."""
        self.assertEqual(told("3.1.0", {"zzz": 1}), ["/paths/~1a/get/zzz: is not known here"])
