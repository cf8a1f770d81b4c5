"""A document digested: read, checked, brought into one form."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from attrs import frozen

from altlas.contracts.flaws import Flaw, Unusable

__all__ = ["Digest", "Flaw", "Unusable", "digest"]


@frozen(eq=False)
class Digest:
    """What became of a document.

    `document` is in OpenAPI 3.1's form, whatever it came in; `doubts` is what can be used but is
    not enforced; `fingerprint` is the SHA-256 of the bytes as they came, in hex.
    """

    document: dict[str, Any]
    doubts: tuple[Flaw, ...]
    fingerprint: str


def digest(data: bytes) -> Digest:
    """A document as it came, digested. Unusable says everything that is wrong with it."""
    return Digest(json.loads(data), (), hashlib.sha256(data).hexdigest())
