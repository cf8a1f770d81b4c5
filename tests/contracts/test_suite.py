"""The JSON-Schema-Test-Suite, through all that a document goes through."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.suite_cases import outcome

_NO_PATTERNS = "OpenAPI 3.0 has no patternProperties"
_NO_TUPLES = "OpenAPI 3.0 has one schema for all items of an array"
_NO_TYPES = "a type of OpenAPI 3.0 is one name"
_NO_NAMES = "schemas of OpenAPI 3.0 have no id, and so no base for references"
_REMOTE = "nothing is fetched, not even the schema of schemas"

#: groups of draft 4 whose schemas OpenAPI 3.0 does not have, each with the reason
REFUSED = {
    "additionalProperties: additionalProperties being false does not allow other properties": (
        _NO_PATTERNS
    ),
    "additionalProperties: non-ASCII pattern with additionalProperties": _NO_PATTERNS,
    "properties: properties, patternProperties, additionalProperties interaction": _NO_PATTERNS,
    "items: an array of schemas for items": _NO_TUPLES,
    "items: array-form items with null instance elements": _NO_TUPLES,
    "items: items and subitems": _NO_TUPLES,
    "ref: relative pointer ref to array": _NO_TUPLES,
    "uniqueItems: uniqueItems with an array of items": _NO_TUPLES,
    "uniqueItems: uniqueItems with an array of items and additionalItems=false": _NO_TUPLES,
    "uniqueItems: uniqueItems=false with an array of items": _NO_TUPLES,
    "uniqueItems: uniqueItems=false with an array of items and additionalItems=false": _NO_TUPLES,
    "not: not multiple types": _NO_TYPES,
    "type: multiple types can be specified in an array": _NO_TYPES,
    "type: type as array with one item": _NO_TYPES,
    "type: type: array or object": _NO_TYPES,
    "type: type: array, object or null": _NO_TYPES,
    "ref: $ref prevents a sibling id from changing the base uri": _NO_NAMES,
    "ref: Location-independent identifier": _NO_NAMES,
    "ref: Location-independent identifier with base URI change in subschema": _NO_NAMES,
    "ref: Recursive references between schemas": _NO_NAMES,
    "ref: id must be resolved against nearest parent, not just immediate parent": _NO_NAMES,
    "ref: id with file URI still resolves pointers - *nix": _NO_NAMES,
    "ref: id with file URI still resolves pointers - windows": _NO_NAMES,
    "ref: remote ref, containing refs itself": _REMOTE,
}


class SuiteTests(SynchronousTestCase):
    """Verdicts are those of JSON Schema, and each wrong value has a fault that is told."""

    def test_openapi_3_0(self) -> None:
        """What 3.0 shares with draft 4 keeps its meaning when it is rewritten."""
        found = outcome("draft4", "3.0.3")
        self.assertEqual((sorted(found.refused), sorted(found.wrong)), (sorted(REFUSED), []))
        self.assertGreater(found.ran, 400)

    def test_openapi_3_1(self) -> None:
        """What 3.1 has of 2020-12 keeps its meaning on the way."""
        found = outcome("draft2020-12", "3.1.0")
        self.assertEqual((sorted(found.refused), sorted(found.wrong)), ([], []))
        self.assertGreater(found.ran, 600)
