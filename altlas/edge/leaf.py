"""The end of a route that forwards: what the client asked becomes a call to a backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from altlas.backend.call import Call
from altlas.backend.stack import Stack
from altlas.edge.body import NO_BODY
from altlas.errors import BadRequest
from altlas.resilience.retry import RetryWishes
from altlas.routing.rewriting import Rewriter, rewriter
from altlas.settings.tree import Backend, Route, Timeouts, UpgradeLimits
from altlas.wire.forwarding import with_host
from altlas.wire.section import Section
from altlas.wire.targets import has_encoded_slash
from altlas.wire.upgrades import Offer, offered, with_offer

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange


class Leaf(Protocol):
    """What a route ends in."""

    def serve(self, exchange: Exchange) -> None:
        """Answer the exchange, now or later. May raise a `GatewayError`."""


class StrayLeaf(Protocol):
    """What a route ended in before a contract made others of it."""

    def stray(self, exchange: Exchange, why: str) -> None:
        """Count a request below it that is no operation, by ``path`` or ``method``."""


@frozen
class ForwardLeaf:
    """Forwards to a backend, as one route and its backend say."""

    backend: str
    stack: Stack
    timeouts: Timeouts
    body_limit: int
    #: the Host that instances see; None for the client's own
    host: bytes | None
    #: whether the Host is to be the instance's address
    host_of_instance: bool
    refuse_escapes: bool
    rewriter: Rewriter
    #: protocols that a client may ask to go on in, and for how long
    upgrades: frozenset[bytes]
    tunnel_limits: UpgradeLimits
    #: what an operation says about further tries
    wishes: RetryWishes | None = None

    @classmethod
    def of(cls, route: Route, backend: Backend, stack: Stack) -> ForwardLeaf:
        """The leaf of `route`, which names `backend`."""
        literal = backend.host not in ("pass", "instance")
        return cls(
            backend=backend.name,
            stack=stack,
            timeouts=backend.timeout.overridden(route.timeout),
            body_limit=route.limit.body,
            host=backend.host.encode("ascii") if literal else None,
            host_of_instance=backend.host == "instance",
            refuse_escapes=route.escapes == "reject",
            rewriter=rewriter(route),
            upgrades=frozenset(one.encode("ascii") for one in route.upgrade),
            tunnel_limits=route.upgrade_,
        )

    def serve(self, exchange: Exchange) -> None:
        """Forward. Refuses what the route does not take before anything is sent."""
        exchange.forward(self.stack, self.call_of(exchange))

    def call_of(self, exchange: Exchange) -> Call:
        """The call that the request becomes. Refuses what the route does not take."""
        head, body, channel = exchange.head, exchange.body, exchange.channel
        if body is not NO_BODY:
            body.limit(self.body_limit)
        if self.refuse_escapes and has_encoded_slash(head.path):
            raise BadRequest("The path hides a slash or backslash in an escape.")
        section = channel.listening.forwarding.request_section(
            head, channel.peer, exchange.request_id
        )
        if self.host is not None:
            section = Section.of(with_host(section.fields, self.host), section.framing)
        offer = None
        if head.upgrade and (protocols := offered(head, self.upgrades)):
            offer = Offer(protocols, self.tunnel_limits)
            section = with_offer(section, protocols)
        exchange.record.backend = self.backend
        return Call(
            method=head.method,
            target=self.rewriter.apply(head.path, exchange.path, head.query),
            fields=section,
            body=None if body is NO_BODY else body,  # type: ignore[arg-type]
            record=exchange.record,
            timeouts=self.timeouts,
            informational=exchange.informational,
            # HTTP/1.0 may name no host at all; an instance must be told one (RFC 9112, 3.2).
            host_of_instance=self.host_of_instance or not (head.host or self.host),
            wishes=self.wishes,
            offer=offer,
        )
