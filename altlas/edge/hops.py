"""Requests that may pass so many forwarders only: the gateway counts, or answers itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from altlas.edge.replying import Reply
from altlas.errors import MethodNotAllowed
from altlas.wire.max_forwards import hops_left, one_hop_less

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange


def goes_on(exchange: Exchange) -> bool:
    """Whether the request may be passed on; it has one hop less then. Else it is answered:
    an OPTIONS by saying that the gateway is there, a TRACE by a refusal, since what it is to
    send back holds what only the client and the backends should know.

    Raises BadRequest for a Max-Forwards that is no number, MethodNotAllowed for such a TRACE.
    """
    head = exchange.head
    left = hops_left(head)
    if left is None:
        return True
    if left:
        exchange.head = one_hop_less(head, left)
        return True
    if head.method == b"TRACE":
        raise MethodNotAllowed(("OPTIONS",), "The gateway itself does not answer to TRACE.")
    exchange.reply(Reply.of(204, []))
    return False
