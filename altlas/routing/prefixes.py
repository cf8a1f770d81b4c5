"""All prefixes of the routes: which of them a path is below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from altlas.routing.node import Node
from altlas.routing.place import Place


class Prefixes:
    """Finds the longest prefix, which is linked to the wider ones.

    What that costs depends on the depth of the path, never on the number of prefixes.
    """

    __slots__ = ("_branches", "_longest")

    def __init__(self, nodes: Iterable[Node], last: float) -> None:
        """Of these nodes; `last` is the top of what comes after all of them."""
        self._branches: dict[bytes, Place] = {}
        self._longest = 0
        # The widest first, so that each finds the next wider one to link to.
        for node in sorted(nodes, key=lambda node: len(node.pattern.text)):
            text = node.pattern.text
            self._branches[text] = Place.before(self.located(text[:-1]), node, last)
            self._longest = len(text)

    def located(self, path: bytes) -> Place | None:
        """The place of the longest prefix that `path` goes on after."""
        # Nothing is longer than the longest prefix: a path of 8 KiB costs no more than that.
        cut = path.rfind(b"/", 0, self._longest)
        while cut != -1:
            place = self._branches.get(path[: cut + 1])
            if place is not None:
                return place
            cut = path.rfind(b"/", 0, cut)
        return None

    def whole(self) -> Iterator[tuple[bytes, Place]]:
        """Each path that is a prefix, no more and no less, with its place."""
        for text, place in self._branches.items():
            yield text, place
            # Without its slash too; for the root that is the asterisk-form (RFC 9112, 3.2.4).
            yield text[:-1] or b"*", place
