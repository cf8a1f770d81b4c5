"""What is asked for a document."""

from __future__ import annotations

from collections.abc import Awaitable
from hashlib import sha256
from typing import Any, Protocol

from attrs import frozen


class Unreachable(Exception):
    """There is no document to be had just now; the message says why."""


@frozen(eq=False)
class Found:
    """A document as it came. `version` is the origin's own word for which one it is."""

    data: bytes
    fingerprint: str
    version: Any

    @classmethod
    def of(cls, data: bytes, version: Any) -> Found:
        """With the fingerprint of the bytes (SHA-256, in hex)."""
        return cls(data, sha256(data).hexdigest(), version)


class Origin(Protocol):
    """Where the documents of one contract come from."""

    def asked(self, hurried: bool) -> Awaitable[Found | None]:
        """The document, or None where it is the one that was kept last.

        With `hurried` somebody waits for it. Raises `Unreachable`.
        """

    def keep(self, version: Any) -> None:
        """What was found is judged; ask only for what differs from it."""
