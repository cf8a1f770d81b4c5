"""Finds the leaf of an exchange, as soon as its head is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen
from twisted.logger import Logger

from altlas.edge.hops import goes_on
from altlas.edge.leaf import Leaf
from altlas.errors import GatewayError
from altlas.routing.facts import Facts, host_name
from altlas.routing.index import RouteIndex
from altlas.wire.max_forwards import COUNTED
from altlas.wire.targets import normalised

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange

log = Logger()


@frozen
class Dispatcher:
    """The routes of one generation."""

    index: RouteIndex

    def serve(self, exchange: Exchange) -> None:
        """Answer, or begin to. Whatever goes wrong here becomes the exchange's answer."""
        try:
            head, path = exchange.head, exchange.head.path
            # Matched on a copy in normal form; what goes upstream is what came.
            exchange.path = path = path if path == b"*" else normalised(path)
            # Nearly always the path alone decides.
            rule = self.index.sure(path) or self.index.find(
                Facts(host_name(head.host), path, head.method, head.fields, head.query)
            )
            exchange.record.route = rule.route.name
            if head.method not in COUNTED or goes_on(exchange):
                leaf: Leaf = rule.leaf
                leaf.serve(exchange)
        except GatewayError as error:
            exchange.fail(error)
        except Exception:
            log.failure("A request could not be served")
            exchange.fail(GatewayError())
