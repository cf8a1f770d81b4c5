"""A place in a document: what stands there, and the way to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from altlas.contracts.flaws import pointer_to
from altlas.contracts.references import found, steps

_HOPS = 100


@frozen(eq=False)
class Place:
    """`node` is what stands at the end of `way`; the way leads there without references.

    Steps that are not there lead to None, so that what may be left away needs no questions.
    """

    document: Mapping[str, Any]
    way: tuple[str, ...] = ()
    node: Any = None

    @property
    def pointer(self) -> str:
        """The way as a JSON pointer (RFC 6901)."""
        return pointer_to(self.way)

    def to(self, *names: str | int) -> Place:
        """The place that many steps further, references followed after each."""
        here = self
        for name in names:
            here = here.beneath(name)._followed()
        return here

    def beneath(self, name: str | int) -> Place:
        """The place one step further, a reference there not followed."""
        node = self.node
        if isinstance(node, list) and isinstance(name, int):
            node = node[name]
        else:
            node = node.get(name) if isinstance(node, Mapping) else None
        return Place(self.document, (*self.way, str(name)), node)

    def get(self, name: str, default: Any = None) -> Any:
        """What stands under a name here, without references followed."""
        return self.node.get(name, default) if isinstance(self.node, Mapping) else default

    def members(self) -> Iterator[tuple[str, Place]]:
        """The places under each name here, in order."""
        for name in self.node if isinstance(self.node, Mapping) else ():
            yield name, self.to(name)

    def items(self) -> Iterator[Place]:
        """The places of each item here, in order."""
        for number in range(len(self.node) if isinstance(self.node, list) else 0):
            yield self.to(number)

    def shared(self) -> Place:
        """Where a schema stands that is nothing but a reference, however far; else here.

        Schemas that stand for the same one are compiled once then: each compiled one holds all
        that it refers to, which are megabytes in some documents.
        """
        return self._followed(alone=True)

    def _followed(self, alone: bool = False) -> Place:
        here = self
        for _ in range(_HOPS):
            reference = here.get("$ref")
            if not isinstance(reference, str) or (alone and len(here.node) > 1):
                return here
            way = steps(reference)
            here = Place(self.document, way, found(self.document, way))
        raise LookupError("references that lead round")


def top(document: Mapping[str, Any]) -> Place:
    """The place of the whole document."""
    return Place(document, (), document)
