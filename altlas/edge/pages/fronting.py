"""What a listener answers by itself, before the routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange
    from altlas.edge.leaf import Leaf

Dispatch = Callable[["Exchange"], object]


def fronted(dispatch: Dispatch, own: Mapping[bytes, Leaf]) -> Dispatch:
    """`dispatch` behind the leaves at their paths; itself where there are none.

    Paths are taken as clients write them: what is spelt otherwise goes to the routes.
    """
    if not own:
        return dispatch

    def serve(exchange: Exchange) -> None:
        leaf = own.get(exchange.head.path)
        if leaf is None:
            dispatch(exchange)
        else:
            leaf.serve(exchange)

    return serve
