"""Tests for `altlas.contracts.changes.answers`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.editions import compared, document, json_body

STRING, NUMBER = {"type": "string"}, {"type": "number"}


class AnswerTests(SynchronousTestCase):
    """What clients may rely on."""

    def verdicts(self, old: Any, new: Any) -> list[str]:
        """The verdicts on a change of answers."""
        found = compared(document(responses=old), document(responses=new))
        return [verdict for verdict, _ in found]

    def test_statuses(self) -> None:
        """A success that is gone breaks; another status that comes or goes does not."""
        self.assertEqual(self.verdicts({"200": {}, "404": {}}, {"200": {}}), ["harmless"])
        self.assertEqual(self.verdicts({"200": {}}, {"200": {}, "404": {}}), ["harmless"])
        self.assertEqual(self.verdicts({"200": {}, "201": {}}, {"200": {}}), ["breaking"])

    def test_ranges(self) -> None:
        """A range or the default stands for the statuses in it."""
        exact, ranged = {"200": json_body(STRING)}, {"2XX": json_body(STRING)}
        self.assertEqual(self.verdicts(exact, ranged), ["harmless"])
        self.assertEqual(
            self.verdicts(exact, {"default": json_body(NUMBER)}), ["breaking", "harmless"]
        )

    def test_default_beside_successes(self) -> None:
        """A default stands for no success where others are documented."""
        old, failing = {"200": json_body(STRING)}, json_body(NUMBER)
        new = {"201": json_body(STRING), "default": failing}
        self.assertEqual(self.verdicts(old, new), ["breaking", "harmless", "harmless"])

    def test_shared(self) -> None:
        """An answer that is referred to is compared as what it is."""
        old, new = (
            document(
                responses={"200": {"$ref": "#/components/responses/Pet"}},
                components={"responses": {"Pet": json_body(kind)}},
            )
            for kind in (STRING, NUMBER)
        )
        self.assertEqual([verdict for verdict, _ in compared(old, new)], ["breaking"])

    def test_media_types(self) -> None:
        """A type that is no longer answered breaks, a further one does not."""
        one = {"200": {"content": {"application/json": {}}}}
        two = {"200": {"content": {"application/json": {}, "text/csv": {}}}}
        self.assertEqual(self.verdicts(two, one), ["breaking"])
        self.assertEqual(self.verdicts(one, two), ["harmless"])

    def test_headers(self) -> None:
        """A header that was promised and is not breaks; names are of any case."""

        def headers(**named: Any) -> Any:
            return {"200": {"headers": named}}

        must, may = {"required": True, "schema": STRING}, {"schema": STRING}
        self.assertEqual(self.verdicts(headers(ETag=must), headers(etag=must)), [])
        self.assertEqual(self.verdicts(headers(ETag=must), headers()), ["breaking"])
        self.assertEqual(self.verdicts(headers(ETag=may), headers()), ["may break"])
        self.assertEqual(self.verdicts(headers(ETag=must), headers(ETag=may)), ["breaking"])
        self.assertEqual(self.verdicts(headers(), headers(ETag=may)), ["harmless"])
        number = headers(ETag={"schema": NUMBER})
        self.assertEqual(self.verdicts(headers(ETag=may), number), ["breaking"])
