"""Many schemas in one validator, so that what several lead to is compiled once.

Compiled one by one, each has a copy of all that it leads to: Stripe's document came to 3.4 GB
and 12 s so, and to 80 MB and half a second together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attrs import define, field

from altlas.contracts.flaws import Flaw, Unusable, pointer_to
from altlas.contracts.formats import TEXTS
from altlas.contracts.references import reference_to

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, Registry

#: what the document is called where it refers to itself
NAME = "urn:altlas:contract"

Way = tuple[str, ...]


@define(eq=False)
class Compilation:
    """The schemas at some places of one document.

    A value is held against one of them as the one member, of the schema's name, of an object.
    `registry` has the document as `NAME`. Nothing is ever fetched; patterns run in linear time.
    """

    _registry: Registry
    _names: dict[Way, str] = field(init=False, factory=dict)
    _validator: Draft202012Validator | None = field(init=False, default=None)

    def name(self, way: Way) -> str:
        """What the schema at the end of `way` is called; it is compiled with the others."""
        name = self._names.get(way)
        if name is None:
            name = self._names[way] = str(len(self._names))
            self._validator = None
        return name

    @property
    def validator(self) -> Draft202012Validator:
        """What all are compiled to. Raises Unusable with those that cannot be."""
        if self._validator is None:
            self._validator = self._compiled()
        return self._validator

    def _compiled(self) -> Draft202012Validator:
        try:
            return self._of(self._names)
        except ValueError:
            raise Unusable(self._flaws()) from None

    def _flaws(self) -> Iterable[Flaw]:
        for way in self._names:
            try:
                self._of([way])
            except ValueError as why:
                yield Flaw(pointer_to(way), str(why).partition("\n")[0])

    def _of(self, ways: Iterable[Way]) -> Draft202012Validator:
        from jsonschema_rs import Draft202012Validator, RegexOptions

        members: dict[str, Any] = {
            self._names[way]: {"$ref": NAME + reference_to(way)} for way in ways
        }
        return Draft202012Validator(
            {"properties": members},
            registry=self._registry,
            formats=TEXTS,
            pattern_options=RegexOptions(),
            validate_formats=True,
            offline=True,
        )
