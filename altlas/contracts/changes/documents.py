"""The two documents of a comparison, and all that is asked about them while it lasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from altlas.contracts.changes.containment import Containment
from altlas.contracts.changes.edition import Edition
from altlas.contracts.changes.finding import Finding, Pointer, Verdict, Way
from altlas.contracts.changes.sameness import Sameness
from altlas.contracts.changes.schemas import SchemaChanges


@frozen(eq=False)
class Documents:
    """The old document, the new one, and how their schemas compare."""

    old: Edition
    new: Edition
    schemas: SchemaChanges

    @classmethod
    def of(cls, old: Mapping[str, Any], new: Mapping[str, Any]) -> Documents:
        """Two documents in OpenAPI 3.1's form."""
        before, after = Edition(old), Edition(new)
        containment = Containment(before, after)
        schemas = SchemaChanges(before, after, Sameness(before, after), containment)
        return cls(before, after, schemas)

    def same(self, old: Pointer, new: Pointer) -> bool:
        """Whether two nodes mean the same, all that they refer to included."""
        return self.schemas.sameness.same(old, new)

    def schema(self, old: Pointer, new: Pointer, way: Way, subject: str) -> list[Finding]:
        """How the ``schema`` of two parameters, headers or media types differs."""
        before, after = (*old, "schema"), (*new, "schema")
        had, has = self.old.at(before), self.new.at(after)
        if had is not None and has is not None:
            return self.schemas.between(before, after, way, subject)
        if had is None and has is None:
            return []
        narrower = has is not None
        fine = narrower is (way is Way.RESPONSE)
        words = "is held to a schema now" if narrower else "is held to no schema now"
        verdict = Verdict.HARMLESS if fine else Verdict.BREAKING
        return [Finding(after if narrower else new, verdict, f"{subject} {words}")]
