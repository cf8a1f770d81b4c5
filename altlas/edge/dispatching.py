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
from altlas.wire.fields import first
from altlas.wire.heads import RequestHead
from altlas.wire.max_forwards import COUNTED
from altlas.wire.peer import Peer
from altlas.wire.targets import normalised

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange

log = Logger()


@frozen
class Dispatcher:
    """The routes of one generation."""

    index: RouteIndex
    #: those for TLS, where they are others
    secure: RouteIndex | None = None

    def serve(self, exchange: Exchange) -> None:
        """Answer, or begin to. Whatever goes wrong here becomes the exchange's answer."""
        try:
            head, path = exchange.head, exchange.head.path
            # Matched on a copy in normal form; what goes upstream is what came.
            exchange.path = path = path if path == b"*" else normalised(path)
            index = self.index if self.secure is None else self._index(exchange, self.secure)
            # Nearly always the path alone decides.
            rule = index.sure(path) or index.find(
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

    def _index(self, exchange: Exchange, secure: RouteIndex) -> RouteIndex:
        scheme = scheme_of(exchange.head, exchange.channel.peer)
        return secure if scheme == "https" else self.index


def scheme_of(head: RequestHead, peer: Peer) -> str:
    """The scheme that the client used: of its connection to us, or to a peer whom we trust.

    Of several in a trusted peer's X-Forwarded-Proto the first is the client's.
    """
    if peer.trusted and b"x-forwarded-proto" in head.names:
        said = (first(head.fields, b"x-forwarded-proto") or b"").partition(b",")[0].strip().lower()
        if said in (b"http", b"https"):
            return said.decode("ascii")
    return peer.scheme
