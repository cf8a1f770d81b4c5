"""What was found right before: texts that come again and again need be judged only once."""

from __future__ import annotations

from attrs import define, field

#: texts that are remembered in one place, and how long they may be (bytes)
MOST = 64
LONGEST = 64


@define(eq=False)
class Remembered:
    """A few texts that were right. Whether a text is so never changes within a contract.

    What clients send cannot make it grow beyond `MOST` texts of `LONGEST` bytes.
    """

    texts: set[bytes] = field(factory=set, init=False)

    def add(self, text: bytes) -> None:
        """This one was right."""
        if len(text) <= LONGEST:
            if len(self.texts) >= MOST:
                self.texts.clear()
            self.texts.add(text)
