"""The last step: the call becomes a request of the treq client."""

from __future__ import annotations

from typing import Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.python.components import proxyForInterface
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

from altlas.backend.call import Call
from altlas.backend.roster import Member
from altlas.upstream.client import GatewayClient
from altlas.upstream.request import UpstreamRequest
from altlas.wire.fields import Fields
from altlas.wire.forwarding import with_host
from altlas.wire.section import Section


@define(eq=False)
class Sending:
    """Sends with the gateway's own client: the target byte for byte, 1xx heads passed on."""

    _client: GatewayClient

    def send(self, call: Call) -> Deferred[Any]:
        """One request to the member that the call has a lease of."""
        member = call.member
        body: Any = call.body
        fields: Any = call.fields
        if call.host_of_instance:
            fields = with_own_host(fields, member)
        connect, informational = call.timeouts.connect, call.informational
        return self._client.send(
            UpstreamRequest(
                call.method,
                member.origin,
                call.target,
                fields,
                body,
                informational,
                connect,
                call.offer,
            )
        )


@define(eq=False)
class PlainSending:
    """Sends with any treq client (a test's stub, say), as far as its interface goes."""

    _client: Any

    def send(self, call: Call) -> Deferred[Any]:
        """As `Sending.send`, with what treq itself does to a URL."""
        member, fields = call.member, call.fields
        if call.host_of_instance:
            fields = with_own_host(fields, member)
        headers = Headers()
        for name, value in fields.fields if isinstance(fields, Section) else fields:
            headers.addRawHeader(name, value)
        # Such clients say themselves how long their body is.
        headers.removeHeader(b"content-length")
        if call.offer is not None:  # nor could they go on in another protocol
            headers.removeHeader(b"connection")
            headers.removeHeader(b"upgrade")
        pending: Deferred[Any] = self._client.request(
            call.method.decode("ascii"),
            # The asterisk-form has no place in a URL (RFC 9112, 3.2.4).
            member.origin + (b"" if call.target == b"*" else call.target),
            headers=headers,
            data=call.body,
            allow_redirects=False,
            unbuffered=True,
        )
        return pending.addCallback(PlainResponse)


class PlainResponse(proxyForInterface(IResponse)):  # type: ignore[misc]
    """Any `IResponse`, with what more is wanted of one: it can be refused."""

    #: such clients do not say how long connecting took
    connect_time = 0.0

    def discard(self) -> None:
        """Refuse the body: its connection is cut."""
        self.original.deliverBody(_Refusal())


class _Refusal(Protocol):
    """Wants nothing of a body."""

    def connectionMade(self) -> None:
        # What a body's transport offers differs from client to client.
        for name in ("abortConnection", "stopProducing", "loseConnection"):
            end = getattr(self.transport, name, None)
            if end is not None:
                end()
                return


def with_own_host(fields: Fields | Section, member: Member) -> Fields | Section:
    """The same fields, with the address of `member` as Host."""
    if isinstance(fields, Section):
        return Section.of(with_host(fields.fields, member.host), fields.framing)
    return with_host(fields, member.host)
