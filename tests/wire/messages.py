"""Generated messages and ways to cut them up, for the property tests of the wire."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import strategies as st

from altlas.wire.fields import Field, Fields
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.methods import METHODS

TOKEN_CHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TELLING = {
    b"connection",
    b"content-length",
    b"expect",
    b"host",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}

tokens = st.text(TOKEN_CHARS, min_size=1, max_size=12).map(str.encode)
names = tokens.filter(lambda name: name.lower() not in TELLING)
values = st.binary(max_size=20).map(
    lambda raw: bytes(byte for byte in raw if byte > 31 and byte != 127).strip(b" \t")
)
plain_fields: st.SearchStrategy[list[Field]] = st.lists(st.tuples(names, values), max_size=6)
methods = st.sampled_from(sorted(METHODS - {b"TRACE"}))
paths = st.text("abc/.%2F5c~|{}^`;=@:", max_size=20).map(lambda text: b"/" + text.encode())
queries = st.none() | st.text("ab?[]=&/%|", max_size=10).map(str.encode)
bodies = st.binary(max_size=60)


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The bytes cut at those places (those beyond the end count for nothing)."""
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    return [data[begin:end] for begin, end in pairwise(places)]


cuts = st.lists(st.integers(0, 400), max_size=12)


def head(line: bytes, fields: Fields) -> bytes:
    """A head's bytes, with no judgement at all."""
    return b"\r\n".join([line, *[name + b": " + value for name, value in fields], b"", b""])


def slots(head: RequestHead | ResponseHead | None) -> list[object]:
    """All that a head says, to be compared."""
    assert head is not None
    kept = [name for name in type(head).__slots__ if name not in ("__weakref__", "block", "onward")]
    return [getattr(head, name) for name in kept]
