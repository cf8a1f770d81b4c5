"""Operations: what a document says of one method on one path."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.operation import Wishes
from altlas.settings.routes import RouteTimeouts
from tests.contracts.documents import asked, operation


class OperationTests(SynchronousTestCase):
    """What is known of an operation."""

    def test_known(self) -> None:
        """Its id, method, template, tags and whether it is to go are those of the document."""
        made = operation({"operationId": "make", "tags": ["a", "b"], "deprecated": True}, "/x/{y}")
        self.assertEqual((made.id, made.method, made.template), ("make", "POST", "/x/{y}"))
        self.assertEqual((made.tags, made.deprecated), (("a", "b"), True))

    def test_unsaid(self) -> None:
        """Without an operationId it is called by method and path; nothing else is assumed."""
        made = operation({}, "/documents/{name}", "get")
        self.assertEqual(made.id, "GET /documents/{name}")
        self.assertEqual((made.tags, made.deprecated, made.wishes), ((), False, Wishes()))
        self.assertEqual(made.check(asked(b"x", query=b"a=1")), ())
        self.assertIsNone(made.answer(200))

    def test_wishes(self) -> None:
        """What it wishes of the gateway is there."""
        until_answered = RouteTimeouts(response=2.0, total=2.0)
        node = {"x-altlas-timeout": "2s", "x-altlas-retry": 1, "x-altlas-idempotent": True}
        self.assertEqual(operation(node).wishes, Wishes(until_answered, 1, True))

    def test_shared_body(self) -> None:
        """A body that is described elsewhere is found."""
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}
        shared = {"requestBodies": {"B": {"content": content, "required": True}}}
        components = {**shared, "schemas": {"S": {"type": "integer"}}}
        node = {"requestBody": {"$ref": "#/components/requestBodies/B"}}
        made = operation(node, components=components)
        rule = made.body_rule(b"application/json")
        assert rule is not None
        self.assertEqual(rule.check(b"1").mismatches, ())
        self.assertEqual(len(rule.check(b'"a"').mismatches), 1)
        self.assertEqual([m.where for m in made.check(asked())], ["body"])
