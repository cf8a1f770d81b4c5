"""One document digested, in a process of its own: bytes in, one JSON object out.

Digesting is pure Python of a second a megabyte, during which a reactor in the same process
would stand still every few milliseconds.
"""

from __future__ import annotations

import sys
from typing import BinaryIO

from altlas.contracts.digesting import Digest, Flaw, Unusable, digest, to_json

#: frames of Python; what is deeper than `json_text.DEEPEST` levels was refused by then
_FRAMES = 10_000


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Digest what `source` gives, say on `sink` what became of it; no document makes it fail."""
    sys.setrecursionlimit(_FRAMES)
    sink.write(to_json(_digested(source.read())))
    sink.flush()


def _digested(data: bytes) -> Digest | Unusable:
    try:
        return digest(data)
    except Unusable as unusable:
        return unusable
    except Exception as error:
        # Whatever a document can do to us is said of the document, not as a traceback.
        return Unusable([Flaw("", f"could not be worked through: {type(error).__name__}")])


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
