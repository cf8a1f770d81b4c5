"""Tests for `altlas.contracts.directions`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.schemas import Direction
from tests.contracts.documents import VERSIONS, faults_of, of_schemas, ref, schema_of

_TEXT = {"type": "string"}
_READ, _WRITE = {**_TEXT, "readOnly": True}, {**_TEXT, "writeOnly": True}
_READ_ONLY, _WRITE_ONLY = "is read-only, and not taken", "is write-only, and never given"


class DirectionTests(SynchronousTestCase):
    """What goes one way is neither asked for nor taken the other."""

    def both(self, value: Any, **schemas: Any) -> list[list[tuple[str, str]]]:
        """The faults of a value in a request, and in an answer; the same in both versions."""
        found = [
            [
                faults_of(schema_of(of_schemas(version, **schemas), "it", way), value)
                for way in Direction
            ]
            for version in VERSIONS
        ]
        self.assertEqual(found[0], found[1])
        return found[0]

    def test_plain(self) -> None:
        """A property that is marked itself."""
        it = {"type": "object", "properties": {"r": _READ, "w": _WRITE}, "required": ["r", "w"]}
        self.assertEqual(self.both({}, it=it), [[("/w", "is required")], [("/r", "is required")]])
        self.assertEqual(
            self.both({"r": "", "w": ""}, it=it), [[("/r", _READ_ONLY)], [("/w", _WRITE_ONLY)]]
        )

    def test_behind_a_reference(self) -> None:
        """The mark may stand in the schema that is referred to, or in one that that includes."""
        wrapped = {"allOf": [ref("mark")]}
        it = {"type": "object", "properties": {"a": ref("mark"), "b": wrapped}}
        it["required"] = ["a", "b"]
        self.assertEqual(self.both({}, it=it, mark=_READ)[0], [])
        found = self.both({"a": "", "b": ""}, it=it, mark=_READ)
        self.assertEqual(found, [[("/a", _READ_ONLY), ("/b", _READ_ONLY)], []])

    def test_nullable(self) -> None:
        """The mark holds beside ``nullable``, and null is no way past it."""
        it = {"properties": {"a": {"allOf": [_TEXT], "nullable": True, "readOnly": True}}}
        schema = schema_of(of_schemas("3.0.3", it=it), "it")
        self.assertEqual(faults_of(schema, {"a": None}), [("/a", _READ_ONLY)])

    def test_asked_for_elsewhere(self) -> None:
        """It is not asked for by a schema that includes, or is included, or stands beside."""
        base = {"type": "object", "properties": {"id": _READ}}
        asks = {"type": "object", "required": ["id", "n"]}
        for parts in ([ref("base"), asks], [ref("base"), ref("asks")], [ref("asks"), base]):
            found = self.both({"n": 1}, it={"allOf": parts}, base=base, asks=asks)
            self.assertEqual(found, [[], [("/id", "is required")]], parts)

    def test_recursive(self) -> None:
        """A schema that holds itself is one for either direction too."""
        it = {
            "type": "object",
            "properties": {"id": _READ, "next": ref("it")},
            "required": ["id"],
        }
        found = self.both({"next": {"id": "a"}}, it=it)
        self.assertEqual(found, [[("/next/id", _READ_ONLY)], [("/id", "is required")]])
