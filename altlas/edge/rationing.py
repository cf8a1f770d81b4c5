"""Limits on what is asked: in flight at a listener, and on one connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

from altlas.errors import TooManyExchanges
from altlas.settings.tree import ListenerLimits

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange

Dispatch = Callable[["Exchange"], object]

#: seconds after which who was turned away may ask again
_AGAIN = 1.0


@frozen(eq=False)
class Rationing:
    """Stands before `dispatch` where a listener has such limits, and only there."""

    dispatch: Dispatch
    limits: ListenerLimits

    def serve(self, exchange: Exchange) -> None:
        """Refuse the exchange, or pass it on."""
        limits = self.limits
        if limits.requests_per_connection is not None:
            _count(exchange, limits.requests_per_connection)
        most = limits.exchanges
        if most is not None and exchange.channel.listening.in_flight > most:
            reason = f"limit.exchanges = {most} are under way"
            exchange.fail(TooManyExchanges(reason=reason, retry_after=_AGAIN))
        else:
            self.dispatch(exchange)


def _count(exchange: Exchange, most: int) -> None:
    channel = exchange.channel
    channel.asked += 1
    if channel.asked >= most:
        channel.make_last(exchange)


def rationed(dispatch: Dispatch, limits: ListenerLimits) -> Dispatch:
    """`dispatch` itself where there is nothing to limit."""
    if limits.requests_per_connection is None and limits.exchanges is None:
        return dispatch
    return Rationing(dispatch, limits).serve
