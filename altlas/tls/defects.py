"""What is wrong with the files and words that TLS was configured with."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen
from OpenSSL import SSL


@frozen
class Defect:
    """Why the value of a key of the group ``tls`` cannot be used, or should be looked at.

    `item` is the file that it is about, where the key names several.
    """

    key: str
    reason: str
    item: str = ""

    def __str__(self) -> str:
        about = f"tls.{self.key} = {self.item}" if self.item else f"tls.{self.key}"
        return f"{about}: {self.reason}"


class Unusable(ValueError):
    """TLS cannot be spoken as configured; `defects` has every reason."""

    def __init__(self, defects: Iterable[Defect]) -> None:
        self.defects = tuple(defects)
        super().__init__("; ".join(map(str, self.defects)))


def words(error: SSL.Error) -> str:
    """OpenSSL's reason, which it keeps at the end of a list of lists."""
    queue = error.args[0] if error.args else ()
    return str(queue[-1][-1]) if queue else "OpenSSL gives no reason"
