"""Finds the leaf of an exchange, as soon as its head is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen
from twisted.logger import Logger

from altlas.edge.hops import goes_on
from altlas.edge.leaf import Leaf, StrayLeaf
from altlas.errors import ClientError, GatewayError, MethodNotAllowed, NoRoute
from altlas.routing.facts import Facts, host_name
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.routing.scrutiny import Scrutiny
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
    #: routes that a contract made others of: they take nothing, but hear what none has taken
    strays: RouteIndex | None = None
    _plainly: Scrutiny = field(init=False)
    _securely: Scrutiny | None = field(init=False)

    @_plainly.default
    def _of_index(self) -> Scrutiny:
        return Scrutiny(self.index)

    @_securely.default
    def _of_secure(self) -> Scrutiny | None:
        return None if self.secure is None else Scrutiny(self.secure)

    def serve(self, exchange: Exchange) -> None:
        """Answer, or begin to. Whatever goes wrong here becomes the exchange's answer."""
        try:
            head = exchange.head
            path = exchange.path = head.path
            way = self._plainly if self._securely is None else self._way(exchange, self._securely)
            # A number, and find: a third of the price of a bytes object, and in.
            if 37 in path or 59 in path or path.find(b"//") >= 0 or path.find(b"/.") >= 0:
                rule = _scrutinised(exchange, way)
            else:
                # Nearly always the path is plain, and alone decides.
                rule = way.index.sure(path) or way.index.find(_facts(head, path))
                exchange.record.route = rule.route.name
                if rule in way.cased:
                    way.judge_case(rule, path, _facts(head, path))
            if head.method not in COUNTED or goes_on(exchange):
                leaf: Leaf = rule.leaf
                leaf.serve(exchange)
        except (NoRoute, MethodNotAllowed) as error:
            if self.strays is not None:
                _stray(exchange, self.strays, "path" if isinstance(error, NoRoute) else "method")
            exchange.fail(error)
        except GatewayError as error:
            exchange.fail(error)
        except Exception:
            log.failure("A request could not be served")
            exchange.fail(GatewayError())

    def _way(self, exchange: Exchange, secure: Scrutiny) -> Scrutiny:
        scheme = scheme_of(exchange.head, exchange.channel.peer)
        return secure if scheme == "https" else self._plainly


def _stray(exchange: Exchange, strays: RouteIndex, why: str) -> None:
    try:
        rule = strays.find(_facts(exchange.head, exchange.path))
    except ClientError:
        return  # it is none of a contract's
    leaf: StrayLeaf = rule.leaf
    leaf.stray(exchange, why)


def _scrutinised(exchange: Exchange, way: Scrutiny) -> Rule:
    """The rule for a path that may be read in several ways, if all lead there."""
    head = exchange.head
    # Matched on a copy in normal form; what goes upstream is what came.
    path = exchange.path = normalised(head.path)
    facts = _facts(head, path)
    rule = way.index.find(facts)
    exchange.record.route = rule.route.name
    way.judge(rule, head.path, facts)
    return rule


def _facts(head: RequestHead, path: bytes) -> Facts:
    return Facts(host_name(head.host), path, head.method, head.fields, head.query)


def scheme_of(head: RequestHead, peer: Peer) -> str:
    """The scheme that the client used: of its connection to us, or to a peer whom we trust.

    Of several in a trusted peer's X-Forwarded-Proto the first is the client's.
    """
    if peer.trusted and b"x-forwarded-proto" in head.names:
        said = (first(head.fields, b"x-forwarded-proto") or b"").partition(b",")[0].strip().lower()
        if said in (b"http", b"https"):
            return said.decode("ascii")
    return peer.scheme
