"""What is wrong with a document, and where."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

#: flaws that are told of one document
MOST = 100


@frozen(order=True)
class Flaw:
    """One thing that is wrong with a document; `pointer` (RFC 6901) leads to it."""

    pointer: str
    message: str

    def __str__(self) -> str:
        # The whole document's pointer is nothing, and nothing is to be seen of it.
        return f"{self.pointer}: {self.message}" if self.pointer else self.message


class Unusable(ValueError):
    """A document that no contract can be made of. `flaws` are at most `MOST`, and at least one."""

    def __init__(self, flaws: Iterable[Flaw]):
        self.flaws = (*flaws,)[:MOST]
        first = self.flaws[0]
        more = f" (and {len(self.flaws) - 1} more)" if len(self.flaws) > 1 else ""
        super().__init__(f"{first}{more}")


def pointer_to(parts: Iterable[str | int]) -> str:
    """The JSON pointer that these steps make (RFC 6901, 3)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
