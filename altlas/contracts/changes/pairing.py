"""Operations of two documents, and which of them are the same one.

They are paired by method and path. The names of a path's parameters are the document's own: no
request has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from altlas.contracts.changes.edition import Edition
from altlas.contracts.changes.finding import Pointer

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_PLACE = re.compile(r"\{[^{}]*\}")


@frozen
class Spot:
    """Where an operation stands: itself, and the path item that it is of."""

    method: str
    template: str
    item: Pointer
    pointer: Pointer

    @property
    def key(self) -> tuple[str, str]:
        """What requests tell of it: path and method."""
        return _PLACE.sub("{}", self.template), self.method


def spots(edition: Edition) -> dict[tuple[str, str], Spot]:
    """Every operation of a document, by what requests tell of it, in the document's order."""
    return {spot.key: spot for spot in _all(edition)}


def _all(edition: Edition) -> Iterator[Spot]:
    for template in edition.at(("paths",)) or ():
        if template.startswith("/"):
            item = edition.followed(("paths", template))
            for method in edition.at(item) or ():
                if method in METHODS:
                    yield Spot(method.upper(), template, item, (*item, method))
