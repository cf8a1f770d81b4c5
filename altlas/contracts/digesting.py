"""A document digested: read, checked, brought into one form."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from attrs import frozen

from altlas.contracts.anchors import placed
from altlas.contracts.checking import checked
from altlas.contracts.dialect import unified
from altlas.contracts.flaws import Flaw, Unusable
from altlas.contracts.reading import read

__all__ = ["Digest", "Flaw", "Unusable", "digest", "from_json", "to_json"]


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
    """A document as it came, digested. Unusable says everything that is wrong with it.

    Takes about a second a megabyte: not for where a reactor runs.
    """
    document = read(data)
    unplaced: tuple[Flaw, ...] = ()
    if not document["openapi"].startswith("3.0"):
        document, unplaced = placed(document)
    odd = checked(document)
    document, unenforced = unified(document)
    return Digest(document, (*unplaced, *odd, *unenforced), hashlib.sha256(data).hexdigest())


def to_json(digested: Digest | Unusable) -> bytes:
    """What became of a document, as one JSON object on its way to another process."""
    if isinstance(digested, Unusable):
        said: dict[str, Any] = {"flaws": [_told(flaw) for flaw in digested.flaws]}
    else:
        said = {
            "document": digested.document,
            "doubts": [_told(doubt) for doubt in digested.doubts],
            "fingerprint": digested.fingerprint,
        }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def from_json(data: bytes) -> Digest:
    """What another process made of a document: Unusable if it was that. ValueError for no such."""
    said = _parsed(data)
    if not isinstance(said, dict) or not {"flaws", "document"} & said.keys():
        raise ValueError("this is no digest")
    if "flaws" in said:
        raise Unusable(Flaw(**flaw) for flaw in said["flaws"])
    doubts = tuple(Flaw(**doubt) for doubt in said["doubts"])
    return Digest(said["document"], doubts, said["fingerprint"])


def _told(flaw: Flaw) -> dict[str, str]:
    return {"pointer": flaw.pointer, "message": flaw.message}


def _parsed(data: bytes) -> Any:
    # Under the GIL either way: orjson takes a third of the time.
    try:
        from orjson import loads
    except ImportError:
        return json.loads(data)
    return loads(data)
