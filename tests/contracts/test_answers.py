"""Answers held against what an operation promises."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.answers import Answer
from altlas.wire.fields import Fields
from tests.contracts.documents import operation

JSON = {"application/json": {"schema": {"type": "object", "required": ["id"]}}}


def answer(response: Any, status: int = 200, key: str = "200") -> Answer:
    """The answer that an operation may give with a status."""
    found = operation({"responses": {key: {"description": "", **response}}}).answer(status)
    assert found is not None
    return found


class AnswerTests(SynchronousTestCase):
    """What an answer has to be."""

    def check(self, made: Answer, fields: Fields, *wrong: tuple[str, str]) -> None:
        """Just this is wrong: where, and the pointer."""
        found = [(mismatch.where, mismatch.pointer) for mismatch in made.check(fields)]
        self.assertEqual(found, [*wrong])

    def test_statuses(self) -> None:
        """A status is looked up as itself, then in its range, then in the default."""
        header = {name: {"schema": {}, "required": True} for name in ("exact", "range", "rest")}
        responses: dict[str, Any] = {
            key: {"description": "", "headers": {name: header[name]}}
            for key, name in (("404", "exact"), ("4XX", "range"), ("default", "rest"))
        }
        made = operation({"responses": responses})
        for status, name in ((404, "exact"), (400, "range"), (200, "rest"), (204, "rest")):
            found = made.answer(status)
            assert found is not None
            self.check(found, [], ("header", f"/{name}"))
        del responses["default"]
        self.assertIsNone(operation({"responses": responses}).answer(200))

    def test_headers(self) -> None:
        """Headers are what their schemas say; those that are required are there."""
        headers = {
            "X-Rate": {"schema": {"type": "integer"}, "required": True},
            "X-List": {"schema": {"type": "array", "items": {"type": "integer"}}},
            "Content-Type": {"schema": {"const": "x"}, "required": True},
            "Set-Cookie": {"schema": {"type": "string", "pattern": "^a=1$"}},
        }
        made = answer({"headers": headers})
        self.check(made, [], ("header", "/X-Rate"))
        self.check(made, [(b"x-rate", b"5"), (b"X-List", b"1"), (b"X-List", b"2, 3")])
        self.check(made, [(b"x-rate", b"5"), (b"X-List", b"1,x")], ("header", "/X-List/1"))
        self.check(made, [(b"X-Rate", b"x")], ("header", "/X-Rate"))
        self.check(made, [(b"X-Rate", b"1"), (b"Set-Cookie", b"a=1"), (b"Set-Cookie", b"b=2")])

    def test_content_type(self) -> None:
        """The content type is one of those that are promised, if there is content."""
        made = answer({"content": JSON})
        self.check(made, [(b"Content-Type", b"application/json; charset=utf-8")])
        self.check(made, [(b"Content-Type", b"text/html")], ("content-type", ""))
        self.check(made, [(b"Content-Length", b"5")], ("content-type", ""))
        self.check(made, [(b"Content-Length", b"0")])
        self.check(made, [])
        self.check(answer({}), [(b"Content-Type", b"text/html")])

    def test_bodies(self) -> None:
        """Bodies have rules; those of other types have none."""
        made = answer({"content": JSON})
        found = made.body_rule(b"application/json")
        assert found is not None
        self.assertEqual(len(found.check(b"{}").mismatches), 1)
        for said in (b"text/html", None, b"nonsense"):
            self.assertIsNone(made.body_rule(said))
        self.assertIsNone(answer({}).body_rule(b"application/json"))

    def test_bodiless(self) -> None:
        """Statuses that have no body need no content type, and have no rule."""
        for status in (101, 204, 205, 304):
            made = answer({"content": JSON}, status, "default")
            self.check(made, [(b"Content-Type", b"text/html"), (b"Content-Length", b"5")])
            self.assertIsNone(made.body_rule(b"application/json"))
