"""A path's rules at their place among those of other paths."""

from __future__ import annotations

from attrs import define

from altlas.routing.node import Node
from altlas.routing.rule import Rule


@define(eq=False)
class Place:
    """A node at its place: what to ask after it, and whether that can matter."""

    node: Node
    wider: Place | None
    #: the highest priority of all that is asked after it
    ceiling: float
    #: the answer whatever the request shows, where the path alone decides
    sure: Rule | None

    @classmethod
    def before(cls, wider: Place | None, node: Node, last: float) -> Place:
        """The place of `node` before `wider`; `last` is the top of what comes after all places."""
        ceiling = last if wider is None else max(wider.node.top, wider.ceiling)
        sure = node.sure
        certain = sure is not None and sure.priority >= ceiling
        return cls(node, wider, ceiling, sure if certain else None)
