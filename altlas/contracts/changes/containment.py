"""Whether one schema takes all that another does, as far as that can be known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from altlas.contracts.changes.edition import Edition, canonical

if TYPE_CHECKING:
    from jsonschema_rs import CanonicalSchema, Registry

#: questions about schemas with references that are put while two documents are compared;
#: each may look at much of a document
QUESTIONS = 200
#: the longest schema, as JSON, of which it is asked
LONGEST = 20_000


@frozen
class Relation:
    """Whether the new schema takes all of the old one's values, and the reverse.

    None where nobody knows.
    """

    wider: bool | None
    narrower: bool | None

    @property
    def same(self) -> bool:
        """Whether both take just the same values."""
        return bool(self.wider and self.narrower)


UNKNOWN = Relation(None, None)


@define(eq=False)
class Containment:
    """Asks jsonschema-rs' canonical forms. Its answers depend on the documents alone."""

    old: Edition
    new: Edition
    _questions: int = QUESTIONS
    _registries: dict[str, Registry] = field(init=False, factory=dict)

    def relation(self, old: Any, new: Any) -> Relation:
        """How two schemas relate, each with references into its own document."""
        texts = canonical(old), canonical(new)
        if max(map(len, texts)) > LONGEST:
            return UNKNOWN
        if any('"$ref"' in text for text in texts):
            if self._questions <= 0:
                return UNKNOWN
            self._questions -= 1
        try:
            before = self._canonical(old, self.old, "urn:old")
            after = self._canonical(new, self.new, "urn:new")
            return Relation(_known(after, before), _known(before, after))
        except ValueError:
            return UNKNOWN

    def _canonical(self, schema: Any, edition: Edition, name: str) -> CanonicalSchema:
        import jsonschema_rs as rs

        if name not in self._registries:
            self._registries[name] = rs.Registry(
                [(name, dict(edition.document))], draft=rs.Draft202012
            )
        return rs.canonicalize(
            _anchored(schema, name),
            draft=rs.Draft202012,
            validate_formats=True,
            pattern_options=rs.RegexOptions(),
            registry=self._registries[name],
            offline=True,
        )


def _known(outer: CanonicalSchema, inner: CanonicalSchema) -> bool | None:
    from jsonschema_rs.canonical import Containment as Answer

    answer = outer.covers(inner)
    return None if answer == Answer.UNKNOWN else bool(answer == Answer.YES)


def _anchored(node: Any, name: str) -> Any:
    """The schema with its references into the document of this name."""
    if isinstance(node, list):
        return [_anchored(each, name) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: name + inner
        if key == "$ref" and isinstance(inner, str) and inner.startswith("#")
        else _anchored(inner, name)
        for key, inner in node.items()
    }
