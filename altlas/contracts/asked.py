"""What a request shows to the operation that it asks for, its body apart."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define

from altlas.wire.fields import Fields


# Made once for each request: `define` without `eq` is a third of the price of `frozen`.
@define(eq=False)
class Asked:
    """The head of a request. Nobody changes it once made.

    `values` are those of the path's variables, still escaped, as `Found` has them; `query` is
    None without a ``?``; `firsts` the value of the first field of each lower-case name;
    `certified` says that the client showed a certificate that is trusted.
    """

    values: tuple[bytes, ...]
    query: bytes | None
    fields: Fields
    firsts: Mapping[bytes, bytes]
    has_body: bool = False
    certified: bool = False
