"""Sends clients that came without TLS to the same address with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from altlas.edge.replying import Reply
from altlas.errors import BadRequest
from altlas.routing.facts import host_name

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange


@frozen
class SecureRedirectLeaf:
    """The end of a route that leads to itself by TLS (``redirect.to = https:``)."""

    status: int
    port: int

    def serve(self, exchange: Exchange) -> None:
        """Answer with the same host, path and query, raw as they came."""
        head = exchange.head
        host = host_name(head.host)
        if not host:
            raise BadRequest("The request names no host to be redirected to.")
        port = b"" if self.port == 443 else b":%d" % self.port
        path = b"/" if head.path == b"*" else head.path
        query = b"" if head.query is None else b"?" + head.query
        location = b"https://%b%b%b%b" % (host, port, path, query)
        exchange.reply(Reply.of(self.status, [(b"Location", location)]))
