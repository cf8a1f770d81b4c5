"""Tests for `altlas.contracts.changes.parameters`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.editions import compared, document, json_body


def parameter(name: str = "limit", **changes: Any) -> dict[str, Any]:
    """A parameter of the query."""
    return {"in": "query", "name": name, "schema": {"type": "integer"}} | changes


class ParameterTests(SynchronousTestCase):
    """What requests must have, and may have."""

    def verdicts(self, old: Any, new: Any) -> list[str]:
        """The verdicts on a change of parameters."""
        found = compared(document(parameters=old), document(parameters=new))
        return [verdict for verdict, _ in found]

    def test_new(self) -> None:
        """A new required one breaks, a new optional one does not."""
        self.assertEqual(self.verdicts([], [parameter(required=True)]), ["breaking"])
        self.assertEqual(self.verdicts([], [parameter()]), ["harmless"])

    def test_gone(self) -> None:
        """One that is gone may go unheeded."""
        self.assertEqual(self.verdicts([parameter()], []), ["may break"])

    def test_required(self) -> None:
        """To require it now breaks, to let it be optional does not."""
        both = [parameter()], [parameter(required=True)]
        self.assertEqual(self.verdicts(*both), ["breaking"])
        self.assertEqual(self.verdicts(*reversed(both)), ["harmless"])

    def test_schema(self) -> None:
        """Its schema may only widen."""
        both = [parameter()], [parameter(schema={"type": "number"})]
        self.assertEqual(self.verdicts(*both), ["harmless"])
        self.assertEqual(self.verdicts(*reversed(both)), ["breaking"])

    def test_spelling(self) -> None:
        """Another way of writing breaks; the default written out is no change."""
        plain, default = [parameter()], [parameter(style="form", explode=True)]
        self.assertEqual(self.verdicts(plain, default), [])
        self.assertEqual(self.verdicts(plain, [parameter(explode=False)]), ["breaking"])

    def test_place(self) -> None:
        """One that moved is another; the case of a header's name is none."""
        moved = self.verdicts([parameter()], [parameter(**{"in": "cookie"})])
        self.assertEqual(moved, ["may break", "harmless"])
        upper, lower = (parameter(name, **{"in": "header"}) for name in ("X-A", "x-a"))
        self.assertEqual(self.verdicts([upper], [lower]), [])

    def test_of_the_path(self) -> None:
        """One of the path item is as good as one of the operation, and so is one referred to."""
        inner = document(parameters=[parameter()])
        outer: Any = document()
        outer["paths"]["/pets"]["parameters"] = [{"$ref": "#/components/parameters/limit"}]
        outer["components"] = {"parameters": {"limit": parameter()}}
        self.assertEqual(compared(inner, outer), [])
        outer["components"]["parameters"]["limit"]["required"] = True
        self.assertEqual([verdict for verdict, _ in compared(inner, outer)], ["breaking"])

    def test_body(self) -> None:
        """A body that is wanted now breaks; one that is gone may go unheeded."""
        none, may = document(), document(requestBody=json_body({}))
        must = document(requestBody=json_body({}, required=True))
        for old, new, verdict in (
            (none, may, "harmless"),
            (none, must, "breaking"),
            (may, must, "breaking"),
            (must, may, "harmless"),
            (may, none, "may break"),
        ):
            self.assertEqual([each for each, _ in compared(old, new)], [verdict])

    def test_media_types(self) -> None:
        """A type that is no longer taken breaks, but where a range takes it."""

        def body(*types: str) -> Any:
            return document(requestBody={"content": {each: {} for each in types}})

        json, xml, every = "application/json", "application/xml", "application/*"
        told = "the request body may no longer be application/xml"
        self.assertEqual(compared(body(json, xml), body(json)), [("breaking", told)])
        self.assertEqual([v for v, _ in compared(body(json), body(json, xml))], ["harmless"])
        self.assertEqual(compared(body(json, xml), body(every)), [])
